"""A small stack with a network and a cluster in it, for tests of what stands on them."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Network

from cdktf import TerraformStack

from constructs_lib.cluster import Cluster
from constructs_lib.container import HealthCheck
from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.fargate_task import TaskSpec
from constructs_lib.network import Network, NetworkSpec
from tests.support.template import Template, new_stack

ALIVE = HealthCheck(command=("/bin/true",))


@dataclass(frozen=True)
class Backend:
    """A load balancer, as far as a site knows it."""

    arn: str = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/shop/0123456789abcdef"
    dns_name: str = "internal-shop.us-east-1.elb.amazonaws.com"
    https: bool = True
    port: int = 443


class World:
    """Network ``net`` over two zones, cluster ``shop-cluster`` with the namespace ``shop.local``, and a key."""

    def __init__(self, stack: TerraformStack | None = None) -> None:
        self.stack: TerraformStack = new_stack() if stack is None else stack
        self.key = EncryptionKey(self.stack, "Key", alias="test", description="Everything in this test")
        spec = NetworkSpec(cidr=IPv4Network("10.0.0.0/16"), availability_zones=("us-east-1a", "us-east-1b"))
        self.network = Network(self.stack, "Network", name="net", spec=spec, log_key=self.key)
        self.cluster = Cluster(
            self.stack,
            "Cluster",
            name="shop-cluster",
            network=self.network,
            namespace="shop.local",
            key=self.key,
        )

    def template(self) -> Template:
        """Return what the stack synthesizes to."""
        return Template.of(self.stack)


def template_of(define: Callable[[World], object]) -> Template:
    """Return what a world synthesizes to after *define* added to it."""
    world = World()
    define(world)
    return world.template()


def task_spec(name: str = "shop-api", *, discovery_name: str | None = None) -> TaskSpec:
    """Return the spec of a small task."""
    return TaskSpec(
        name=name,
        container="api",
        port=8080,
        cpu_units=256,
        memory_mib=512,
        health_check=ALIVE,
        discovery_name=discovery_name,
    )
