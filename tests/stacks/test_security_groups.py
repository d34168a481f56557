import re
from collections.abc import Iterator

import pytest

from tests.support.synthesis import Synthesized
from tests.support.template import Template

Edge = tuple[str, str, int]
PROD = "edgemind-prod"

# Fargate pulls images, reads secrets and ships logs through the task's own network interface (ECS: "Fargate task
# networking"), hence 443 out for the data services too.
EXPECTED: frozenset[Edge] = frozenset(
    {
        ("CloudFront", "backend-alb", 443),
        ("backend-alb", "backend", 3000),
        ("backend", "influxdb", 8086),
        ("backend", "chromadb", 8000),
        ("backend", "internet", 1883),
        ("backend", "internet", 443),
        ("influxdb", "internet", 443),
        ("chromadb", "internet", 443),
        ("influxdb", "influxdb-efs", 2049),
        ("chromadb", "chromadb-efs", 2049),
    }
)


class Groups:
    """Security groups by the references that stacks have to them."""

    def __init__(self, stacks: dict[str, Template], prefix: str) -> None:
        self.stacks = stacks
        self.names: dict[str, str] = {}
        self.outputs: dict[str, str] = {}
        for stack in stacks.values():
            for label, group in stack.document["resource"].get("aws_security_group", {}).items():
                self.names[f"aws_security_group.{label}.id"] = group["name"].removeprefix(f"{prefix}-")
            for name, output in stack.document.get("output", {}).items():
                self.outputs[name] = str(output["value"])

    def name(self, reference: str) -> str:
        """Return the name of the group that *reference* means, through other stacks' outputs where needed."""
        expression = reference.removeprefix("${").removesuffix("}")
        if found := re.search(r"outputs(?:\.|\[\")([\w-]+)", expression):
            expression = self.outputs[found[1]].removeprefix("${").removesuffix("}")
        return self.names[expression]

    def edges(self, kind: str) -> Iterator[Edge]:
        """Yield (from, to, port) of every rule of *kind*, ``ingress`` or ``egress``."""
        for stack in self.stacks.values():
            for rule in stack.resources(f"aws_vpc_security_group_{kind}_rule"):
                assert rule["ip_protocol"] == "tcp"
                assert rule["from_port"] == rule["to_port"]
                own = self.name(rule["security_group_id"])
                other = self._other(stack, rule)
                yield (other, own, rule["from_port"]) if kind == "ingress" else (own, other, rule["from_port"])

    def _other(self, stack: Template, rule: dict[str, object]) -> str:
        if group := rule.get("referenced_security_group_id"):
            return self.name(str(group))
        if rule.get("prefix_list_id"):
            (prefix_list,) = stack.data("aws_ec2_managed_prefix_list")
            assert prefix_list["name"] == "com.amazonaws.global.cloudfront.origin-facing"
            return "CloudFront"
        assert rule["cidr_ipv4"] == "0.0.0.0/0", f"an address range in a rule: {rule}"
        return "internet"


@pytest.fixture(scope="module")
def groups(synthesized: Synthesized) -> Groups:
    return Groups(synthesized.of("prod"), PROD)


def test_connections_are_exactly_the_declared_ones(groups: Groups) -> None:
    """CloudFront to ALB to backend to databases to their files; MQTT and HTTPS out; and nothing else."""
    assert set(groups.edges("ingress")) | set(groups.edges("egress")) == EXPECTED


def test_who_may_call_is_let_out_and_who_is_called_lets_in(groups: Groups) -> None:
    """Every edge between two groups has both of its rules, so that no half-open link is left behind."""
    outside = {"CloudFront", "internet"}
    ingress = {edge for edge in groups.edges("ingress") if edge[0] not in outside}
    egress = {edge for edge in groups.edges("egress") if edge[1] not in outside}
    assert ingress == egress


def test_nobody_is_let_in_by_address(groups: Groups) -> None:
    """Ingress is by security group, or from CloudFront's prefix list; never from an address range."""
    assert "internet" not in {edge[0] for edge in groups.edges("ingress")}


def test_rules_are_resources_of_their_own(synthesized: Synthesized) -> None:
    """No security group carries rules inline, where they would fight with the rules beside it."""
    for stack in synthesized.stacks.values():
        for group in stack.resources("aws_security_group"):
            assert "ingress" not in group
            assert "egress" not in group
        assert stack.resources("aws_security_group_rule") == []


def test_the_default_group_lets_nothing_through(synthesized: Synthesized) -> None:
    """What somebody starts by hand without choosing a group reaches nothing."""
    default = synthesized.of("prod")["network"].only("aws_default_security_group")
    assert "ingress" not in default
    assert "egress" not in default


def test_every_task_and_load_balancer_has_a_group_of_its_own(synthesized: Synthesized) -> None:
    """No two services share a group, so a link to one is never a link to another."""
    used = []
    for stack in synthesized.of("prod").values():
        used += [service["network_configuration"]["security_groups"] for service in stack.resources("aws_ecs_service")]
        used += [balancer["security_groups"] for balancer in stack.resources("aws_lb")]
    assert all(len(groups) == 1 for groups in used)
    assert len({groups[0] for groups in used}) == len(used) == 4


def test_without_nat_the_endpoints_are_open_to_the_network_only(synthesized: Synthesized) -> None:
    """In a network without a way out, AWS services are reached inside the VPC, on 443, by nobody from outside."""
    stack = synthesized.of("plain")["network"]
    (rule,) = stack.resources("aws_vpc_security_group_ingress_rule")
    assert (rule["cidr_ipv4"], rule["from_port"], rule["to_port"]) == ("10.43.0.0/16", 443, 443)
    assert stack.resources("aws_nat_gateway") == []
