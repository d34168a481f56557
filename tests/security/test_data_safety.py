"""What holds data survives: protected in Terraform, by policy, by backups and by versions."""

import re
from typing import Any, Final

import pytest

from tests.support.synthesis import Synthesized
from tests.support.template import Template
from tools import toolchain

HOLDS_DATA: Final = (
    "aws_backup_vault",
    "aws_cloudwatch_log_group",
    "aws_ecr_repository",
    "aws_efs_access_point",
    "aws_efs_file_system",
    "aws_kms_key",
    "aws_route53_zone",
    "aws_s3_bucket",
    "aws_secretsmanager_secret",
)
# Each can be made again from the code, without loss; whoever adds a type decides here which of the two it is.
CAN_BE_MADE_AGAIN: Final = re.compile(
    r"aws_(acm_certificate(_validation)?|appautoscaling_\w+|backup_(plan|selection|restore_testing_\w+)|budgets_budget"
    r"|cloudfront_\w+|cloudwatch_(dashboard|event_\w+|log_(delivery\w*|metric_filter|resource_policy)|metric_alarm"
    r"|composite_alarm|query_definition)"
    r"|default_security_group|ecr_lifecycle_policy|ecs_\w+|efs_(file_system_policy|mount_target)|eip|flow_log"
    r"|iam_\w+|internet_gateway|kms_alias|lb\w*|nat_gateway|route|route53_(query_log|record)|route_table\w*"
    r"|s3_bucket_\w+|secretsmanager_secret_version|security_group|service_discovery_\w+|sns_\w+|ssm_parameter|subnet"
    r"|vpc|vpc_endpoint|vpc_security_group_\w+|wafv2_\w+)|terraform_data"
)


@pytest.fixture(scope="module")
def stacks(synthesized: Synthesized) -> dict[str, Template]:
    return synthesized.of("prod")


def _all(stacks: dict[str, Template], kind: str) -> list[dict[str, Any]]:
    return [resource for stack in stacks.values() for resource in stack.resources(kind)]


@pytest.mark.parametrize("kind", HOLDS_DATA)
def test_terraform_refuses_to_destroy_what_holds_data(kind: str, synthesized: Synthesized) -> None:
    """Every resource of the type has prevent_destroy, in every environment."""
    found = _all(synthesized.stacks, kind)
    assert found
    assert all(resource["lifecycle"]["prevent_destroy"] is True for resource in found)


def test_every_type_is_either_protected_or_can_be_made_again(synthesized: Synthesized) -> None:
    """No type of resource is in the stacks about which nobody has decided."""
    kinds = {kind for stack in synthesized.stacks.values() for kind in stack.kinds() if not kind.startswith("tfe_")}
    assert {kind for kind in kinds if kind not in HOLDS_DATA and not CAN_BE_MADE_AGAIN.fullmatch(kind)} == set()


@pytest.mark.parametrize("kind", HOLDS_DATA)
def test_a_policy_blocks_plans_that_would_destroy_it(kind: str) -> None:
    """Terraform Cloud's policy set names the type as well: two locks, in two places."""
    policy = (toolchain.ROOT / "policies" / "data_protection.rego").read_text(encoding="utf-8")
    assert f'"{kind}"' in policy


def test_the_image_in_use_is_not_forgotten(stacks: dict[str, Template]) -> None:
    """The parameter that says which image runs is protected, and Terraform never writes it again."""
    (parameter,) = [p for p in _all(stacks, "aws_ssm_parameter") if p["name"].endswith("/image")]
    assert parameter["lifecycle"] == {"ignore_changes": ["insecure_value", "value"], "prevent_destroy": True}


def test_every_file_system_is_backed_up_and_its_restore_tried(stacks: dict[str, Template]) -> None:
    """The daily plan and the monthly restore test name each file system."""
    data = stacks["data"]
    systems = {f"${{aws_efs_file_system.{label}.arn}}" for label in data.document["resource"]["aws_efs_file_system"]}
    assert set(data.only("aws_backup_selection")["resources"]) == systems
    assert set(data.only("aws_backup_restore_testing_selection")["protected_resource_arns"]) == systems
    (rule,) = data.only("aws_backup_plan")["rule"]
    assert rule["lifecycle"]["delete_after"] == 35


def test_deleted_files_and_secrets_can_be_brought_back(stacks: dict[str, Template]) -> None:
    """Buckets keep old versions for 30 days, secrets wait 30 days before they are gone."""
    buckets = _all(stacks, "aws_s3_bucket")
    versioned = _all(stacks, "aws_s3_bucket_versioning")
    assert len(versioned) == len(buckets) == 3
    assert all(one["versioning_configuration"]["status"] == "Enabled" for one in versioned)
    for lifecycle in _all(stacks, "aws_s3_bucket_lifecycle_configuration"):
        assert lifecycle["rule"][0]["noncurrent_version_expiration"][0]["noncurrent_days"] >= 30
    assert all(secret["recovery_window_in_days"] == 30 for secret in _all(stacks, "aws_secretsmanager_secret"))


def test_logs_stay_a_year(stacks: dict[str, Template]) -> None:
    """Every log group has a retention, of a year."""
    groups = _all(stacks, "aws_cloudwatch_log_group")
    assert len(groups) >= 7
    assert {group["retention_in_days"] for group in groups} == {365}


def test_a_lost_zone_takes_neither_files_nor_the_way_out(stacks: dict[str, Template]) -> None:
    """Each zone has its own NAT gateway, private routes and a mount target of each file system."""
    network, data = stacks["network"], stacks["data"]
    assert len(network.resources("aws_nat_gateway")) == 2
    gateways = [route["nat_gateway_id"] for route in network.resources("aws_route") if "nat_gateway_id" in route]
    assert len(set(gateways)) == 2
    assert len(data.resources("aws_efs_mount_target")) == 4
    assert [fs for fs in data.resources("aws_efs_file_system") if "availability_zone_name" in fs] == []


def test_a_spot_reclaim_never_takes_the_last_task(synthesized: Synthesized) -> None:
    """With a spot share the first min_tasks tasks are on demand."""
    service = synthesized.of("plain")["backend"].only("aws_ecs_service")
    strategy = {one["capacity_provider"]: one for one in service["capacity_provider_strategy"]}
    assert strategy["FARGATE"]["base"] == 1
    assert strategy["FARGATE_SPOT"]["base"] == 0
    assert strategy["FARGATE_SPOT"]["weight"] == 50
    assert service["availability_zone_rebalancing"] == "ENABLED"


def test_a_failing_deployment_goes_back_by_itself(stacks: dict[str, Template]) -> None:
    """Every service has a circuit breaker with rollback, so that a bad image or definition ends where it began."""
    services = _all(stacks, "aws_ecs_service")
    assert len(services) == 3
    assert all(s["deployment_circuit_breaker"] == {"enable": True, "rollback": True} for s in services)
