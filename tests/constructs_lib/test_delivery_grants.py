"""What a deployer is granted by the service, its image, its scaling and its registry: each right, and no more."""

from typing import Any

import pytest

from constructs_lib.autoscaling import ScalingSpec
from constructs_lib.container_registry import ContainerRegistry
from constructs_lib.fargate_service import FargateService, ServiceSpec
from constructs_lib.iam import Role
from constructs_lib.published_image import PublishedImage
from tests.support.template import Template, parsed
from tests.support.world import World, task_spec, template_of

TASKS = "ecs-tasks.amazonaws.com"


@pytest.fixture(scope="module")
def template() -> Template:
    """A service with a role that was granted all of a delivery."""

    def define(world: World) -> None:
        registry = ContainerRegistry(world.stack, "Registry", name="shop-api", key=world.key)
        image = PublishedImage(world.stack, "Image", parameter_prefix="/shop/api", registry=registry)
        service = FargateService(
            world.stack,
            "Api",
            network=world.network,
            cluster=world.cluster,
            spec=ServiceSpec(task=task_spec(), scaling=ScalingSpec(min_tasks=2, max_tasks=6)),
            image=image,
            log_key=world.key,
        )
        deployer = Role(world.stack, "Deployer", name="deployer", description="d", trust=[])
        service.grant_deploy(deployer)
        image.grant_publish(deployer)
        registry.grant_mark(deployer)

    return template_of(define)


def _statements(template: Template) -> dict[str, dict[str, Any]]:
    role = template.address("aws_iam_role", name="deployer")
    policies = [p for p in template.resources("aws_iam_role_policy") if p["role"] == f"${{{role}.name}}"]
    return {s["Sid"]: s for policy in policies for s in parsed(policy["policy"])["Statement"]}


def test_only_the_tasks_two_roles_can_be_passed_and_only_to_tasks(template: Template) -> None:
    """A deployer passes the service's task role and execution role to ECS's tasks, and nothing else to anyone."""
    passed = _statements(template)["PassTaskRoles"]
    roles = {template.address("aws_iam_role", name=f"shop-api-{kind}") for kind in ("task", "execution")}
    assert set(passed["Resource"]) == {f"${{{role}.arn}}" for role in roles}
    assert passed["Condition"] == {"StringEquals": {"iam:PassedToService": TASKS}}


def test_the_minimum_is_raised_on_this_services_target(template: Template) -> None:
    """A deployer registers the range of this one scalable target, and reads its minimum without writing it."""
    statements = _statements(template)
    target = template.address("aws_appautoscaling_target")
    assert statements["RaiseMinimum"]["Resource"] == [f"${{{target}.arn}}"]
    assert statements["RaiseMinimum"]["Action"] == ["application-autoscaling:RegisterScalableTarget"]
    assert statements["ReadMinimum"]["Action"] == ["ssm:GetParameter"]
    minimum = template.address("aws_ssm_parameter", name="/shop/api/min-tasks")
    assert statements["ReadMinimum"]["Resource"] == [f"${{{minimum}.arn}}"]


def test_the_image_in_use_is_written_in_its_parameter_alone(template: Template) -> None:
    """A deployer reads and writes the parameter of the image, and can't delete it."""
    statement = _statements(template)["ImageParameter"]
    image = template.address("aws_ssm_parameter", name="/shop/api/image")
    assert statement["Resource"] == [f"${{{image}.arn}}"]
    assert set(statement["Action"]) == {"ssm:GetParameter", "ssm:GetParameterHistory", "ssm:PutParameter"}


def test_an_image_is_marked_without_the_right_to_upload(template: Template) -> None:
    """A deployer moves a tag to an image that is there; it can't log in, upload layers or delete."""
    assert set(_statements(template)["Mark"]["Action"]) == {"ecr:BatchGetImage", "ecr:DescribeImages", "ecr:PutImage"}
    assert "Login" not in _statements(template)


def test_the_service_is_updated_and_nothing_of_ecs_is_deleted(template: Template) -> None:
    """Of ECS a deployer changes this service and this family; it runs, stops and deregisters nothing."""
    statements = _statements(template)
    assert statements["Service"]["Resource"][0].endswith(":service/shop-cluster/shop-api")
    assert statements["RegisterRevision"]["Resource"][0].endswith(":task-definition/shop-api:*")
    actions = {a for s in statements.values() for a in s["Action"] if a.startswith("ecs:")}
    assert not {
        a for a in actions if a.removeprefix("ecs:").startswith(("Delete", "Deregister", "Run", "Stop", "Execute"))
    }
