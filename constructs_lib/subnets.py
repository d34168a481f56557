"""Subnet arithmetic: how one address range becomes equal subnets over zones. No AWS in here."""

from dataclasses import dataclass
from ipaddress import IPv4Network

_SMALLEST_PREFIX = 28  # VPC: "Subnet CIDR blocks": between /16 and /28
_LARGEST_PREFIX = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class SubnetPlan:
    """The subnets of a network, one public and one private a zone, in the order of the zones.

    Attributes:
        public: Ranges for what faces the internet (NAT gateways); small.
        private: Ranges for everything else; large.
    """

    public: tuple[IPv4Network, ...]
    private: tuple[IPv4Network, ...]


def plan_subnets(cidr: IPv4Network, *, zones: int) -> SubnetPlan:
    """Split *cidr* into private subnets over *zones*, and public ones an eighth of their size.

    The range is cut into as many equal blocks as the next power of two above the number of zones. Zone *i* has block
    *i* as its private subnet; the public subnets come from the last block. A zone that is added later takes a block
    that was free, as long as the power of two stays the same.

    Raises:
        ValueError: No zone, a range that is no VPC's, or subnets that would be smaller than AWS allows.
    """
    if zones < 1:
        raise ValueError(f"zones={zones}: a network needs at least one availability zone")
    if not _LARGEST_PREFIX <= cidr.prefixlen <= _SMALLEST_PREFIX:
        raise ValueError(
            f"{cidr} is not a range for a VPC; use a prefix from /{_LARGEST_PREFIX} to /{_SMALLEST_PREFIX}"
        )
    block_bits = zones.bit_length()  # room for zones + 1 blocks
    private_prefix = cidr.prefixlen + block_bits
    public_prefix = max(private_prefix + (zones - 1).bit_length(), private_prefix + 3)
    if public_prefix > _SMALLEST_PREFIX:
        needed = cidr.prefixlen - (public_prefix - _SMALLEST_PREFIX)
        raise ValueError(
            f"{cidr} is too small for {zones} zones: its public subnets would be /{public_prefix}, AWS allows at most "
            f"/{_SMALLEST_PREFIX}; use /{needed} or larger"
        )
    blocks = list(cidr.subnets(new_prefix=private_prefix))
    public = list(blocks[-1].subnets(new_prefix=public_prefix))
    return SubnetPlan(public=tuple(public[:zones]), private=tuple(blocks[:zones]))
