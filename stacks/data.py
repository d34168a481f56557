"""What holds data: InfluxDB and ChromaDB on EFS, their secret and their backups."""

from collections.abc import Mapping

from constructs import Construct

from constructs_lib.backup import Backups, BackupSpec
from constructs_lib.container import HealthCheck
from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.fargate_task import TaskSpec
from constructs_lib.image_reference import ImageReference
from constructs_lib.secret import GeneratedValue, Secret, SecretKey
from constructs_lib.stateful_service import StatefulService, StatefulSpec
from stacks.base import BaseStack, RunSettings
from stacks.environment import Chromadb, Environment, Influxdb
from stacks.monitoring import watch_data
from stacks.network import NetworkStack

INFLUXDB_PORT = 8086
CHROMADB_PORT = 8000
_CHROMADB_ALIVE = (  # the image has no curl: bash speaks HTTP by itself
    "exec 3<>/dev/tcp/127.0.0.1/8000 && "
    r"printf 'GET /api/v2/heartbeat HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3 && "
    'read -r status <&3 && [[ "$status" == *" 200 "* ]]'
)


class DataStack(BaseStack):
    """The two data services. Everything in here survives a destroy unless the run says otherwise."""

    def __init__(self, scope: Construct, *, environment: Environment, run: RunSettings, platform: NetworkStack) -> None:
        super().__init__(scope, "data", environment=environment, run=run)
        self._platform = platform
        self.key = EncryptionKey(
            self,
            "DataKey",
            alias=f"{self.prefix}-data",
            description=f"Files and backups of {self.prefix}",
            services=["elasticfilesystem.amazonaws.com", "backup.amazonaws.com"],
            dangerously_allow_destroy=self.allow_destroy,
        )
        self.secret_key = EncryptionKey(
            self,
            "SecretKey",
            alias=f"{self.prefix}-secrets",
            description=f"Secrets of {self.prefix}",
            dangerously_allow_destroy=self.allow_destroy,
        )
        self.influxdb_secret = self._define_influxdb_secret()
        self.influxdb = self._define_influxdb()
        self.chromadb = self._define_chromadb()
        backups = Backups(
            self,
            "Backups",
            name=f"{self.prefix}-data",
            spec=BackupSpec(retention_days=environment.backups.retention_days),
            file_systems=[self.influxdb.file_system, self.chromadb.file_system],
            key=self.key,
            dangerously_allow_destroy=self.allow_destroy,
        )
        services = [self.influxdb, self.chromadb]
        watch_data(self, topic=platform.alarm_topic, services=services, backups=backups)
        self.output("influxdb_file_system_id", self.influxdb.file_system.id, "Files of InfluxDB")
        self.output("chromadb_file_system_id", self.chromadb.file_system.id, "Files of ChromaDB")
        self.output("backup_vault_name", backups.vault_name, "Vault of the daily backups")

    def _define_influxdb_secret(self) -> Secret:
        influxdb = self.env.influxdb
        return Secret(
            self,
            "InfluxdbSecret",
            name=f"{self.env.secret_prefix}/influxdb",
            description="How to reach InfluxDB, and as whom",
            key=self.secret_key,
            fixed={
                "url": f"http://influxdb.{self.env.private_namespace}:{INFLUXDB_PORT}",
                "org": influxdb.organization,
                "bucket": influxdb.bucket,
            },
            generated={"token": GeneratedValue(length=64), "password": GeneratedValue(length=32)},
            dangerously_allow_destroy=self.allow_destroy,
        )

    def _define_influxdb(self) -> StatefulService:
        wanted = self.env.influxdb
        secret = self.influxdb_secret
        return self._define_service(
            "influxdb",
            wanted,
            port=INFLUXDB_PORT,
            health_check=HealthCheck(command=("influx", "ping"), start_period_seconds=120),
            user="1000:1000",
            environment={
                "DOCKER_INFLUXDB_INIT_MODE": "setup",
                "DOCKER_INFLUXDB_INIT_USERNAME": "admin",
                "DOCKER_INFLUXDB_INIT_RETENTION": wanted.retention,
            },
            secrets={
                "DOCKER_INFLUXDB_INIT_PASSWORD": secret.key("password"),
                "DOCKER_INFLUXDB_INIT_ADMIN_TOKEN": secret.key("token"),
                "DOCKER_INFLUXDB_INIT_ORG": secret.key("org"),
                "DOCKER_INFLUXDB_INIT_BUCKET": secret.key("bucket"),
            },
        )

    def _define_chromadb(self) -> StatefulService:
        return self._define_service(
            "chromadb",
            self.env.chromadb,
            port=CHROMADB_PORT,
            health_check=HealthCheck(command=("/bin/bash", "-c", _CHROMADB_ALIVE)),
            environment={"IS_PERSISTENT": "TRUE", "ANONYMIZED_TELEMETRY": "FALSE"},
        )

    def _define_service(
        self,
        name: str,
        wanted: Influxdb | Chromadb,
        *,
        port: int,
        health_check: HealthCheck,
        environment: Mapping[str, str],
        user: str | None = None,
        secrets: Mapping[str, SecretKey] | None = None,
    ) -> StatefulService:
        task = TaskSpec(
            name=f"{self.prefix}-{name}",
            container=name,
            port=port,
            cpu_units=wanted.cpu_units,
            memory_mib=wanted.memory_mib,
            architecture=wanted.architecture,
            health_check=health_check,
            log_retention_days=self.env.logs.retention_days,
            read_only_root=False,  # both images write beside their program: configuration below /etc, caches
            user=user,
            discovery_name=name,
            environment=environment,
        )
        return StatefulService(
            self,
            name.capitalize(),
            network=self._platform.network,
            cluster=self._platform.cluster,
            spec=StatefulSpec(image=ImageReference.parse(wanted.image), data_path=wanted.data_path, task=task),
            key=self.key,
            log_key=self._platform.log_key,
            secrets=secrets,
            dangerously_allow_destroy=self.allow_destroy,
        )
