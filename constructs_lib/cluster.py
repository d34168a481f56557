"""An ECS cluster on Fargate, and the private names of its services."""

from cdktf_cdktf_provider_aws.ecs_cluster import (
    EcsCluster,
    EcsClusterConfiguration,
    EcsClusterConfigurationExecuteCommandConfiguration,
    EcsClusterConfigurationExecuteCommandConfigurationLogConfiguration,
    EcsClusterSetting,
)
from cdktf_cdktf_provider_aws.ecs_cluster_capacity_providers import EcsClusterCapacityProviders
from cdktf_cdktf_provider_aws.service_discovery_private_dns_namespace import (
    ServiceDiscoveryPrivateDnsNamespace,
)
from constructs import Construct

from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.log_group import LogGroup
from constructs_lib.naming import checked_name
from constructs_lib.security_group import InVpc


class Cluster(Construct):
    """An ECS cluster with Container Insights, FARGATE and FARGATE_SPOT, and a private DNS namespace.

    ECS Exec is possible only with a record: every session goes to an encrypted log group of its own (ECS: "Monitor
    Amazon ECS containers with ECS Exec").
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        network: InVpc,
        namespace: str,
        key: EncryptionKey,
        exec_log_retention_days: int = 365,
    ) -> None:
        super().__init__(scope, construct_id)
        self.name = checked_name("ECS", name)
        self.namespace = checked_name("DNS domain", namespace)
        exec_log = LogGroup(self, "ExecLog", name=f"/ecs/{name}/exec", key=key, retention_days=exec_log_retention_days)
        self.resource = EcsCluster(
            self,
            "Resource",
            name=name,
            setting=[EcsClusterSetting(name="containerInsights", value="enabled")],
            configuration=EcsClusterConfiguration(
                execute_command_configuration=EcsClusterConfigurationExecuteCommandConfiguration(
                    kms_key_id=key.arn,
                    logging="OVERRIDE",
                    log_configuration=EcsClusterConfigurationExecuteCommandConfigurationLogConfiguration(
                        cloud_watch_encryption_enabled=True, cloud_watch_log_group_name=exec_log.name
                    ),
                )
            ),
            depends_on=[exec_log.resource],
        )
        self.arn: str = self.resource.arn
        EcsClusterCapacityProviders(
            self,
            "CapacityProviders",
            cluster_name=self.resource.name,
            capacity_providers=["FARGATE", "FARGATE_SPOT"],
        )
        self.dns_namespace = ServiceDiscoveryPrivateDnsNamespace(
            self, "Namespace", name=namespace, vpc=network.vpc_id, description=f"Services of {name}"
        )
        self.namespace_id: str = self.dns_namespace.id
