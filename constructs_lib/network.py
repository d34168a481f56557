"""A VPC over availability zones: made new, or one that exists already."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Literal, Protocol

from cdktf_cdktf_provider_aws.default_security_group import DefaultSecurityGroup
from cdktf_cdktf_provider_aws.eip import Eip
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway
from cdktf_cdktf_provider_aws.nat_gateway import NatGateway
from cdktf_cdktf_provider_aws.route import Route
from cdktf_cdktf_provider_aws.route_table import RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from cdktf_cdktf_provider_aws.subnet import Subnet
from cdktf_cdktf_provider_aws.vpc import Vpc
from constructs import Construct

from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.endpoint_services import check_endpoint_services
from constructs_lib.flow_log import VpcFlowLog
from constructs_lib.security_group import INTERNET
from constructs_lib.subnets import SubnetPlan, plan_subnets
from constructs_lib.vpc_endpoints import GatewayEndpoint, InterfaceEndpoints

NatMode = Literal["per_zone", "single", "none"]


class NetworkLike(Protocol):
    """What a construct needs to know of the network that it is placed in."""

    @property
    def vpc_id(self) -> str:
        """The VPC's id."""
        ...

    @property
    def private_subnet_ids(self) -> Sequence[str]:
        """Subnets without a route from the internet, one a zone."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkSpec:
    """The shape of a network.

    Attributes:
        cidr: The VPC's IPv4 range.
        availability_zones: Zones by name (``us-east-1a``), in the order of their subnets. Append, never reorder.
        nat: ``per_zone`` survives the loss of a zone; ``single`` is cheaper and does not; ``none`` has no way out, so
            *interface_endpoints* must name every AWS service that the tasks call. ``per_zone`` when omitted.
        interface_endpoints: AWS services reached inside the VPC (``ecr.api``, ``logs``); none when omitted.
        flow_log_retention_days: How long accepted and refused connections stay on record; 365 when omitted.

    Raises:
        ValueError: Zones missing or repeated, a range too small for them, or no NAT and no endpoint.
    """

    cidr: IPv4Network
    availability_zones: tuple[str, ...]
    nat: NatMode = "per_zone"
    interface_endpoints: tuple[str, ...] = ()
    flow_log_retention_days: int = 365

    def __post_init__(self) -> None:
        zones = self.availability_zones
        if len(set(zones)) != len(zones):
            raise ValueError(f"availability_zones={list(zones)} names a zone twice; name each once")
        if self.nat not in ("per_zone", "single", "none"):
            raise ValueError(f"nat={self.nat!r} is unknown; use per_zone, single or none")
        if self.nat == "none" and not self.interface_endpoints:
            raise ValueError(
                "nat='none' leaves the tasks without a way to AWS; list the services in interface_endpoints "
                "(at least ecr.api, ecr.dkr, logs and secretsmanager), or use nat='single'"
            )
        check_endpoint_services(self.interface_endpoints)
        self.subnets()

    def subnets(self) -> SubnetPlan:
        """Return the ranges of the subnets."""
        return plan_subnets(self.cidr, zones=len(self.availability_zones))


class Network(Construct):
    """A VPC with one public and one private subnet a zone.

    Tasks, load balancers and file systems live in the private subnets; the public ones hold NAT gateways and nothing
    else. The default security group is closed, S3 is reached by a gateway endpoint (free, and no NAT charge), and
    flow logs are always on. The internet gateway stays even without NAT: CloudFront's VPC origins ask for one
    (CloudFront: "Restrict access with VPC origins").
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, name: str, spec: NetworkSpec, log_key: EncryptionKey
    ) -> None:
        super().__init__(scope, construct_id)
        self._name = name
        self.vpc = Vpc(
            self,
            "Vpc",
            cidr_block=str(spec.cidr),
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": name},
        )
        self.vpc_id: str = self.vpc.id
        self.cidr = spec.cidr
        DefaultSecurityGroup(self, "ClosedDefaultGroup", vpc_id=self.vpc_id)
        self._internet_gateway = InternetGateway(self, "InternetGateway", vpc_id=self.vpc_id, tags={"Name": name})
        nat_by_zone = self._add_public_subnets(spec)
        self._add_private_subnets(spec, nat_by_zone)
        GatewayEndpoint(self, "S3", network=self, service="s3", route_table_ids=self._private_route_tables)
        if spec.interface_endpoints:
            InterfaceEndpoints(self, "Endpoints", network=self, name=name, services=spec.interface_endpoints)
        VpcFlowLog(self, "FlowLog", network=self, name=name, key=log_key, retention_days=spec.flow_log_retention_days)

    def _add_public_subnets(self, spec: NetworkSpec) -> list[NatGateway]:
        table = RouteTable(self, "PublicRoutes", vpc_id=self.vpc_id, tags={"Name": f"{self._name}-public"})
        Route(
            self,
            "ToInternet",
            route_table_id=table.id,
            destination_cidr_block=INTERNET,
            gateway_id=self._internet_gateway.id,
        )
        subnets = [
            self._add_subnet("Public", zone, cidr, table)
            for zone, cidr in zip(spec.availability_zones, spec.subnets().public, strict=True)
        ]
        self.public_subnet_ids: tuple[str, ...] = tuple(subnet.id for subnet in subnets)
        count = {"per_zone": len(subnets), "single": 1, "none": 0}[spec.nat]
        return [self._add_nat(zone, subnets[i]) for i, zone in enumerate(spec.availability_zones[:count])]

    def _add_nat(self, zone: str, subnet: Subnet) -> NatGateway:
        name = f"{self._name}-{zone}"
        address = Eip(self, f"NatAddress-{zone}", domain="vpc", tags={"Name": name})
        return NatGateway(
            self,
            f"Nat-{zone}",
            allocation_id=address.id,
            subnet_id=subnet.id,
            tags={"Name": name},
            depends_on=[self._internet_gateway],
        )

    def _add_private_subnets(self, spec: NetworkSpec, nat: list[NatGateway]) -> None:
        tables: list[RouteTable] = []
        subnets: list[Subnet] = []
        for i, (zone, cidr) in enumerate(zip(spec.availability_zones, spec.subnets().private, strict=True)):
            table = RouteTable(
                self,
                f"PrivateRoutes-{zone}",
                vpc_id=self.vpc_id,
                tags={"Name": f"{self._name}-private-{zone}"},
            )
            if nat:
                Route(
                    self,
                    f"ToNat-{zone}",
                    route_table_id=table.id,
                    destination_cidr_block=INTERNET,
                    nat_gateway_id=nat[min(i, len(nat) - 1)].id,
                )
            tables.append(table)
            subnets.append(self._add_subnet("Private", zone, cidr, table))
        self._private_route_tables = [table.id for table in tables]
        self.private_subnet_ids: tuple[str, ...] = tuple(subnet.id for subnet in subnets)

    def _add_subnet(self, tier: str, zone: str, cidr: IPv4Network, table: RouteTable) -> Subnet:
        subnet = Subnet(
            self,
            f"{tier}-{zone}",
            vpc_id=self.vpc_id,
            cidr_block=str(cidr),
            availability_zone=zone,
            map_public_ip_on_launch=False,
            tags={"Name": f"{self._name}-{tier.lower()}-{zone}", "Tier": tier.lower()},
        )
        RouteTableAssociation(self, f"{tier}Routes-{zone}-Association", subnet_id=subnet.id, route_table_id=table.id)
        return subnet


@dataclass(frozen=True, kw_only=True, slots=True)
class ExistingNetwork:
    """A network that somebody else owns, by its ids.

    Attributes:
        vpc_id: The VPC (``vpc-…``).
        private_subnet_ids: Subnets for tasks, one a zone, at least two; they must route to the AWS services.

    Raises:
        ValueError: An id of another kind, or fewer than two subnets.
    """

    vpc_id: str
    private_subnet_ids: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.vpc_id.startswith("vpc-"):
            raise ValueError(f"vpc_id={self.vpc_id!r} is not a VPC's id; it starts with vpc-")
        wrong = [i for i in self.private_subnet_ids if not i.startswith("subnet-")]
        if wrong:
            raise ValueError(f"private_subnet_ids has {wrong[0]!r}, which is no subnet's id; they start with subnet-")
        if len(set(self.private_subnet_ids)) < 2:  # noqa: PLR2004 - an ALB needs two zones
            raise ValueError(
                f"private_subnet_ids has {len(set(self.private_subnet_ids))} subnet(s); a load balancer needs "
                "subnets in two zones or more (ELB: Availability Zones)"
            )
