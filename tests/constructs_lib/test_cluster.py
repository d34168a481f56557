from tests.support.template import Template
from tests.support.world import template_of


def _template() -> Template:
    return template_of(lambda _: None)


def test_insights_and_both_capacity_providers() -> None:
    """Container Insights are on, and tasks can run on demand or on spot."""
    template = _template()
    assert template.has("aws_ecs_cluster", {"setting": [{"name": "containerInsights", "value": "enabled"}]})
    providers = template.only("aws_ecs_cluster_capacity_providers")["capacity_providers"]
    assert set(providers) == {"FARGATE", "FARGATE_SPOT"}


def test_a_shell_in_a_container_leaves_a_record() -> None:
    """ECS Exec sessions go to an encrypted log group that is kept for a year."""
    template = _template()
    settings = template.only("aws_ecs_cluster")["configuration"]["execute_command_configuration"]
    assert settings["logging"] == "OVERRIDE"
    assert "kms_key_id" in settings
    log = settings["log_configuration"]
    assert log["cloud_watch_encryption_enabled"] is True
    assert template.only("aws_cloudwatch_log_group", name=log["cloud_watch_log_group_name"])["retention_in_days"] == 365


def test_services_have_a_private_namespace() -> None:
    """The namespace is resolved in the cluster's VPC and nowhere else."""
    namespace = _template().only("aws_service_discovery_private_dns_namespace")
    assert namespace["name"] == "shop.local"
    assert "aws_vpc.Network" in namespace["vpc"]
