from dataclasses import replace
from typing import Any

import pytest

from constructs_lib.autoscaling import ScalingSpec
from constructs_lib.container_registry import ContainerRegistry
from constructs_lib.fargate_service import FargateService, RouteSpec, ServiceSpec
from constructs_lib.load_balancer import LoadBalancer
from constructs_lib.log_bucket import LogBucket
from constructs_lib.published_image import PublishedImage
from constructs_lib.secret import Secret
from tests.support.template import Template, parsed
from tests.support.world import World, task_spec, template_of

SPEC = ServiceSpec(task=task_spec(), scaling=ScalingSpec(min_tasks=2, max_tasks=6))
ROUTE = RouteSpec(path_prefixes=("/health", "/api", "/ws"), health_path="/health")


def _define(world: World, spec: ServiceSpec = SPEC) -> FargateService:
    registry = ContainerRegistry(world.stack, "Registry", name="shop-api", key=world.key)
    image = PublishedImage(world.stack, "Image", parameter_prefix="/shop/api", registry=registry)
    logs = LogBucket(world.stack, "Logs", name="shop-access-logs")
    load_balancer = LoadBalancer(
        world.stack, "LoadBalancer", name="shop-api", network=world.network, certificate=None, log_bucket=logs
    )
    secret = Secret(
        world.stack, "Secret", name="shop/broker", description="d", key=world.key, supplied=("host", "password")
    )
    return FargateService(
        world.stack,
        "Api",
        network=world.network,
        cluster=world.cluster,
        spec=spec,
        image=image,
        log_key=world.key,
        environment={"MODE": "test"},
        secrets={"BROKER_PASSWORD": secret.key("password")},
        load_balancer=load_balancer,
        route=ROUTE,
    )


@pytest.fixture(scope="module")
def template() -> Template:
    return template_of(_define)


def _container(template: Template) -> dict[str, Any]:
    (container,) = parsed('{"all":' + template.only("aws_ecs_task_definition")["container_definitions"] + "}")["all"]
    assert isinstance(container, dict)
    return container


def test_it_starts_without_an_image_and_so_without_tasks(template: Template) -> None:
    """Day 0: no tasks, and no minimum that would start one, until an image is published."""
    service = template.only("aws_ecs_service")
    assert service["desired_count"] == 0
    assert "desired_count" in service["lifecycle"]["ignore_changes"]
    minimum = template.only("aws_appautoscaling_target")["min_capacity"]
    assert "endswith(aws_ssm_parameter.Image_" in minimum
    assert minimum.endswith('":unpublished") ? 0 : 2}')
    assert template.has("aws_ssm_parameter", {"name": "/shop/api/min-tasks", "insecure_value": "2"})


def test_delivery_owns_the_image_and_terraform_the_rest(template: Template) -> None:
    """The task definition reads the image from a parameter that Terraform never writes twice."""
    parameter = template.only("aws_ssm_parameter", name="/shop/api/image")
    assert parameter["insecure_value"].endswith(":unpublished")
    assert set(parameter["lifecycle"]["ignore_changes"]) == {"insecure_value", "value"}
    assert _container(template)["image"].startswith("${aws_ssm_parameter.Image_")
    assert template.only("aws_ecs_task_definition")["track_latest"] is True


def test_a_bad_deployment_rolls_back(template: Template) -> None:
    """New tasks start before old ones stop, and the circuit breaker brings the old ones back."""
    service = template.only("aws_ecs_service")
    assert service["deployment_circuit_breaker"] == {"enable": True, "rollback": True}
    assert (service["deployment_minimum_healthy_percent"], service["deployment_maximum_percent"]) == (100, 200)


def test_it_scales_on_cpu_and_memory(template: Template) -> None:
    """Two target-tracking policies, at 70 and 80 percent unless told otherwise."""
    targets = {
        p["target_tracking_scaling_policy_configuration"]["predefined_metric_specification"][
            "predefined_metric_type"
        ]: p["target_tracking_scaling_policy_configuration"]["target_value"]
        for p in template.resources("aws_appautoscaling_policy")
    }
    assert targets == {"ECSServiceAverageCPUUtilization": 70, "ECSServiceAverageMemoryUtilization": 80}


