"""From an empty account to a running backend: nothing published, first image, changed variable."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.local_account import NO_CHANGES, LocalAccount
from tools import toolchain

pytestmark = [pytest.mark.local_aws, pytest.mark.slow, pytest.mark.timeout(1200)]

CLUSTER, SERVICE = "edgemind-prod-cluster", "edgemind-prod-backend"
STACKS = ("network", "data", "backend")
COPIED = ("family", "taskRoleArn", "executionRoleArn", "networkMode", "volumes", "cpu", "memory", "runtimePlatform")


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAccount]:
    """An account whose first three stacks were applied, with environment files that a test may change."""
    base = tmp_path_factory.mktemp("day-0")
    environments = base / "environments"
    environments.mkdir()
    (environments / "prod.toml").write_text((toolchain.ROOT / "environments" / "prod.toml").read_text("utf-8"), "utf-8")
    account = LocalAccount.start(base / "account", environments=environments)
    try:
        account.synthesize()
        account.apply(*STACKS)
        yield account
    finally:
        account.stop()


def _service(account: LocalAccount) -> dict[str, Any]:
    return dict(account.client("ecs").describe_services(cluster=CLUSTER, services=[SERVICE])["services"][0])


def _task(account: LocalAccount) -> dict[str, Any]:
    definition = _service(account)["taskDefinition"]
    return dict(account.client("ecs").describe_task_definition(taskDefinition=definition)["taskDefinition"])


def _deploy_like_ci(account: LocalAccount, image: str) -> None:
    """Do what delivery does: revision, service, parameter, and the minimum that starts the tasks."""
    ecs, ssm = account.client("ecs"), account.client("ssm")
    task = _task(account)
    (container,) = task["containerDefinitions"]
    copied = {key: task[key] for key in COPIED if key in task}
    revision = ecs.register_task_definition(
        **copied,
        requiresCompatibilities=["FARGATE"],
        containerDefinitions=[container | {"image": image}],
        tags=ecs.describe_task_definition(taskDefinition=task["taskDefinitionArn"], include=["TAGS"])["tags"],
    )["taskDefinition"]["taskDefinitionArn"]
    ecs.update_service(cluster=CLUSTER, service=SERVICE, taskDefinition=revision)
    ssm.put_parameter(Name="/edgemind-prod/backend/image", Value=image, Type="String", Overwrite=True)
    minimum = int(ssm.get_parameter(Name="/edgemind-prod/backend/min-tasks")["Parameter"]["Value"])
    account.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="ecs",
        ScalableDimension="ecs:service:DesiredCount",
        ResourceId=f"service/{CLUSTER}/{SERVICE}",
        MinCapacity=minimum,
    )


def _assert_no_changes(account: LocalAccount) -> None:
    plan = account.plan("backend")
    assert plan.code == NO_CHANGES, plan.output[-5000:]


def test_from_nothing_to_a_changed_variable(account: LocalAccount) -> None:
    """Day 0 applies without an image; the first one starts the service; Terraform and delivery never undo each other.

    One test, because each step starts where the one before ended.
    """
    assert (_service(account)["desiredCount"], _service(account)["runningCount"]) == (0, 0)
    assert _task(account)["containerDefinitions"][0]["image"].endswith(":unpublished")
    _assert_no_changes(account)

    repository = account.outputs("backend")["ecr_repository_url"]
    _deploy_like_ci(account, f"{repository}:{'1' * 40}")
    assert _service(account)["desiredCount"] == 1
    _assert_no_changes(account)

    file = Path(account.variables()["EDGEMIND_ENVIRONMENTS_DIR"]) / "prod.toml"
    text = file.read_text("utf-8")
    file.write_text(
        text.replace("[backend.cmms]", '[backend.environment]\nLOG_LEVEL = "debug"\n\n[backend.cmms]'), "utf-8"
    )
    account.synthesize()
    changed = account.planned("backend")
    actions = {
        change["address"].split(".")[0]: change["change"]["actions"]
        for change in changed["resource_changes"]
        if change["change"]["actions"] not in (["no-op"], ["read"])
    }
    assert actions == {"aws_ecs_task_definition": ["delete", "create"], "aws_ecs_service": ["update"]}
    account.apply("backend")
    (container,) = _task(account)["containerDefinitions"]
    assert container["image"] == f"{repository}:{'1' * 40}"
    assert {"name": "LOG_LEVEL", "value": "debug"} in container["environment"]
    assert _service(account)["desiredCount"] == 1
    _assert_no_changes(account)

    _deploy_like_ci(account, f"{repository}:{'2' * 40}")
    (container,) = _task(account)["containerDefinitions"]
    assert container["image"] == f"{repository}:{'2' * 40}"
    assert "debug" in json.dumps(container["environment"])
    _assert_no_changes(account)
