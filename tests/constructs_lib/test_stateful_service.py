from dataclasses import replace
from typing import Any

import pytest

from constructs_lib.image_reference import ImageReference
from constructs_lib.stateful_service import StatefulService, StatefulSpec
from tests.support.template import Template, parsed
from tests.support.world import World, task_spec, template_of

SPEC = StatefulSpec(
    task=task_spec("shop-db", discovery_name="db"), image=ImageReference.parse("influxdb:2.7"), data_path="/var/data"
)


def _define(world: World) -> StatefulService:
    return StatefulService(
        world.stack,
        "Db",
        network=world.network,
        cluster=world.cluster,
        spec=SPEC,
        key=world.key,
        log_key=world.key,
    )


@pytest.fixture(scope="module")
def template() -> Template:
    return template_of(_define)


def _container(template: Template) -> dict[str, Any]:
    (container,) = parsed('{"all":' + template.only("aws_ecs_task_definition")["container_definitions"] + "}")["all"]
    assert isinstance(container, dict)
    return container


def test_there_is_never_a_second_writer(template: Template) -> None:
    """One task, which a deployment stops before it starts the next; nothing scales or rebalances it."""
    service = template.only("aws_ecs_service")
    assert service["desired_count"] == 1
    assert service["deployment_minimum_healthy_percent"] == 0
    assert service["deployment_maximum_percent"] == 100
    assert service["availability_zone_rebalancing"] == "DISABLED"
    assert "aws_appautoscaling_target" not in template.kinds()


def test_it_never_runs_on_spot(template: Template) -> None:
    """The task is on demand."""
    (provider,) = template.only("aws_ecs_service")["capacity_provider_strategy"]
    assert provider["capacity_provider"] == "FARGATE"


def test_the_task_has_no_public_address(template: Template) -> None:
    """It lives in the private subnets."""
    assert template.only("aws_ecs_service")["network_configuration"]["assign_public_ip"] is False


def test_the_data_is_mounted_where_the_image_writes(template: Template) -> None:
    """The volume is on EFS, over TLS, by IAM, through the access point, at the data path."""
    (volume,) = template.only("aws_ecs_task_definition")["volume"]
    efs = volume["efs_volume_configuration"]
    assert efs["transit_encryption"] == "ENABLED"
    assert efs["authorization_config"]["iam"] == "ENABLED"
    assert "access_point_id" in efs["authorization_config"]
    assert _container(template)["mountPoints"] == [
        {"sourceVolume": volume["name"], "containerPath": "/var/data", "readOnly": False}
    ]


def test_only_its_own_role_mounts_the_files_and_never_as_root(template: Template) -> None:
    """The file system's policy names the task role and the access point, and refuses anything without TLS."""
    policy = template.policy("aws_efs_file_system_policy")
    assert policy["Id"] == "one-owner"
    allow, deny = policy["Statement"]
    assert "aws_iam_role.Db_Task_TaskRole" in allow["Principal"]["AWS"]
    assert allow["Action"] == ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    assert "elasticfilesystem:AccessPointArn" in allow["Condition"]["StringEquals"]
    assert deny["Effect"] == "Deny"
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert "ClientRootAccess" not in template.text()


def test_the_files_survive(template: Template) -> None:
    """File system and access point are encrypted and can't be destroyed by a plan."""
    for kind in ("aws_efs_file_system", "aws_efs_access_point"):
        assert template.only(kind)["lifecycle"]["prevent_destroy"] is True
    file_system = template.only("aws_efs_file_system")
    assert file_system["encrypted"] is True
    assert "kms_key_id" in file_system
    assert len(template.resources("aws_efs_mount_target")) == 2


def test_the_danger_is_spelled_out() -> None:
    """Only `dangerously_allow_destroy` lifts the protection."""
    template = template_of(
        lambda world: StatefulService(
            world.stack,
            "Db",
            network=world.network,
            cluster=world.cluster,
            spec=SPEC,
            key=world.key,
            log_key=world.key,
            dangerously_allow_destroy=True,
        )
    )
    assert template.only("aws_efs_file_system")["lifecycle"]["prevent_destroy"] is False


def test_nothing_reaches_it_until_it_is_told_so() -> None:
    """A link is one ingress rule at the database and one egress rule at the caller, by group, on one port."""

    def define(world: World) -> None:
        database = _define(world)
        other = StatefulService(
            world.stack,
            "Api",
            network=world.network,
            cluster=world.cluster,
            spec=replace(SPEC, task=task_spec("shop-api", discovery_name="api")),
            key=world.key,
            log_key=world.key,
        )
        database.allow_from(other, port=8086)

    template = template_of(define)
    rule = template.only("aws_vpc_security_group_ingress_rule", from_port=8086)
    assert "Db_Task_SecurityGroup" in rule["security_group_id"]
    assert "Api_Task_SecurityGroup" in rule["referenced_security_group_id"]
    back = template.only("aws_vpc_security_group_egress_rule", from_port=8086)
    assert "Api_Task_SecurityGroup" in back["security_group_id"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"image": ImageReference.parse("influxdb:latest")}, "is not pinned"),
        ({"image": ImageReference.parse("influxdb")}, "is not pinned"),
        ({"data_path": "data"}, "absolute directory"),
        ({"data_path": "/"}, "absolute directory"),
        ({"owner_uid": 0}, "must not be 0"),
        ({"owner_gid": 0}, "must not be 0"),
        ({"task": task_spec("shop-db")}, "needs a discovery_name"),
    ],
)
def test_refuses_what_would_lose_data(change: dict[str, Any], words: str) -> None:
    """A moving image, a wrong path, root as owner, or a service that can't be found is refused."""
    with pytest.raises(ValueError, match=words):
        replace(SPEC, **change)


def test_a_count_or_scaling_can_not_even_be_written() -> None:
    """The spec of a service with data has no count, no scaling and no spot share."""
    with pytest.raises(TypeError, match="max_tasks"):
        StatefulSpec(task=SPEC.task, image=SPEC.image, data_path="/d", max_tasks=2)  # type: ignore[call-arg]
