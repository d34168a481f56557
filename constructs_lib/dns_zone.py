"""A public DNS zone, made here or found."""

from datetime import date
from typing import Final

from cdktf_cdktf_provider_aws.data_aws_route53_zone import DataAwsRoute53Zone
from cdktf_cdktf_provider_aws.route53_record import Route53Record, Route53RecordAlias
from cdktf_cdktf_provider_aws.route53_zone import Route53Zone
from constructs import Construct

from constructs_lib.dns_query_log import DnsQueryLog
from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.exceptions import except_from_check
from constructs_lib.naming import checked_name
from constructs_lib.protection import protected

ALIAS_TYPES: Final = ("A", "AAAA")


class DnsZone(Construct):
    """The Route 53 zone of a domain.

    A zone that is made here is protected: its name servers are written down at the registrar, and a new zone
    of the same name would get others. Until they are, nothing that waits for DNS (a certificate) can be
    finished.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        create: bool,
        log_key: EncryptionKey | None = None,
        log_retention_days: int = 365,
        dangerously_allow_destroy: bool = False,
    ) -> None:
        """Define the zone.

        Args:
            scope: Parent construct.
            construct_id: Id below it.
            name: Domain name of the zone.
            create: Whether to make the zone; otherwise it is looked up in the account, and must be there.
            log_key: Key that encrypts the log of queries; a zone that is made here needs one.
            log_retention_days: Days that the log is kept.
            dangerously_allow_destroy: Let Terraform delete a zone that it made.

        Raises:
            ValueError: The name is no domain name.
        """
        super().__init__(scope, construct_id)
        self.name = checked_name("DNS domain", name)
        zone: Route53Zone | DataAwsRoute53Zone
        if create:
            if log_key is None:
                raise ValueError(f"zone {name!r}: a zone that is made here logs its queries; pass the log_key for that")
            zone = self._make(dangerously_allow_destroy=dangerously_allow_destroy)
            DnsQueryLog(self, "QueryLog", zone=zone, domain=name, key=log_key, retention_days=log_retention_days)
        else:  # who owns it, also says who may read its queries
            zone = DataAwsRoute53Zone(self, "Existing", name=name, private_zone=False)
        self.zone_id: str = zone.zone_id
        self.name_servers: list[str] = zone.name_servers

    def _make(self, *, dangerously_allow_destroy: bool) -> Route53Zone:
        zone = Route53Zone(
            self,
            "Resource",
            name=self.name,
            comment=f"Public names below {self.name}",
            lifecycle=protected(dangerously_allow_destroy=dangerously_allow_destroy),
        )
        except_from_check(
            zone,
            "CKV2_AWS_38",
            reason="DNSSEC needs a DS record in the parent zone, which is somebody else's; signed without it, a zone "
            "is no safer, and a mistake with the keys takes the site down",
            expires=date(2027, 11, 30),
        )
        return zone

    def contains(self, domain_name: str) -> bool:
        """Tell whether *domain_name* is the zone's name or below it."""
        return domain_name == self.name or domain_name.endswith(f".{self.name}")

    def require(self, domain_name: str) -> str:
        """Return *domain_name* if its records belong in this zone.

        Raises:
            ValueError: It is outside of the zone.
        """
        if not self.contains(domain_name):
            raise ValueError(
                f"domain {domain_name!r} is not in the zone {self.name!r}; "
                f"use {self.name} or a name that ends in .{self.name}, or the zone of that domain"
            )
        return domain_name

    def add_alias(
        self, scope: Construct, alias_id: str, *, name: str, target_dns_name: str, target_zone_id: str
    ) -> None:
        """Let *name* lead to an AWS resource, over IPv4 and IPv6.

        The records live below *scope*, the one that has the target, so that its stack depends on the zone's
        and never the reverse.

        Raises:
            ValueError: The name is outside of the zone.
        """
        for record_type in ALIAS_TYPES:
            Route53Record(
                scope,
                f"{alias_id}{record_type}",
                zone_id=self.zone_id,
                name=self.require(name),
                type=record_type,
                alias=Route53RecordAlias(name=target_dns_name, zone_id=target_zone_id, evaluate_target_health=False),
            )