def test_every_prefix_is_routed_with_and_without_a_rest(template: Template) -> None:
    """`/ws` and `/ws/*` both reach the service; anything else is answered by the load balancer with 404."""
    patterns = [
        pattern
        for rule in template.resources("aws_lb_listener_rule")
        for pattern in rule["condition"][0]["path_pattern"]["values"]
    ]
    assert patterns == ["/health", "/health/*", "/api", "/api/*", "/ws", "/ws/*"]
    (default,) = template.only("aws_lb_listener")["default_action"]
    assert default["fixed_response"]["status_code"] == "404"


def test_the_load_balancer_is_internal_and_only_cloudfront_connects(template: Template) -> None:
    """No address in the internet, one ingress rule, from CloudFront's prefix list."""
    assert template.only("aws_lb")["internal"] is True
    rules = template.resources("aws_vpc_security_group_ingress_rule")
    into_alb = [r for r in rules if "LoadBalancer_SecurityGroup" in r["security_group_id"]]
    assert [("prefix_list_id" in r, "cidr_ipv4" in r) for r in into_alb] == [(True, False)]


def test_ecs_reads_the_injected_secret_and_the_application_does_not(template: Template) -> None:
    """Only the execution role may read the secret, and only the key that it declares is injected."""
    (entry,) = _container(template)["secrets"]
    assert entry["name"] == "BROKER_PASSWORD"
    assert entry["valueFrom"].endswith(":password::")
    readers = {
        p["role"] for p in template.resources("aws_iam_role_policy") if "secretsmanager:GetSecretValue" in p["policy"]
    }
    assert len(readers) == 1
    assert "ExecutionRole" in readers.pop()


def test_all_tasks_are_on_demand_by_default(template: Template) -> None:
    """Without a spot share there is one provider."""
    assert [s["capacity_provider"] for s in template.only("aws_ecs_service")["capacity_provider_strategy"]] == [
        "FARGATE"
    ]


def test_a_spot_share_leaves_the_minimum_on_demand() -> None:
    """With 60 percent spot, the first two tasks stay on demand and the rest is split 40 to 60."""
    template = template_of(lambda world: _define(world, replace(SPEC, spot_percent=60)))
    strategy = {s["capacity_provider"]: s for s in template.only("aws_ecs_service")["capacity_provider_strategy"]}
    assert (strategy["FARGATE"]["base"], strategy["FARGATE"]["weight"]) == (2, 40)
    assert strategy["FARGATE_SPOT"]["weight"] == 60


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"min_tasks": 0}, "1 <= min_tasks <= max_tasks"),
        ({"min_tasks": 7}, "1 <= min_tasks <= max_tasks"),
        ({"max_tasks": 6000}, "<= 5000"),
        ({"cpu_target_percent": 95}, "leaves scaling no room; use 10 to 90"),
        ({"memory_target_percent": 5}, "leaves scaling no room"),
    ],
)
def test_refuses_a_range_that_scaling_can_not_keep(change: dict[str, int], words: str) -> None:
    """Counts that make no range, and targets that can't be reached, are refused."""
    with pytest.raises(ValueError, match=words):
        replace(SPEC.scaling, **change)


def test_refuses_a_share_that_is_none() -> None:
    """A spot share is 0 to 100 percent."""
    with pytest.raises(ValueError, match="spot_percent=101 is no percentage"):
        replace(SPEC, spot_percent=101)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"port": 0}, "is no TCP port"),
        ({"port": 70000}, "is no TCP port"),
        ({"memory_mib": 513}, "does not fit cpu_units=256"),
        ({"architecture": "SPARC"}, "use X86_64 or ARM64"),
        ({"log_retention_days": 42}, "is not offered by CloudWatch Logs"),
        ({"name": "shop api"}, "is not a name that AWS accepts"),
        ({"writable_paths": ("tmp",)}, "use absolute directories"),
    ],
)
def test_refuses_a_task_that_fargate_would_not_run(change: dict[str, Any], words: str) -> None:
    """Each wrong value is refused with what is allowed."""
    with pytest.raises(ValueError, match=words):
        replace(SPEC.task, **change)


@pytest.mark.parametrize("prefix", ["api", "/api/", "/api*", "/"])
def test_refuses_a_path_that_is_no_prefix(prefix: str) -> None:
    """A prefix starts with a slash, does not end with one and has no wildcard."""
    from constructs_lib.load_balancer import listener_patterns  # noqa: PLC0415 - one test needs it

    with pytest.raises(ValueError, match="stands for /api and everything below"):
        listener_patterns([prefix])
