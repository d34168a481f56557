"""The part of an environment that says where it is: its network and its domain."""

import re
from ipaddress import IPv4Network
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from constructs_lib.endpoint_services import check_endpoint_services
from constructs_lib.subnets import plan_subnets

Words = Annotated[tuple[str, ...], Field(strict=False)]
_DOMAIN = r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
DomainName = Annotated[str, Field(pattern=rf"^{_DOMAIN}$", max_length=253)]
_SHARED_SPACE = IPv4Network("100.64.0.0/10")  # RFC 6598; AWS allows it for a VPC


class Table(BaseModel):
    """A table of the file: no unknown keys, no conversions, no changes afterwards."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _no_expressions(cls, values: object) -> object:
        for key, value in values.items() if isinstance(values, dict) else ():
            if isinstance(value, str) and ("${" in value or "%{" in value):
                raise ValueError(
                    f"{key}={value!r} has ${{ or %{{, which Terraform takes for an expression; leave it out"
                )
        return values


class Domain(Table):
    """Where the site is found."""

    name: DomainName = Field(description="The site's name: lower-case labels joined by dots.")
    zone: DomainName = Field(description="Route 53 hosted zone that the name is in: labels joined by dots.")
    create_zone: bool = Field(
        default=False,
        description="Create the zone (then delegate it once), instead of using one that exists.",
    )

    @model_validator(mode="after")
    def _name_in_zone(self) -> Self:
        if self.name != self.zone and not self.name.endswith(f".{self.zone}"):
            raise ValueError(f"name={self.name!r} is not in zone={self.zone!r}; use a zone that the name ends with")
        return self


class Network(Table):
    """The VPC: a new one by range and zones, or an existing one by its ids."""

    cidr: str | None = Field(default=None, description="IPv4 range of a new VPC, such as 10.0.0.0/16.")
    availability_zones: Words = Field(default=(), description="Two zones or more, in the order of their subnets.")
    nat: Literal["per_zone", "single", "none"] = Field(
        default="per_zone", description="Way out: a gateway per zone, one for all, or none."
    )
    interface_endpoints: Words = Field(
        default=(), description="AWS services reached inside the VPC; required with nat = 'none'."
    )
    vpc_id: str | None = Field(
        default=None, pattern=r"^vpc-[0-9a-f]+$", description="An existing VPC (vpc-…), instead of cidr."
    )
    private_subnet_ids: Words = Field(default=(), description="Its private subnets, in two zones or more.")

    @field_validator("cidr")
    @classmethod
    def _is_range(cls, value: str | None) -> str | None:
        if value is not None:
            _checked_range(value)
        return value

    @field_validator("interface_endpoints")
    @classmethod
    def _are_services(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        check_endpoint_services(value)
        return value

    @model_validator(mode="after")
    def _one_network(self) -> Self:
        if (self.cidr is None) == (self.vpc_id is None):
            raise ValueError("needs either cidr (a new VPC) or vpc_id (an existing one), not both and not neither")
        if self.cidr is None:
            if self.availability_zones:
                raise ValueError("availability_zones belong to a new VPC; with vpc_id list private_subnet_ids")
            _check_subnet_ids(self.private_subnet_ids)
            return self
        if self.private_subnet_ids:
            raise ValueError("private_subnet_ids belong to an existing VPC; with cidr list availability_zones")
        if len(self.availability_zones) < 2:  # noqa: PLR2004 - an ALB needs two
            raise ValueError(
                f"availability_zones={list(self.availability_zones)} are too few; the load balancer needs two or more"
            )
        if len(set(self.availability_zones)) != len(self.availability_zones):
            raise ValueError(f"availability_zones={list(self.availability_zones)} names a zone twice; name each once")
        if self.nat == "none" and not self.interface_endpoints:
            raise ValueError("nat='none' needs interface_endpoints: list the AWS services that the tasks call")
        plan_subnets(IPv4Network(self.cidr), zones=len(self.availability_zones))
        return self


def _checked_range(text: str) -> None:
    try:
        network = IPv4Network(text, strict=False)
    except ValueError:
        raise ValueError("is no IPv4 range; write address and prefix, such as 10.0.0.0/16") from None
    if "/" not in text:
        raise ValueError("has no prefix length; write address and prefix, such as 10.0.0.0/16")
    if text != str(network):
        raise ValueError(f"is an address inside a range, or not written in full; the range is {network}")
    if not network.is_private and not network.subnet_of(_SHARED_SPACE):
        raise ValueError(
            "is somebody's range on the internet; use a private one, inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"
        )


def _check_subnet_ids(subnet_ids: tuple[str, ...]) -> None:
    for subnet_id in subnet_ids:
        if not re.fullmatch(r"subnet-[0-9a-f]+", subnet_id):
            raise ValueError(f"private_subnet_ids has {subnet_id!r}, which is no subnet's id (subnet-…)")
    if len(set(subnet_ids)) < 2:  # noqa: PLR2004 - an ALB needs two zones
        raise ValueError(
            f"private_subnet_ids={list(subnet_ids)}: the load balancer needs subnets in two zones or more; list them"
        )
