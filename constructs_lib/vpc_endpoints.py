"""Ways from a VPC to AWS services that do not cross the internet."""

from collections.abc import Sequence
from ipaddress import IPv4Network
from typing import Final, Protocol

from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from constructs_lib.account import AwsAccount
from constructs_lib.security_group import SecurityGroup

HTTPS: Final = 443


class _WholeNetwork(Protocol):
    vpc_id: str
    private_subnet_ids: tuple[str, ...]
    cidr: IPv4Network


class GatewayEndpoint(Construct):
    """A route to S3 that costs nothing; image layers and log buckets go this way."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        network: _WholeNetwork,
        service: str,
        route_table_ids: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        VpcEndpoint(
            self,
            "Resource",
            vpc_id=network.vpc_id,
            service_name=f"com.amazonaws.{AwsAccount.of(self).region}.{service}",
            vpc_endpoint_type="Gateway",
            route_table_ids=list(route_table_ids),
        )


class InterfaceEndpoints(Construct):
    """Private addresses for AWS services in every private subnet, under their usual names.

    All share one security group, open to the VPC on 443.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        network: _WholeNetwork,
        name: str,
        services: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        group = SecurityGroup(
            self,
            "SecurityGroup",
            network=network,
            name=f"{name}-endpoints",
            description="AWS services inside the VPC",
        )
        VpcSecurityGroupIngressRule(
            self,
            "FromVpc",
            security_group_id=group.id,
            cidr_ipv4=str(network.cidr),
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            description="Tasks call AWS services",
        )
        for service in services:
            VpcEndpoint(
                self,
                service,
                vpc_id=network.vpc_id,
                service_name=f"com.amazonaws.{AwsAccount.of(self).region}.{service}",
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=list(network.private_subnet_ids),
                security_group_ids=[group.id],
                tags={"Name": f"{name}-{service}"},
            )
