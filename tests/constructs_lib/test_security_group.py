import pytest

from constructs_lib.security_group import SecurityGroup
from tests.support.template import Template
from tests.support.world import World, template_of


def _group(world: World, name: str) -> SecurityGroup:
    return SecurityGroup(world.stack, name, network=world.network, name=name, description="d")


def _rules(template: Template, direction: str) -> list[dict[str, object]]:
    return template.resources(f"aws_vpc_security_group_{direction}_rule")


def test_a_group_starts_closed() -> None:
    """Without a link there is no rule, not even the usual way out."""
    template = template_of(lambda world: _group(world, "api"))
    assert _rules(template, "ingress") == []
    assert _rules(template, "egress") == []


def test_a_link_names_groups_and_one_port() -> None:
    """One rule on each side, by reference, never by address."""

    def define(world: World) -> None:
        _group(world, "db").allow_from(_group(world, "api"), port=5432, purpose="api reads")

    template = template_of(define)
    for rule in (*_rules(template, "ingress"), *_rules(template, "egress")):
        assert (rule["from_port"], rule["to_port"], rule["ip_protocol"]) == (5432, 5432, "tcp")
        assert "cidr_ipv4" not in rule
        assert rule["description"] == "api reads"
    assert len(_rules(template, "ingress")) == len(_rules(template, "egress")) == 1


def test_the_rules_belong_to_the_side_that_connects() -> None:
    """Both rules are below the caller, so that its stack depends on the other and never the reverse."""

    def define(world: World) -> None:
        _group(world, "db").allow_from(_group(world, "api"), port=5432, purpose="api reads")

    document = template_of(define).document["resource"]
    names = [*document["aws_vpc_security_group_ingress_rule"], *document["aws_vpc_security_group_egress_rule"]]
    assert all(name.startswith("api_") for name in names)


def test_the_way_out_is_one_port() -> None:
    """Out to the internet means one TCP port, not everything."""
    template = template_of(lambda world: _group(world, "api").allow_to_internet(port=443, purpose="HTTPS"))
    (rule,) = _rules(template, "egress")
    assert (rule["cidr_ipv4"], rule["from_port"], rule["to_port"]) == ("0.0.0.0/0", 443, 443)


@pytest.mark.parametrize("name", ["sg-api", "a" * 256, "api\n"])
def test_refuses_a_name_that_ec2_refuses(name: str) -> None:
    """EC2's limits on names hold before anything is synthesized."""
    with pytest.raises(ValueError, match="security group name"):
        template_of(lambda world: _group(world, name))
