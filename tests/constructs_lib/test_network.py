from ipaddress import IPv4Network

import pytest

from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.network import ExistingNetwork, NatMode, Network, NetworkSpec
from tests.support.template import Template

ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")
ENDPOINTS = ("ecr.api", "ecr.dkr", "logs", "secretsmanager")


def _template(nat: NatMode, endpoints: tuple[str, ...] = ()) -> Template:
    spec = NetworkSpec(
        cidr=IPv4Network("10.0.0.0/16"), availability_zones=ZONES, nat=nat, interface_endpoints=endpoints
    )

    def define(stack: object) -> None:
        key = EncryptionKey(stack, "Key", alias="k", description="d")  # type: ignore[arg-type]
        Network(stack, "Network", name="net", spec=spec, log_key=key)  # type: ignore[arg-type]

    return Template.build(define)


def test_a_public_and_a_private_subnet_in_every_zone() -> None:
    """Three zones have three subnets of each tier, and none gives out public addresses."""
    subnets = _template("per_zone").resources("aws_subnet")
    tiers = sorted((s["tags"]["Tier"], s["availability_zone"]) for s in subnets)
    assert tiers == [(tier, zone) for tier in ("private", "public") for zone in ZONES]
    assert not any(s["map_public_ip_on_launch"] for s in subnets)


@pytest.mark.parametrize(("nat", "gateways", "private_routes"), [("per_zone", 3, 3), ("single", 1, 3)])
def test_ways_out_by_nat(nat: NatMode, gateways: int, private_routes: int) -> None:
    """NAT per zone survives a zone, a single one is shared by all zones' routes."""
    template = _template(nat)
    assert len(template.resources("aws_nat_gateway")) == gateways
    routes = [r for r in template.resources("aws_route") if "nat_gateway_id" in r]
    assert len(routes) == private_routes
    assert len({r["nat_gateway_id"] for r in routes}) == gateways


def test_no_nat_means_endpoints_and_no_way_out() -> None:
    """Without NAT there is no route from the private subnets, and every named service has an endpoint."""
    template = _template("none", ENDPOINTS)
    assert template.resources("aws_nat_gateway") == []
    assert not any("nat_gateway_id" in r for r in template.resources("aws_route"))
    names = {e["service_name"] for e in template.resources("aws_vpc_endpoint") if e["vpc_endpoint_type"] == "Interface"}
    assert names == {f"com.amazonaws.us-east-1.{service}" for service in ENDPOINTS}


def test_s3_is_always_reached_by_a_gateway_endpoint() -> None:
    """Every private route table leads to S3 without NAT."""
    endpoint = _template("per_zone").only("aws_vpc_endpoint", vpc_endpoint_type="Gateway")
    assert len(endpoint["route_table_ids"]) == 3


def test_the_default_security_group_is_closed() -> None:
    """The group that AWS makes has no rule left."""
    group = _template("single").only("aws_default_security_group")
    assert "ingress" not in group
    assert "egress" not in group


def test_every_connection_is_on_record() -> None:
    """Flow logs record accepted and refused traffic, in an encrypted log group."""
    template = _template("single")
    assert template.only("aws_flow_log")["traffic_type"] == "ALL"
    assert template.has("aws_cloudwatch_log_group", {"name": "/vpc/net/flow-log", "retention_in_days": 365})
    assert "kms_key_id" in template.only("aws_cloudwatch_log_group", name="/vpc/net/flow-log")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"availability_zones": ("us-east-1a", "us-east-1a")}, "names a zone twice"),
        ({"nat": "both"}, "use per_zone, single or none"),
        ({"nat": "none"}, "leaves the tasks without a way to AWS"),
        ({"interface_endpoints": ("s4",)}, "which is unknown; use bedrock"),
        ({"interface_endpoints": ("logs", "logs")}, "names a service twice"),
        ({"cidr": IPv4Network("10.0.0.0/26")}, "too small for 2 zones"),
    ],
)
def test_refuses_a_network_that_would_not_work(change: dict[str, object], words: str) -> None:
    """Each mistake is refused with what is allowed."""
    values = {"cidr": IPv4Network("10.0.0.0/16"), "availability_zones": ZONES[:2]} | change
    with pytest.raises(ValueError, match=words):
        NetworkSpec(**values)  # type: ignore[arg-type]


def test_an_existing_network_is_its_ids() -> None:
    """Somebody else's network needs a VPC and two private subnets."""
    network = ExistingNetwork(vpc_id="vpc-1", private_subnet_ids=("subnet-1", "subnet-2"))
    assert network.private_subnet_ids == ("subnet-1", "subnet-2")


@pytest.mark.parametrize(
    ("vpc_id", "subnets", "words"),
    [
        ("10.0.0.0/16", ("subnet-1", "subnet-2"), "starts with vpc-"),
        ("vpc-1", ("subnet-1", "sn-2"), "is no subnet's id"),
        ("vpc-1", ("subnet-1",), "needs subnets in two zones"),
        ("vpc-1", ("subnet-1", "subnet-1"), "needs subnets in two zones"),
    ],
)
def test_refuses_an_existing_network_by_wrong_ids(vpc_id: str, subnets: tuple[str, ...], words: str) -> None:
    """Ids of another kind, or too few subnets, are refused."""
    with pytest.raises(ValueError, match=words):
        ExistingNetwork(vpc_id=vpc_id, private_subnet_ids=subnets)
