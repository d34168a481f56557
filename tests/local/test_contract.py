"""The names that other things rely on, read from the applied account through the AWS API."""

import json
from typing import Any

import pytest

from tests.support.local_account import LocalAccount

pytestmark = pytest.mark.local_aws

CLUSTER = "edgemind-prod-cluster"
SERVICES = {"backend": 3000, "influxdb": 8086, "chromadb": 8000}


def _task(account: LocalAccount, name: str) -> dict[str, Any]:
    ecs = account.client("ecs")
    return dict(ecs.describe_task_definition(taskDefinition=f"edgemind-prod-{name}")["taskDefinition"])


def _container(account: LocalAccount, name: str) -> dict[str, Any]:
    (container,) = _task(account, name)["containerDefinitions"]
    return dict(container)


def _environment(container: dict[str, Any]) -> dict[str, str]:
    return {entry["name"]: entry["value"] for entry in container["environment"]}


def _injected(container: dict[str, Any]) -> dict[str, str]:
    return {entry["name"]: entry["valueFrom"] for entry in container["secrets"]}


def test_the_cluster_has_its_name(local_account: LocalAccount) -> None:
    """The cluster is active under the name that every command of the runbook uses."""
    (cluster,) = local_account.client("ecs").describe_clusters(clusters=[CLUSTER])["clusters"]
    assert cluster["status"] == "ACTIVE"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_named_like_its_task_family(local_account: LocalAccount, name: str) -> None:
    """Service, task family, container, port and log group have the names of the contract."""
    full_name = f"edgemind-prod-{name}"
    (service,) = local_account.client("ecs").describe_services(cluster=CLUSTER, services=[full_name])["services"]
    assert service["serviceName"] == full_name
    assert service["status"] == "ACTIVE"
    assert f":task-definition/{full_name}:" in service["taskDefinition"]
    container = _container(local_account, name)
    assert container["name"] == name
    assert [p["containerPort"] for p in container["portMappings"]] == [SERVICES[name]]
    assert container["logConfiguration"]["options"]["awslogs-group"] == f"/ecs/{full_name}"
    groups = local_account.client("logs").describe_log_groups(logGroupNamePrefix=f"/ecs/{full_name}")["logGroups"]
    assert f"/ecs/{full_name}" in [group["logGroupName"] for group in groups]


@pytest.mark.parametrize(
    ("name", "cpu", "memory"), [("backend", "512", "1024"), ("influxdb", "2048", "4096"), ("chromadb", "256", "512")]
)
def test_tasks_have_the_sizes_of_today(local_account: LocalAccount, name: str, cpu: str, memory: str) -> None:
    """Sizes are those of the system that is replaced."""
    task = _task(local_account, name)
    assert (task["cpu"], task["memory"]) == (cpu, memory)


def test_images_come_from_where_they_should(local_account: LocalAccount) -> None:
    """The backend's image is in its own repository, the data services' are pinned to a version."""
    repository = local_account.client("ecr").describe_repositories(repositoryNames=["edgemind-prod-backend"])
    uri = repository["repositories"][0]["repositoryUri"]
    assert _container(local_account, "backend")["image"].startswith(f"{uri}:")
    assert _container(local_account, "influxdb")["image"].startswith("influxdb:2.7")
    assert _container(local_account, "chromadb")["image"].startswith("chromadb/chroma:1.")


def test_the_backend_has_its_environment(local_account: LocalAccount) -> None:
    """Plain variables have the names and values of the contract."""
    environment = _environment(_container(local_account, "backend"))
    expected = {
        "PORT": "3000",
        "NODE_ENV": "production",
        "AWS_REGION": "us-east-1",
        "CHROMA_HOST": "chromadb.edgemind.local",
        "CHROMA_PORT": "8000",
        "CMMS_ENABLED": "true",
        "CMMS_PROVIDER": "maintainx",
    }
    assert {name: environment[name] for name in expected} == expected
    assert environment["AWS_ACCOUNT_ID"] == local_account.client("sts").get_caller_identity()["Account"]
    assert set(environment) == {*expected, "AWS_ACCOUNT_ID", "BEDROCK_MODEL_ID", "MAINTAINX_BASE_URL"}


def test_the_backend_gets_its_secrets_by_key(local_account: LocalAccount) -> None:
    """Each injected variable reads one key of the right secret."""
    injected = _injected(_container(local_account, "backend"))
    assert {name: _secret_and_key(value) for name, value in injected.items()} == {
        "MQTT_HOST": ("edgemind/mqtt", "host"),
        "MQTT_USERNAME": ("edgemind/mqtt", "username"),
        "MQTT_PASSWORD": ("edgemind/mqtt", "password"),
        "INFLUXDB_URL": ("edgemind/influxdb", "url"),
        "INFLUXDB_TOKEN": ("edgemind/influxdb", "token"),
        "INFLUXDB_ORG": ("edgemind/influxdb", "org"),
        "INFLUXDB_BUCKET": ("edgemind/influxdb", "bucket"),
        "MAINTAINX_API_KEY": ("edgemind/cmms/maintainx", "api_key"),
    }


def _secret_and_key(value_from: str) -> tuple[str, str]:
    arn, key = value_from.removesuffix("::").rsplit(":", 1)
    return arn.split(":secret:")[1].rsplit("-", 1)[0], key


