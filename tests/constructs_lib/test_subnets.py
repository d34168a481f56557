from ipaddress import IPv4Network

import pytest

from constructs_lib.subnets import plan_subnets


def _text(ranges: tuple[IPv4Network, ...]) -> list[str]:
    return [str(r) for r in ranges]


def test_two_zones_of_a_16() -> None:
    """Two zones get a quarter of the range each, and small public subnets from the last quarter."""
    plan = plan_subnets(IPv4Network("10.42.0.0/16"), zones=2)
    assert _text(plan.private) == ["10.42.0.0/18", "10.42.64.0/18"]
    assert _text(plan.public) == ["10.42.192.0/21", "10.42.200.0/21"]


def test_three_zones_of_a_16() -> None:
    """A third zone takes the quarter that two zones left free, so the first two keep their ranges."""
    two = plan_subnets(IPv4Network("10.42.0.0/16"), zones=2)
    three = plan_subnets(IPv4Network("10.42.0.0/16"), zones=3)
    assert _text(three.private) == ["10.42.0.0/18", "10.42.64.0/18", "10.42.128.0/18"]
    assert three.private[:2] == two.private
    assert three.public[:2] == two.public


def test_one_zone() -> None:
    """One zone gets the first half."""
    plan = plan_subnets(IPv4Network("10.0.0.0/20"), zones=1)
    assert _text(plan.private) == ["10.0.0.0/21"]
    assert _text(plan.public) == ["10.0.8.0/24"]


@pytest.mark.parametrize("zones", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("prefix", [16, 18, 20, 22])
def test_subnets_never_overlap_and_stay_inside(zones: int, prefix: int) -> None:
    """Whatever the range and the number of zones, the subnets are disjoint, inside, and equal in size."""
    whole = IPv4Network(f"10.0.0.0/{prefix}")
    plan = plan_subnets(whole, zones=zones)
    subnets = [*plan.public, *plan.private]
    assert len(subnets) == 2 * zones
    assert all(subnet.subnet_of(whole) for subnet in subnets)
    assert not any(a.overlaps(b) for i, a in enumerate(subnets) for b in subnets[:i])
    assert len({subnet.prefixlen for subnet in plan.private}) == 1


@pytest.mark.parametrize(
    ("cidr", "zones", "words"),
    [
        ("10.0.0.0/16", 0, "at least one availability zone"),
        ("10.0.0.0/8", 2, "use a prefix from /16 to /28"),
        ("10.0.0.0/29", 1, "use a prefix from /16 to /28"),
        ("10.0.0.0/25", 2, "too small for 2 zones"),
    ],
)
def test_refuses_what_makes_no_network(cidr: str, zones: int, words: str) -> None:
    """A range that AWS would refuse, or that leaves too small subnets, is refused with the way out."""
    with pytest.raises(ValueError, match=words):
        plan_subnets(IPv4Network(cidr), zones=zones)
