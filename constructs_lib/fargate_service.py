"""A stateless service on Fargate: scales, deploys with rollback, takes its image from a registry."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.ecs_service import (
    EcsService,
    EcsServiceAlarms,
    EcsServiceCapacityProviderStrategy,
    EcsServiceDeploymentCircuitBreaker,
    EcsServiceLoadBalancer,
    EcsServiceNetworkConfiguration,
    EcsServiceServiceRegistries,
)
from constructs import Construct

from constructs_lib.account import AwsAccount
from constructs_lib.autoscaling import Autoscaling, ScalingSpec
from constructs_lib.cluster import Cluster
from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.fargate_task import FargateTask, TaskSpec
from constructs_lib.iam import Role, Statement
from constructs_lib.load_balancer import LoadBalancer
from constructs_lib.network import NetworkLike
from constructs_lib.ordering import create_after
from constructs_lib.published_image import PublishedImage
from constructs_lib.secret import SecretKey
from constructs_lib.security_group import HasSecurityGroup, SecurityGroup

_HEALTH_PATH = re.compile(r"/[!-~]{0,1023}")  # ELB: CreateTargetGroup, HealthCheckPath


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteSpec:
    """What of a load balancer's traffic goes to a service.

    Attributes:
        path_prefixes: Prefixes such as ``/api``; each stands for itself and everything below.
        health_path: Path that answers 200 when the service works.
        grace_period_seconds: Failing checks that are forgiven after a start; 60 when omitted.

    Raises:
        ValueError: A *health_path* that a target group refuses.
    """

    path_prefixes: tuple[str, ...]
    health_path: str
    grace_period_seconds: int = 60

    def __post_init__(self) -> None:
        if not _HEALTH_PATH.fullmatch(self.health_path):
            raise ValueError(f"health_path={self.health_path!r} is no path; write it like '/health'")


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceSpec:
    """The plain values of a stateless service.

    Attributes:
        task: Its task.
        scaling: How many tasks.
        spot_percent: Share of tasks, beyond the first *min_tasks* ones, on FARGATE_SPOT; 0 when omitted.
        deployment_alarms: Alarm names that roll a deployment back; none when omitted.

    Raises:
        ValueError: No percentage.
    """

    task: TaskSpec
    scaling: ScalingSpec
    spot_percent: int = 0
    deployment_alarms: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if not 0 <= self.spot_percent <= 100:  # noqa: PLR2004 - percent
            raise ValueError(f"spot_percent={self.spot_percent} is no percentage; use 0 to 100")


class FargateService(Construct):
    """A service whose tasks can come and go.

    Deployments start new tasks before old ones stop, and roll back by themselves. The service is created with zero
    tasks: there is no image yet. The first publish starts it, from then on autoscaling owns the count. A spot share
    applies to what is beyond *min_tasks*; a reclaim never takes the last on-demand tasks.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        network: NetworkLike,
        cluster: Cluster,
        spec: ServiceSpec,
        image: PublishedImage,
        log_key: EncryptionKey,
        environment: Mapping[str, str] | None = None,
        secrets: Mapping[str, SecretKey] | None = None,
        load_balancer: LoadBalancer | None = None,
        route: RouteSpec | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        if (load_balancer is None) != (route is None):
            raise ValueError(f"{self.node.path}: load_balancer and route go together; give both or neither")
        self.spec = spec
        self.image = image
        self.cluster = cluster
        self.name = spec.task.name
        self.task = FargateTask(
            self,
            "Task",
            network=network,
            cluster=cluster,
            spec=spec.task,
            image=image.reference,
            log_key=log_key,
            environment=environment or {},
            secrets=secrets or {},
        )
        self.role = self.task.role
        self.security_group = self.task.security_group
        image.registry.grant_pull(self.task.execution_role)
        self.allow_out(port=443, purpose="AWS services and HTTPS APIs")
        targets = self._receive_from(load_balancer, route) if load_balancer and route else []
        self.resource = self._define_service(network, targets, route)
        if load_balancer:
            create_after(self.resource, load_balancer)  # ECS refuses a target group without a listener
        self.autoscaling = Autoscaling(
            self,
            "Autoscaling",
            cluster=cluster,
            service=self.resource,
            service_name=self.name,
            spec=spec.scaling,
            image=image,
        )

    def allow_from(self, source: SecurityGroup | HasSecurityGroup, *, port: int | None = None) -> None:
        """Let *source* connect to the tasks, on the container's port unless *port* says otherwise."""
        group = source if isinstance(source, SecurityGroup) else source.security_group
        number = port or self.spec.task.port
        self.security_group.allow_from(group, port=number, purpose=f"{group.name} calls {self.name}")

    def allow_out(self, *, port: int, purpose: str) -> None:
        """Let the tasks open connections to the internet on *port*."""
        self.task.allow_out(port=port, purpose=purpose)

    def grant_deploy(self, role: Role) -> None:
        """Let *role* put a new revision of the task definition into this service, start it, and watch it."""
        self.autoscaling.grant_start(role)
        family = f"task-definition/{self.name}"
        account = AwsAccount.of(role)
        role.grant(
            "deploy-service",
            Statement(
                sid="Service",
                actions=["ecs:DescribeServices", "ecs:UpdateService"],
                resources=[account.arn("ecs", f"service/{self.cluster.name}/{self.name}")],
            ),
            Statement(
                sid="ReadTaskDefinition",
                actions=["ecs:DescribeTaskDefinition"],
                resources=["*"],
                wildcard_reason="ecs:DescribeTaskDefinition has no resource-level permissions",
            ),
            Statement(
                sid="RegisterRevision",
                actions=["ecs:RegisterTaskDefinition", "ecs:TagResource"],
                resources=[account.arn("ecs", f"{family}:*")],
                wildcard_reason="the number of a revision is known once it is registered",
            ),
            Statement(
                sid="Tasks",
                actions=["ecs:DescribeTasks", "ecs:ListTasks"],
                resources=["*"],
                conditions={"ArnEquals": {"ecs:cluster": self.cluster.arn}},
                wildcard_reason="tasks have random ids; the cluster's condition narrows it",
            ),
            Statement(
                sid="PassTaskRoles",
                actions=["iam:PassRole"],
                resources=[self.task.role.arn, self.task.execution_role.arn],
                conditions={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
            ),
        )

    def _receive_from(self, load_balancer: LoadBalancer, route: RouteSpec) -> list[EcsServiceLoadBalancer]:
        self.target_group = load_balancer.add_target(
            self.node.id,
            name=self.name,
            port=self.spec.task.port,
            health_path=route.health_path,
            path_prefixes=route.path_prefixes,
        )
        self.allow_from(load_balancer.security_group)
        return [
            EcsServiceLoadBalancer(
                target_group_arn=self.target_group.arn,
                container_name=self.spec.task.container,
                container_port=self.spec.task.port,
            )
        ]

    def _define_service(
        self, network: NetworkLike, targets: Sequence[EcsServiceLoadBalancer], route: RouteSpec | None
    ) -> EcsService:
        discovery = self.task.discovery
        alarms = self.spec.deployment_alarms
        return EcsService(
            self,
            "Service",
            name=self.name,
            cluster=self.cluster.arn,
            task_definition=self.task.definition.arn,
            desired_count=0,
            capacity_provider_strategy=capacity_strategy(self.spec),
            deployment_minimum_healthy_percent=100,
            deployment_maximum_percent=200,
            deployment_circuit_breaker=EcsServiceDeploymentCircuitBreaker(enable=True, rollback=True),
            alarms=EcsServiceAlarms(alarm_names=list(alarms), enable=True, rollback=True) if alarms else None,
            availability_zone_rebalancing="ENABLED",
            health_check_grace_period_seconds=route.grace_period_seconds if route else None,
            network_configuration=EcsServiceNetworkConfiguration(
                subnets=list(network.private_subnet_ids),
                security_groups=[self.security_group.id],
                assign_public_ip=False,
            ),
            load_balancer=list(targets) or None,
            service_registries=EcsServiceServiceRegistries(registry_arn=discovery.arn) if discovery else None,
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            lifecycle=TerraformResourceLifecycle(ignore_changes=["desired_count"]),  # autoscaling owns it
        )


def capacity_strategy(spec: ServiceSpec) -> list[EcsServiceCapacityProviderStrategy]:
    """Return the providers' shares: *min_tasks* on demand first, the rest by *spot_percent*."""
    on_demand = EcsServiceCapacityProviderStrategy(
        capacity_provider="FARGATE", base=spec.scaling.min_tasks, weight=100 - spec.spot_percent
    )
    if spec.spot_percent == 0:
        return [on_demand]
    spot = EcsServiceCapacityProviderStrategy(capacity_provider="FARGATE_SPOT", base=0, weight=spec.spot_percent)
    return [on_demand, spot]
