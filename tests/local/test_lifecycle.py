"""The whole life of production in an account: applied by the real cdktf, unchanged by a second plan, destroyed."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.local_account import NO_CHANGES, LocalAccount, Ran

pytestmark = pytest.mark.local_aws

STACKS = ("network", "data", "backend", "frontend", "delivery")
PROTECTED = "Instance cannot be destroyed"


@pytest.fixture(scope="module")
def second_plans(local_account: LocalAccount) -> Mapping[str, Ran]:
    """A plan of every stack after it was applied, all made at the same time: they mostly wait."""
    with ThreadPoolExecutor() as pool:
        return dict(zip(STACKS, pool.map(local_account.plan, STACKS), strict=True))


def test_every_stack_is_applied(local_account: LocalAccount) -> None:
    """From an empty account, one `cdktf deploy` applies all five stacks."""
    assert set(local_account.stacks()) == {f"edgemind-prod-{role}" for role in STACKS}
    for stack in STACKS:
        assert local_account.outputs(stack)["deployment"]["environment"] == "prod"


@pytest.mark.parametrize("stack", STACKS)
def test_a_second_plan_has_no_changes(second_plans: Mapping[str, Ran], stack: str) -> None:
    """What was applied reads back as it was written, so the next plan is empty."""
    plan = second_plans[stack]
    assert plan.code == NO_CHANGES, plan.output[-6000:]


@pytest.mark.parametrize("stack", ["data", "backend"])
def test_protection_stops_a_destroy(local_account: LocalAccount, stack: str) -> None:
    """Terraform refuses to plan the destruction of what holds data."""
    planned = local_account.terraform(stack, "plan", "-destroy", "-refresh=false", "-input=false", "-no-color")
    assert planned.code == 1
    assert PROTECTED in planned.output


@pytest.mark.ends_the_account
@pytest.mark.timeout(900)
def test_the_documented_way_destroys_everything(local_account: LocalAccount) -> None:
    """With the protection lifted and applied, destroy empties the account."""
    local_account.lift_protection()
    local_account.destroy()
    assert leftovers(local_account) == []


def leftovers(account: LocalAccount) -> list[str]:
    """Return the names of what is left in *account*, of the kinds that cost or hold something."""
    found = [bucket["Name"] for bucket in account.client("s3").list_buckets()["Buckets"]]
    found += account.client("ecs").list_clusters()["clusterArns"]
    found += [r["RoleName"] for r in account.client("iam").list_roles()["Roles"] if "edgemind" in r["RoleName"]]
    found += [group["logGroupName"] for group in account.client("logs").describe_log_groups()["logGroups"]]
    found += [s["Name"] for s in account.client("secretsmanager").list_secrets()["SecretList"]]
    found += [p["Name"] for p in account.client("ssm").describe_parameters()["Parameters"]]
    found += [r["repositoryName"] for r in account.client("ecr").describe_repositories()["repositories"]]
    found += [lb["LoadBalancerName"] for lb in account.client("elbv2").describe_load_balancers()["LoadBalancers"]]
    found += [fs["FileSystemId"] for fs in account.client("efs").describe_file_systems()["FileSystems"]]
    found += [a["AlarmName"] for a in account.client("cloudwatch").describe_alarms()["MetricAlarms"]]
    cloudfront = account.client("cloudfront").list_distributions()["DistributionList"]
    found += [distribution["Id"] for distribution in cloudfront.get("Items", [])]
    vpcs = account.client("ec2").describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"]
    found += [vpc["VpcId"] for vpc in vpcs]
    return found
