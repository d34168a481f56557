"""The Node.js backend: registry, load balancer, service, and what it may do."""

from constructs import Construct

from constructs_lib.autoscaling import ScalingSpec
from constructs_lib.container import HealthCheck
from constructs_lib.container_registry import ContainerRegistry
from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.fargate_service import FargateService, RouteSpec, ServiceSpec
from constructs_lib.fargate_task import TaskSpec
from constructs_lib.load_balancer import LoadBalancer
from constructs_lib.log_bucket import LogBucket
from constructs_lib.monitoring import rollback_alarms
from constructs_lib.published_image import PublishedImage
from constructs_lib.secret import Secret, SecretKey
from stacks.backend_rights import grant_agents, grant_models
from stacks.base import BaseStack, RunSettings
from stacks.data import CHROMADB_PORT, INFLUXDB_PORT, DataStack
from stacks.environment import Environment
from stacks.monitoring import watch_backend
from stacks.network import NetworkStack

PORT = 3000
MQTT_PORT = 1883
PATH_PREFIXES = ("/health", "/api", "/ws")
_ALIVE = "fetch('http://127.0.0.1:3000/health').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"


class BackendStack(BaseStack):
    """The service that browsers talk to through CloudFront. Stateless: it can be replaced at any time."""

    def __init__(
        self,
        scope: Construct,
        *,
        environment: Environment,
        run: RunSettings,
        platform: NetworkStack,
        data: DataStack,
    ) -> None:
        super().__init__(scope, "backend", environment=environment, run=run)
        self._platform = platform
        self._data = data
        self.image_key = EncryptionKey(
            self,
            "ImageKey",
            alias=f"{self.prefix}-images",
            description=f"Container images of {self.prefix}",
            dangerously_allow_destroy=self.allow_destroy,
        )
        self.registry = ContainerRegistry(
            self,
            "Registry",
            name=f"{self.prefix}-backend",
            key=self.image_key,
            dangerously_allow_destroy=self.allow_destroy,
        )
        self.image = PublishedImage(
            self,
            "Image",
            parameter_prefix=f"/{self.prefix}/backend",
            registry=self.registry,
            dangerously_allow_destroy=self.allow_destroy,
        )
        self.mqtt_secret = self._secret(
            "MqttSecret", "mqtt", "The MQTT broker, and as whom", "host", "port", "username", "password"
        )
        self.cmms_secret = self._secret("CmmsSecret", "cmms/maintainx", "MaintainX API", "api_key")
        self.load_balancer = self._define_load_balancer()
        self.service = self._define_service()
        self.service.allow_out(port=MQTT_PORT, purpose="MQTT broker")
        data.influxdb.allow_from(self.service, port=INFLUXDB_PORT)
        data.chromadb.allow_from(self.service, port=CHROMADB_PORT)
        grant_models(self.service.role)
        grant_agents(self.service.role)
        watch_backend(self, topic=platform.alarm_topic, service=self.service, load_balancer=self.load_balancer)
        self._define_outputs()

    def _define_outputs(self) -> None:
        self.output("ecr_repository_url", self.registry.repository_url, "Where images are pushed")
        self.output("ecr_repository_name", self.registry.name, "The image repository")
        self.output("ecs_service_name", self.service.name, "The ECS service, also the task family")
        self.output("container_name", self.service.spec.task.container, "The container in the task")
        self.output("image_parameter_name", self.image.parameter_name, "SSM parameter with the image in use")
        self.output("load_balancer_arn", self.load_balancer.arn, "The internal load balancer")
        self.output("log_group_name", self.service.task.log_group.name, "Log of the backend")

    def _secret(self, construct_id: str, name: str, description: str, *keys: str) -> Secret:
        return Secret(
            self,
            construct_id,
            name=f"{self.env.secret_prefix}/{name}",
            description=description,
            key=self._data.secret_key,
            supplied=keys,
            dangerously_allow_destroy=self.allow_destroy,
        )

    def _define_load_balancer(self) -> LoadBalancer:
        log_bucket = LogBucket(
            self,
            "AccessLogs",
            name=f"{self.prefix}-backend-access-logs",
            retention_days=self.env.logs.retention_days,
            dangerously_allow_destroy=self.allow_destroy,
        )
        return LoadBalancer(
            self,
            "LoadBalancer",
            name=f"{self.prefix}-backend",
            network=self._platform.network,
            certificate=self._platform.certificate,
            log_bucket=log_bucket,
            dangerously_allow_destroy=self.allow_destroy,
        )

    def _define_service(self) -> FargateService:
        wanted = self.env.backend
        spec = ServiceSpec(
            spot_percent=wanted.spot_percent,
            deployment_alarms=rollback_alarms(f"{self.prefix}-backend"),
            scaling=ScalingSpec(
                min_tasks=wanted.min_tasks,
                max_tasks=wanted.max_tasks,
                cpu_target_percent=wanted.cpu_target_percent,
                memory_target_percent=wanted.memory_target_percent,
            ),
            task=TaskSpec(
                name=f"{self.prefix}-backend",
                container="backend",
                port=PORT,
                cpu_units=wanted.cpu_units,
                memory_mib=wanted.memory_mib,
                architecture=wanted.architecture,
                health_check=HealthCheck(command=("node", "-e", _ALIVE)),
                log_retention_days=self.env.logs.retention_days,
                read_only_root=wanted.read_only_root,
                writable_paths=("/tmp",) if wanted.read_only_root else (),  # noqa: S108 - the task's own
                environment=wanted.environment,
            ),
        )
        return FargateService(
            self,
            "Backend",
            network=self._platform.network,
            cluster=self._platform.cluster,
            spec=spec,
            image=self.image,
            log_key=self._platform.log_key,
            environment=self._environment(),
            secrets=self._secrets(),
            load_balancer=self.load_balancer,
            route=RouteSpec(path_prefixes=PATH_PREFIXES, health_path="/health"),
        )

    def _environment(self) -> dict[str, str]:
        wanted = self.env.backend
        return {
            "PORT": str(PORT),
            "NODE_ENV": "production",
            "AWS_REGION": self.env.region,
            "AWS_ACCOUNT_ID": self.account.id,
            "BEDROCK_MODEL_ID": wanted.bedrock_model_id,
            "CHROMA_HOST": self._data.chromadb.host,
            "CHROMA_PORT": str(CHROMADB_PORT),
            "CMMS_ENABLED": str(wanted.cmms.enabled).lower(),
            "CMMS_PROVIDER": wanted.cmms.provider,
            "MAINTAINX_BASE_URL": wanted.cmms.base_url,
        }

    def _secrets(self) -> dict[str, SecretKey]:
        influxdb = self._data.influxdb_secret
        secrets = {
            "MQTT_HOST": self.mqtt_secret.key("host"),
            "MQTT_USERNAME": self.mqtt_secret.key("username"),
            "MQTT_PASSWORD": self.mqtt_secret.key("password"),
            "INFLUXDB_URL": influxdb.key("url"),
            "INFLUXDB_TOKEN": influxdb.key("token"),
            "INFLUXDB_ORG": influxdb.key("org"),
            "INFLUXDB_BUCKET": influxdb.key("bucket"),
        }
        if self.env.backend.cmms.enabled:  # ECS does not start a task whose secret has no value yet
            secrets["MAINTAINX_API_KEY"] = self.cmms_secret.key("api_key")
        return secrets
