"""What every ECS service here is made of: task definition, roles, log group, security group, private name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from cdktf_cdktf_provider_aws.ecs_task_definition import (
    EcsTaskDefinition,
    EcsTaskDefinitionRuntimePlatform,
    EcsTaskDefinitionVolume,
)
from cdktf_cdktf_provider_aws.service_discovery_service import (
    ServiceDiscoveryService,
    ServiceDiscoveryServiceDnsConfig,
    ServiceDiscoveryServiceDnsConfigDnsRecords,
)
from constructs import Construct

from constructs_lib.account import AwsAccount
from constructs_lib.cluster import Cluster
from constructs_lib.container import Container, HealthCheck, Mount
from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.exceptions import except_from_check
from constructs_lib.fargate_size import check_task_size
from constructs_lib.iam import Role, Statement, service_trust
from constructs_lib.log_group import LogGroup, check_retention
from constructs_lib.naming import checked_name
from constructs_lib.network import NetworkLike
from constructs_lib.secret import Secret, SecretKey
from constructs_lib.security_group import SecurityGroup

Architecture = Literal["X86_64", "ARM64"]


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskSpec:
    """The plain values of a service's task.

    Attributes:
        name: Service name; also the task family, and ``/ecs/NAME`` the log group.
        container: Container name.
        port: TCP port that the container listens on.
        cpu_units: 1024 are one vCPU.
        memory_mib: Memory; must go with *cpu_units*.
        health_check: Command that tells whether the container works.
        architecture: Processor; ``X86_64`` when omitted.
        environment: Plain variables that are known without AWS.
        log_retention_days: 365 when omitted.
        read_only_root: Whether the image's own file system is read-only; True when omitted.
        writable_paths: Directories that stay writable, as scratch space that ends with the task; none when omitted.
        user: ``uid:gid`` to run as; the image's own when omitted.
        discovery_name: Name in the cluster's private namespace; none when omitted.

    Raises:
        ValueError: A size that Fargate does not run, a port or a name that AWS refuses.
    """

    name: str
    container: str
    port: int
    cpu_units: int
    memory_mib: int
    health_check: HealthCheck
    architecture: Architecture = "X86_64"
    environment: Mapping[str, str] = field(default_factory=dict)
    log_retention_days: int = 365
    read_only_root: bool = True
    writable_paths: tuple[str, ...] = ()
    user: str | None = None
    discovery_name: str | None = None

    def __post_init__(self) -> None:
        checked_name("ECS", self.name)
        checked_name("ECS", self.container)
        check_task_size(cpu_units=self.cpu_units, memory_mib=self.memory_mib)
        check_retention(self.log_retention_days)
        if not 1 <= self.port <= 65535:  # noqa: PLR2004 - TCP
            raise ValueError(f"port={self.port} is no TCP port; use 1 to 65535")
        for path in self.writable_paths:
            if not path.startswith("/") or path == "/":
                raise ValueError(f"writable_paths has {path!r}; use absolute directories below /")
        if self.architecture not in ("X86_64", "ARM64"):
            raise ValueError(f"architecture={self.architecture!r} is unknown to Fargate; use X86_64 or ARM64")


def merged_variables(
    plain: Mapping[str, str], known_later: Mapping[str, str], secrets: Mapping[str, object]
) -> dict[str, str]:
    """Return the container's plain variables, each set in one place only.

    Raises:
        ValueError: A variable is set twice; ECS refuses that, or worse, one value wins silently.
    """
    twice = sorted((plain.keys() & known_later.keys()) | ((plain.keys() | known_later.keys()) & secrets.keys()))
    if twice:
        raise ValueError(f"environment has {twice[0]!r}, which is already set for this service; leave it out")
    return {**plain, **known_later}


class FargateTask(Construct):
    """A task definition with two roles that start without rights, an encrypted log and a closed security group.

    The execution role (ECS itself) may read exactly the injected secrets and write the log; the task role (the
    application) holds only what was granted to it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        network: NetworkLike,
        cluster: Cluster,
        spec: TaskSpec,
        image: str,
        log_key: EncryptionKey,
        environment: Mapping[str, str],
        secrets: Mapping[str, SecretKey],
        mounts: Sequence[Mount] = (),
        volumes: Sequence[EcsTaskDefinitionVolume] = (),
    ) -> None:
        super().__init__(scope, construct_id)
        account = AwsAccount.of(self)
        self.spec = spec
        self.cluster = cluster
        self.log_group = LogGroup(
            self, "LogGroup", name=f"/ecs/{spec.name}", key=log_key, retention_days=spec.log_retention_days
        )
        trust = [service_trust("ecs-tasks.amazonaws.com", account_id=account.id, source_arn=account.arn("ecs", "*"))]
        self.role = Role(
            self,
            "TaskRole",
            name=f"{spec.name}-task",
            description=f"{spec.name}: the application",
            trust=trust,
        )
        self.execution_role = Role(
            self,
            "ExecutionRole",
            name=f"{spec.name}-execution",
            description=f"{spec.name}: what ECS needs to start it",
            trust=trust,
        )
        self._grant_start(secrets)
        self.security_group = SecurityGroup(
            self, "SecurityGroup", network=network, name=spec.name, description=f"Tasks of {spec.name}"
        )
        scratch = {
            f"scratch-{number}": Mount(volume=f"scratch-{number}", path=path)
            for number, path in enumerate(spec.writable_paths, start=1)
        }
        container = Container(
            name=spec.container,
            image=image,
            port=spec.port,
            log_group=self.log_group.name,
            region=account.region,
            environment=merged_variables(spec.environment, environment, secrets),
            secrets=secrets,
            health_check=spec.health_check,
            mounts=[*mounts, *scratch.values()],
            read_only_root=spec.read_only_root,
            user=spec.user,
        )
        self.definition = EcsTaskDefinition(
            self,
            "Definition",
            family=spec.name,
            requires_compatibilities=["FARGATE"],
            network_mode="awsvpc",
            cpu=str(spec.cpu_units),
            memory=str(spec.memory_mib),
            runtime_platform=EcsTaskDefinitionRuntimePlatform(
                cpu_architecture=spec.architecture, operating_system_family="LINUX"
            ),
            execution_role_arn=self.execution_role.arn,
            task_role_arn=self.role.arn,
            container_definitions=container.definitions(),
            volume=[*volumes, *(EcsTaskDefinitionVolume(name=name) for name in scratch)] or None,
            track_latest=True,  # delivery registers revisions too; the newest one is the truth
        )
        if not spec.read_only_root:
            except_from_check(
                self.definition,
                "CKV_AWS_336",
                reason="this image writes beside its program and does not start on a read-only file system",
                expires=date(2027, 11, 30),
                frameworks=("terraform_plan",),  # the other one can't see into the container's definition
            )
        self.discovery = self._discover(spec.discovery_name) if spec.discovery_name else None

    @property
    def host(self) -> str:
        """The private DNS name of the service.

        Raises:
            ValueError: The service has no name in the namespace.
        """
        if not self.spec.discovery_name:
            raise ValueError(f"{self.node.path}: no private name; give its spec a discovery_name")
        return f"{self.spec.discovery_name}.{self.cluster.namespace}"

    def allow_out(self, *, port: int, purpose: str) -> None:
        """Let the tasks open connections to the internet on *port*."""
        self.security_group.allow_to_internet(port=port, purpose=purpose)

    def _grant_start(self, secrets: Mapping[str, SecretKey]) -> None:
        self.execution_role.grant(
            "write-log",
            Statement(
                sid="WriteLog",
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                # AWS documents CreateLogStream on the group, and names the stream when it refuses
                resources=[self.log_group.arn, f"{self.log_group.arn}:log-stream:ecs/*"],
                wildcard_reason="one log stream a task, named after the task's id",
            ),
        )
        injected: dict[str, Secret] = {key.secret.name: key.secret for key in secrets.values()}
        for name, secret in sorted(injected.items()):
            secret.grant_read(self.execution_role, "read-secret-" + name.replace("/", "-"))

    def _discover(self, name: str) -> ServiceDiscoveryService:
        return ServiceDiscoveryService(
            self,
            "Discovery",
            name=name,
            dns_config=ServiceDiscoveryServiceDnsConfig(
                namespace_id=self.cluster.namespace_id,
                routing_policy="MULTIVALUE",
                dns_records=[ServiceDiscoveryServiceDnsConfigDnsRecords(type="A", ttl=10)],
            ),
        )
