"""What everything else stands on: the VPC, the cluster, the site's zone and certificate."""

from ipaddress import IPv4Network

from constructs import Construct

from constructs_lib.certificate import Certificate
from constructs_lib.cluster import Cluster
from constructs_lib.dns_zone import DnsZone
from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.network import ExistingNetwork, Network, NetworkSpec
from stacks.base import BaseStack, RunSettings
from stacks.environment import Environment
from stacks.environment_network import Domain
from stacks.monitoring import watch_platform


class NetworkStack(BaseStack):
    """VPC and cluster, and the DNS zone and certificate where the environment names a domain.

    The zone is here, first, because a new zone must be delegated before a certificate in it can be issued.
    """

    def __init__(self, scope: Construct, *, environment: Environment, run: RunSettings) -> None:
        super().__init__(scope, "network", environment=environment, run=run)
        self.log_key = EncryptionKey(
            self,
            "LogKey",
            alias=f"{self.prefix}-logs",
            description=f"Logs of {self.prefix}",
            services=[f"logs.{environment.region}.amazonaws.com"],
            dangerously_allow_destroy=self.allow_destroy,
        )
        self.network = self._define_network()
        self.cluster = Cluster(
            self,
            "Cluster",
            name=f"{self.prefix}-cluster",
            network=self.network,
            namespace=environment.private_namespace,
            key=self.log_key,
            exec_log_retention_days=environment.logs.retention_days,
        )
        self.alarm_topic = watch_platform(self, cluster=self.cluster)
        self.zone: DnsZone | None = None
        self.certificate: Certificate | None = None
        if environment.domain:
            self._define_domain(environment.domain)
        self.output("vpc_id", self.network.vpc_id, "The VPC")
        self.output("cluster_name", self.cluster.name, "The ECS cluster")

    def _define_network(self) -> Network | ExistingNetwork:
        wanted = self.env.network
        if wanted.cidr is None:
            return ExistingNetwork(vpc_id=wanted.vpc_id or "", private_subnet_ids=wanted.private_subnet_ids)
        spec = NetworkSpec(
            cidr=IPv4Network(wanted.cidr),
            availability_zones=wanted.availability_zones,
            nat=wanted.nat,
            interface_endpoints=wanted.interface_endpoints,
            flow_log_retention_days=self.env.logs.retention_days,
        )
        return Network(self, "Network", name=self.prefix, spec=spec, log_key=self.log_key)

    def _define_domain(self, domain: Domain) -> None:
        self.zone = DnsZone(
            self,
            "Zone",
            name=domain.zone,
            create=domain.create_zone,
            log_key=self.log_key,
            log_retention_days=self.env.logs.retention_days,
            dangerously_allow_destroy=self.allow_destroy,
        )
        if domain.create_zone:
            self.output("name_servers", self.zone.name_servers, "Delegate the zone to these, once")
        self.certificate = Certificate(self, "Certificate", domain_name=domain.name, zone=self.zone)