def test_influxdb_sets_itself_up(local_account: LocalAccount) -> None:
    """The database's container has the variables that its image wants, and its data directory on EFS."""
    container = _container(local_account, "influxdb")
    assert _environment(container) == {
        "DOCKER_INFLUXDB_INIT_MODE": "setup",
        "DOCKER_INFLUXDB_INIT_USERNAME": "admin",
        "DOCKER_INFLUXDB_INIT_RETENTION": "48h",
    }
    assert {name: _secret_and_key(value)[1] for name, value in _injected(container).items()} == {
        "DOCKER_INFLUXDB_INIT_PASSWORD": "password",
        "DOCKER_INFLUXDB_INIT_ADMIN_TOKEN": "token",
        "DOCKER_INFLUXDB_INIT_ORG": "org",
        "DOCKER_INFLUXDB_INIT_BUCKET": "bucket",
    }
    assert [m["containerPath"] for m in container["mountPoints"]] == ["/var/lib/influxdb2"]


def test_chromadb_keeps_its_data_where_its_version_writes(local_account: LocalAccount) -> None:
    """Since 1.0 the data is below /data, and that is what is mounted."""
    container = _container(local_account, "chromadb")
    assert _environment(container) == {"IS_PERSISTENT": "TRUE", "ANONYMIZED_TELEMETRY": "FALSE"}
    assert [m["containerPath"] for m in container["mountPoints"]] == ["/data"]
    assert container["healthCheck"]["command"][:2] == ["CMD", "/bin/bash"]


def test_the_generated_secret_has_its_keys(local_account: LocalAccount) -> None:
    """InfluxDB's secret has the five keys, generated values included, right after the first apply."""
    text = local_account.client("secretsmanager").get_secret_value(SecretId="edgemind/influxdb")["SecretString"]
    values = json.loads(text)
    assert set(values) == {"url", "org", "bucket", "token", "password"}
    assert values["url"] == "http://influxdb.edgemind.local:8086"
    assert len(values["token"]) >= 32


def test_supplied_secrets_wait_for_people(local_account: LocalAccount) -> None:
    """The MQTT and MaintainX secrets exist and have no value: Terraform never had one."""
    secrets = local_account.client("secretsmanager")
    for name in ("edgemind/mqtt", "edgemind/cmms/maintainx"):
        assert secrets.describe_secret(SecretId=name)["Name"] == name
        with pytest.raises(secrets.exceptions.ResourceNotFoundException):
            secrets.get_secret_value(SecretId=name)


def test_services_are_found_by_their_private_names(local_account: LocalAccount) -> None:
    """`influxdb.edgemind.local` and `chromadb.edgemind.local` are registered."""
    discovery = local_account.client("servicediscovery")
    assert "edgemind.local" in [n["Name"] for n in discovery.list_namespaces()["Namespaces"]]
    assert {"influxdb", "chromadb"} <= {s["Name"] for s in discovery.list_services()["Services"]}


def test_the_site_has_its_bucket_and_its_name(local_account: LocalAccount) -> None:
    """The bucket and the distribution's alias are those that people and workflows use."""
    assert "edgemind-prod-frontend" in [b["Name"] for b in local_account.client("s3").list_buckets()["Buckets"]]
    distribution_id = local_account.outputs("edgemind-prod-frontend")["CLOUDFRONT_DISTRIBUTION_ID"]
    config = local_account.client("cloudfront").get_distribution_config(Id=distribution_id)["DistributionConfig"]
    assert config["Aliases"]["Items"] == ["edge-mind.concept-reply-sandbox.com"]


def test_the_backend_scales_as_today(local_account: LocalAccount) -> None:
    """At most four tasks, at 70 percent CPU and 80 percent memory."""
    scaling = local_account.client("application-autoscaling")
    resource_id = f"service/{CLUSTER}/edgemind-prod-backend"
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=[resource_id])["ScalableTargets"]
    assert target["MaxCapacity"] == 4
    policies = scaling.describe_scaling_policies(ServiceNamespace="ecs", ResourceId=resource_id)["ScalingPolicies"]
    values = sorted(p["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] for p in policies)
    assert values == [70, 80]


def test_the_backend_may_ask_models_and_agents_and_nothing_else(local_account: LocalAccount) -> None:
    """The task role's actions are exactly those of the contract."""
    iam = local_account.client("iam")
    role = "edgemind-prod-backend-task"
    actions = set()
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        actions |= {action for statement in document["Statement"] for action in statement["Action"]}
    assert actions == {
        "bedrock:InvokeModel",
        "bedrock:InvokeAgent",
        "bedrock-agentcore:InvokeAgentRuntime",
        "ssm:GetParametersByPath",
    }
    assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []


def test_the_broker_is_the_only_other_way_out(local_account: LocalAccount) -> None:
    """The backend connects out to 1883 and 443 on the internet, and to nothing else there."""
    ec2 = local_account.client("ec2")
    (group,) = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["edgemind-prod-backend"]}])[
        "SecurityGroups"
    ]
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group["GroupId"]]}])
    out = sorted(r["FromPort"] for r in rules["SecurityGroupRules"] if r["IsEgress"] and "CidrIpv4" in r)
    assert out == [443, 1883]
