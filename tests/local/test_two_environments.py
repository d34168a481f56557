"""Two environments side by side in one account share nothing and collide nowhere."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.local_account import NO_CHANGES, LocalAccount
from tools import toolchain

pytestmark = [pytest.mark.local_aws, pytest.mark.slow, pytest.mark.timeout(1500)]

NAMED_KINDS = (
    "aws_backup_vault",
    "aws_cloudfront_cache_policy",
    "aws_cloudfront_function",
    "aws_cloudfront_origin_access_control",
    "aws_cloudfront_response_headers_policy",
    "aws_cloudfront_vpc_origin",
    "aws_cloudwatch_dashboard",
    "aws_cloudwatch_log_group",
    "aws_ecr_repository",
    "aws_ecs_cluster",
    "aws_ecs_service",
    "aws_iam_role",
    "aws_kms_alias",
    "aws_lb",
    "aws_lb_target_group",
    "aws_s3_bucket",
    "aws_secretsmanager_secret",
    "aws_service_discovery_private_dns_namespace",
    "aws_sns_topic",
    "aws_ssm_parameter",
    "aws_wafv2_web_acl",
)
NAME_ATTRIBUTES = ("bucket", "dashboard_name", "name")


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalAccount, LocalAccount]]:
    """Prod and a staging environment made from it, applied to one account."""
    base = tmp_path_factory.mktemp("both")
    environments = base / "environments"
    shutil.copytree(toolchain.ROOT / "environments", environments)
    text = (environments / "prod.toml").read_text("utf-8").split("[terraform_cloud]")[0]
    changes = {
        'name = "prod"': 'name = "staging"',
        'secret_prefix = "edgemind"': 'secret_prefix = "edgemind-staging"',
        '"edgemind.local"': '"edgemind-staging.local"',
        "edge-mind.concept-reply-sandbox.com": "staging.edge-mind.concept-reply-sandbox.com",
        "10.42.0.0/16": "10.43.0.0/16",
        "[github]": "[github]\ncreate_provider = false",
    }
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    (environments / "staging.toml").write_text(text, "utf-8")
    prod = LocalAccount.start(base / "account", environments=environments)
    staging = LocalAccount(prod.server, environment="staging", environments=environments)
    try:
        prod.synthesize()
        prod.apply()
        staging.apply()
        yield prod, staging
    finally:
        prod.stop()


def _names(account: LocalAccount) -> set[tuple[str, str]]:
    """Return kind and name of everything that the stacks of *account* name."""
    return {
        (kind, _name(body))
        for stack in account.stacks()
        for kind, resources in account.document(stack)["resource"].items()
        if kind in NAMED_KINDS
        for body in resources.values()
    }


def _name(body: dict[str, Any]) -> str:
    """Return the name in *body*; a VPC origin has it one level down."""
    settings = body.get("vpc_origin_endpoint_config", body)
    (holder,) = settings if isinstance(settings, list) else [settings]
    return next(str(holder[key]) for key in NAME_ATTRIBUTES if key in holder)


def test_no_name_is_shared(both: tuple[LocalAccount, LocalAccount]) -> None:
    """Buckets, clusters, roles, log groups, parameters, CloudFront's names: each belongs to one environment."""
    prod, staging = (_names(account) for account in both)
    assert len(prod) == len(staging) > 40
    assert {kind for kind, _ in prod} == {kind for kind, _ in staging} == set(NAMED_KINDS)
    assert not prod & staging


def test_each_has_its_own_services(both: tuple[LocalAccount, LocalAccount]) -> None:
    """The account has two clusters with three services each, and two networks that do not overlap."""
    ecs = both[0].client("ecs")
    for name in ("prod", "staging"):
        services = ecs.list_services(cluster=f"edgemind-{name}-cluster")["serviceArns"]
        assert sorted(arn.rsplit("/", 1)[1] for arn in services) == [
            f"edgemind-{name}-{role}" for role in ("backend", "chromadb", "influxdb")
        ]
    vpcs = both[0].client("ec2").describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"]
    assert sorted(vpc["CidrBlock"] for vpc in vpcs) == ["10.42.0.0/16", "10.43.0.0/16"]


def test_one_does_not_disturb_the_other(both: tuple[LocalAccount, LocalAccount]) -> None:
    """After the second environment was applied, plans of the first still show no changes."""
    prod, _ = both
    for stack in prod.stacks():
        plan = prod.plan(stack)
        assert plan.code == NO_CHANGES, plan.output[-4000:]
