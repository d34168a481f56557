"""A service that owns data on EFS: one task, ever."""

from collections.abc import Mapping
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.ecs_service import (
    EcsService,
    EcsServiceCapacityProviderStrategy,
    EcsServiceDeploymentCircuitBreaker,
    EcsServiceNetworkConfiguration,
    EcsServiceServiceRegistries,
)
from cdktf_cdktf_provider_aws.ecs_task_definition import (
    EcsTaskDefinitionVolume,
    EcsTaskDefinitionVolumeEfsVolumeConfiguration,
    EcsTaskDefinitionVolumeEfsVolumeConfigurationAuthorizationConfig,
)
from constructs import Construct

from constructs_lib.cluster import Cluster
from constructs_lib.container import Mount
from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.fargate_task import FargateTask, TaskSpec
from constructs_lib.file_system import FileSystem
from constructs_lib.image_reference import ImageReference
from constructs_lib.network import NetworkLike
from constructs_lib.numbers import checked_number
from constructs_lib.ordering import create_after
from constructs_lib.secret import SecretKey
from constructs_lib.security_group import HasSecurityGroup, SecurityGroup

_VOLUME = "data"


@dataclass(frozen=True, kw_only=True, slots=True)
class StatefulSpec:
    """The plain values of a service that owns data.

    There is no count, no scaling and no spot share to set: two tasks on the same files corrupt them.

    Attributes:
        task: Its task; needs a *discovery_name*, for that is how it is found.
        image: Image with a version tag or a digest.
        data_path: Absolute directory in the container where the data lies.
        owner_uid: POSIX user that owns the files.
        owner_gid: POSIX group that owns the files.

    Raises:
        ValueError: An image that can change under its name, a relative path, root as owner, or no private name.
    """

    task: TaskSpec
    image: ImageReference
    data_path: str
    owner_uid: int = 1000
    owner_gid: int = 1000

    def __post_init__(self) -> None:
        self.image.require_pinned()
        if not self.data_path.startswith("/") or self.data_path == "/":
            raise ValueError(f"data_path={self.data_path!r} must be an absolute directory below /")
        if self.owner_uid == 0 or self.owner_gid == 0:
            raise ValueError("owner_uid and owner_gid must not be 0: root access to the file system is never granted")
        for field in ("owner_uid", "owner_gid"):
            checked_number(field, getattr(self, field), least=1, most=2**32 - 1, source="EFS: PosixUser")
        if not self.task.discovery_name:
            raise ValueError(f"task {self.task.name!r} needs a discovery_name: a data service is found by its name")


class StatefulService(Construct):
    """One task with its own encrypted file system, reached by a private name.

    A deployment stops the old task before it starts the new one (0 to 100 percent), so that there is never a second
    writer. Fargate on demand only, no autoscaling, no public address, mounted over TLS by IAM through its own access
    point; the data is protected against destruction. Terraform waits until the task runs.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        network: NetworkLike,
        cluster: Cluster,
        spec: StatefulSpec,
        key: EncryptionKey,
        log_key: EncryptionKey,
        environment: Mapping[str, str] | None = None,
        secrets: Mapping[str, SecretKey] | None = None,
        dangerously_allow_destroy: bool = False,
    ) -> None:
        super().__init__(scope, construct_id)
        self.spec = spec
        self.name = spec.task.name
        self.file_system = FileSystem(
            self,
            "FileSystem",
            name=spec.task.name,
            network=network,
            key=key,
            owner_uid=spec.owner_uid,
            owner_gid=spec.owner_gid,
            dangerously_allow_destroy=dangerously_allow_destroy,
        )
        self.task = FargateTask(
            self,
            "Task",
            network=network,
            cluster=cluster,
            spec=spec.task,
            image=str(spec.image),
            log_key=log_key,
            environment=environment or {},
            secrets=secrets or {},
            mounts=[Mount(volume=_VOLUME, path=spec.data_path)],
            volumes=[self._volume()],
        )
        self.security_group = self.task.security_group
        self.host = self.task.host
        self.task.allow_out(port=443, purpose="Image, log and secrets at start")
        policy = self.file_system.mount_by(self.task.role, self.security_group)
        self.resource = self._define_service(network, cluster)
        create_after(self.resource, policy, *self.file_system.mount_targets)

    def allow_from(self, source: SecurityGroup | HasSecurityGroup, *, port: int) -> None:
        """Let *source* connect to the task on *port*."""
        group = source if isinstance(source, SecurityGroup) else source.security_group
        self.security_group.allow_from(group, port=port, purpose=f"{group.name} uses {self.name}")

    def _volume(self) -> EcsTaskDefinitionVolume:
        return EcsTaskDefinitionVolume(
            name=_VOLUME,
            efs_volume_configuration=EcsTaskDefinitionVolumeEfsVolumeConfiguration(
                file_system_id=self.file_system.id,
                transit_encryption="ENABLED",
                authorization_config=EcsTaskDefinitionVolumeEfsVolumeConfigurationAuthorizationConfig(
                    access_point_id=self.file_system.access_point.id, iam="ENABLED"
                ),
            ),
        )

    def _define_service(self, network: NetworkLike, cluster: Cluster) -> EcsService:
        return EcsService(
            self,
            "Service",
            name=self.name,
            cluster=cluster.arn,
            task_definition=self.task.definition.arn,
            desired_count=1,
            capacity_provider_strategy=[
                EcsServiceCapacityProviderStrategy(capacity_provider="FARGATE", base=1, weight=100)
            ],
            deployment_minimum_healthy_percent=0,
            deployment_maximum_percent=100,
            deployment_circuit_breaker=EcsServiceDeploymentCircuitBreaker(enable=True, rollback=True),
            availability_zone_rebalancing="DISABLED",  # rebalancing starts a second task first
            network_configuration=EcsServiceNetworkConfiguration(
                subnets=list(network.private_subnet_ids),
                security_groups=[self.security_group.id],
                assign_public_ip=False,
            ),
            service_registries=EcsServiceServiceRegistries(registry_arn=self._registry_arn()),
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            wait_for_steady_state=True,
        )

    def _registry_arn(self) -> str:
        if self.task.discovery is None:  # StatefulSpec refuses it before
            raise ValueError(f"{self.node.path}: a data service needs a discovery_name")
        return self.task.discovery.arn
