"""Security groups whose rules read as sentences: this one lets that one in, on one port."""

from datetime import date
from typing import Protocol

from cdktf_cdktf_provider_aws.security_group import SecurityGroup as AwsSecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from constructs_lib.exceptions import except_from_check
from constructs_lib.naming import checked_description, checked_name

INTERNET = "0.0.0.0/0"
HTTP = 80


class InVpc(Protocol):
    """What a security group needs to know of a network."""

    @property
    def vpc_id(self) -> str:
        """The VPC's id."""
        ...


class HasSecurityGroup(Protocol):
    """Anything whose network interfaces are in one security group."""

    @property
    def security_group(self) -> "SecurityGroup":
        """The group."""
        ...


class SecurityGroup(Construct):
    """A security group that lets nothing in or out until a link is declared.

    A link between two groups is one ingress rule here and one egress rule there, each a resource of its own and each
    by reference to the other group, never by address. The rules live below the group that *connects*, so that its
    stack depends on the other one and never the reverse.
    """

    def __init__(self, scope: Construct, construct_id: str, *, network: InVpc, name: str, description: str) -> None:
        super().__init__(scope, construct_id)
        self.name = checked_name("security group", name)
        described = checked_description("security group", description)
        self.resource = AwsSecurityGroup(
            self, "Resource", name=name, description=described, vpc_id=network.vpc_id, tags={"Name": name}
        )
        self.id: str = self.resource.id

    def allow_from(self, source: "SecurityGroup", *, port: int, purpose: str) -> None:
        """Let *source* open TCP connections to this group on *port*."""
        link = f"{self.name}-{port}"
        VpcSecurityGroupIngressRule(
            source,
            f"Into-{link}",
            security_group_id=self.id,
            referenced_security_group_id=source.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=purpose,
        )
        VpcSecurityGroupEgressRule(
            source,
            f"To-{link}",
            security_group_id=source.id,
            referenced_security_group_id=self.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=purpose,
        )

    def allow_from_prefix_list(self, prefix_list_id: str, *, port: int, purpose: str) -> None:
        """Let the addresses of a managed prefix list connect on *port*.

        A list weighs as many rules as its maximum entries (VPC: "Managed prefix lists"); CloudFront's weighs 55 of
        the 60 that a group may have, so give it a group of its own.
        """
        rule = VpcSecurityGroupIngressRule(
            self,
            f"From-prefix-list-{port}",
            security_group_id=self.id,
            prefix_list_id=prefix_list_id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=purpose,
        )
        if port == HTTP:
            except_from_check(
                rule,
                "CKV_AWS_260",
                reason="only the addresses of a prefix list may connect; the check takes 'no CIDR' for 'any address'",
                expires=date(2027, 11, 30),
            )

    def allow_to_internet(self, *, port: int, purpose: str) -> None:
        """Let members of this group open TCP connections to any address on *port*."""
        VpcSecurityGroupEgressRule(
            self,
            f"To-internet-{port}",
            security_group_id=self.id,
            cidr_ipv4=INTERNET,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=purpose,
        )
