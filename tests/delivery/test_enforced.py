"""The roles, proven by an account that enforces IAM: assumed with GitHub's tokens, used as the workflows use them.

What the emulator alone gets wrong about IAM (GitHub's claims, the resources of ECS calls, ``iam:PassRole``, the
registry's HTTP API) is mended by the local AWS's completions. What stays unenforced is signatures of tokens, and key
policies of what S3 encrypts: the last test evaluates the policy instead.
"""

import json
import sys
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.delivery.calls import CALLS, NOBODYS
from tests.delivery.delivering import as_job, deploy, publish_site, push, role_arn, site, write_site
from tests.delivery.tokens import JOBS, WRONG, of_job
from tests.support.github_token import Token, assume
from tests.support.iam_policy import allows
from tests.support.local_account import LocalAccount
from tests.support.oci_image import write_image
from tests.support.stand_in import backend_stand_in
from tools.delivery.oci_layout import OciLayout
from tools.delivery.registry import Registry
from tools.delivery.settings import DeliveryError

pytestmark = [pytest.mark.local_aws, pytest.mark.slow]
FIRST = "1" * 40


@pytest.mark.parametrize("job", JOBS)
def test_the_right_token_buys_a_session(enforced_account: LocalAccount, job: str) -> None:
    """The job's own token is exchanged for a session of its role."""
    who = as_job(enforced_account, job).client("sts").get_caller_identity()["Arn"]
    assert f"assumed-role/edgemind-prod-delivery-{job}/" in who


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("token", WRONG.values(), ids=WRONG)
def test_any_other_token_buys_nothing(enforced_account: LocalAccount, job: str, token: Token) -> None:
    """STS refuses a token that differs in one thing."""
    with pytest.raises(ClientError) as refused:
        assume(enforced_account.endpoint, role_arn(enforced_account, job), of_job(token, job))
    assert refused.value.response["Error"]["Code"] == "AccessDenied"


def test_the_backend_workflow_runs_with_its_two_roles(enforced_account: LocalAccount, tmp_path: Path) -> None:
    """From nothing published: pushed by the one, deployed and recorded by the other, started, shielded."""
    ecs, ecr = enforced_account.client("ecs"), enforced_account.client("ecr")
    digest = push(enforced_account, tmp_path / "image", FIRST)
    deploy(enforced_account, FIRST)
    (service,) = ecs.describe_services(cluster="edgemind-prod-cluster", services=["edgemind-prod-backend"])["services"]
    assert (service["desiredCount"], service["runningCount"]) == (1, 1)
    definition = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    assert definition["containerDefinitions"][0]["image"].endswith(f"edgemind-prod-backend:{FIRST}")
    (image,) = ecr.describe_images(repositoryName="edgemind-prod-backend", imageIds=[{"imageDigest": digest}])[
        "imageDetails"
    ]
    assert set(image["imageTags"]) == {FIRST, "latest", "deployed"}


def test_the_frontend_workflow_runs_with_its_role(enforced_account: LocalAccount, tmp_path: Path) -> None:
    """Published, cleared from caches and looked at through the distribution; nothing but the site's files."""
    ran = publish_site(enforced_account, write_site(tmp_path, "one"), FIRST)
    assert "the page and 2 files that it loads" in ran.output
    keys = {
        o["Key"] for o in enforced_account.client("s3").list_objects_v2(Bucket="edgemind-prod-frontend")["Contents"]
    }
    assert keys == {"index.html", "css/a.css", "js/a.js", "assets/logo.svg"}


def test_the_health_job_asks_through_the_site(enforced_account: LocalAccount) -> None:
    """The last job asks /health by CloudFront and the load balancer; a process stands where the task would be."""
    elb = enforced_account.client("elbv2")
    (group,) = elb.describe_target_groups(Names=["edgemind-prod-backend"])["TargetGroups"]
    arn = group["TargetGroupArn"]
    # the emulator registers its tasks, which run nothing
    tasks = [health["Target"] for health in elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]]
    command = [sys.executable, "-m", "tools.delivery.health", f"{enforced_account.endpoint}/health"]
    command += ["--attempts", "2", "--pause-seconds", "1"]
    assert enforced_account.run(command, more=site(enforced_account)).code == 1
    with backend_stand_in() as port:
        targets = [{"Id": "127.0.0.1", "Port": port}]
        if tasks:
            elb.deregister_targets(TargetGroupArn=arn, Targets=tasks)
        elb.register_targets(TargetGroupArn=arn, Targets=targets)
        ran = enforced_account.run(command, more=site(enforced_account))
        elb.deregister_targets(TargetGroupArn=arn, Targets=targets)
        if tasks:
            elb.register_targets(TargetGroupArn=arn, Targets=tasks)
    assert "healthy" in ran.check().output


@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_allowed_to_its_job_and_denied_to_the_others(enforced_account: LocalAccount, name: str) -> None:
    """Every call of a workflow works for the role of its job, and for no other role."""
    allowed, call = CALLS[name]
    assert {job for job in JOBS if as_job(enforced_account, job).may(call)} == allowed


@pytest.mark.parametrize("name", NOBODYS)
def test_a_call_beyond_delivery_is_denied_to_all(enforced_account: LocalAccount, name: str) -> None:
    """No delivery role can do what delivery does not need."""
    assert not [job for job in JOBS if as_job(enforced_account, job).may(NOBODYS[name])]


@pytest.mark.parametrize("job", ["backend", "frontend"])
def test_only_the_image_job_can_push(enforced_account: LocalAccount, tmp_path: Path, job: str) -> None:
    """The registry's HTTP API refuses who has no token for it, and a stranger's password."""
    write_image(tmp_path / "image", "an intruder's")
    layout = OciLayout(tmp_path / "image")
    with pytest.raises(ClientError, match="GetAuthorizationToken"):
        Registry.of_ecr(
            as_job(enforced_account, job).client("ecr"),
            "edgemind-prod-backend",
            {"AWS_ENDPOINT_URL": enforced_account.endpoint},
        )
    stranger = Registry(
        endpoint=enforced_account.endpoint, repository="edgemind-prod-backend", authorization="Basic QVdTOng="
    )
    with pytest.raises(DeliveryError, match="401"):
        stranger.push(layout, ["latest"])


def test_a_push_token_opens_one_repository(enforced_account: LocalAccount, tmp_path: Path) -> None:
    """With the image job's token, another repository of the account stays closed."""
    enforced_account.client("ecr").create_repository(repositoryName="other")
    write_image(tmp_path / "image", "elsewhere")
    other = Registry.of_ecr(
        as_job(enforced_account, "image").client("ecr"), "other", {"AWS_ENDPOINT_URL": enforced_account.endpoint}
    )
    try:
        with pytest.raises(DeliveryError, match="403"):
            other.push(OciLayout(tmp_path / "image"), ["latest"])
    finally:
        enforced_account.client("ecr").delete_repository(repositoryName="other", force=True)


def test_use_of_the_sites_key_is_evaluated_from_the_policy(enforced_account: LocalAccount) -> None:
    """The publisher may use the site's key through S3 only. The emulator doesn't ask IAM here, so the policy is."""
    iam = enforced_account.client("iam")
    document = iam.get_role_policy(RoleName="edgemind-prod-delivery-frontend", PolicyName="SitePublish")
    policy = document["PolicyDocument"]
    policy = json.loads(policy) if isinstance(policy, str) else policy
    alias = enforced_account.client("kms").describe_key(KeyId="alias/edgemind-prod-site")["KeyMetadata"]["Arn"]
    through_s3 = {"kms:ViaService": "s3.us-east-1.amazonaws.com"}
    assert allows(policy, action="kms:GenerateDataKey", resource=alias, **through_s3)
    assert not allows(policy, action="kms:GenerateDataKey", resource=alias)
    assert not allows(policy, action="kms:ScheduleKeyDeletion", resource=alias, **through_s3)
    assert not allows(policy, action="kms:Decrypt", resource=alias.rpartition("/")[0] + "/other", **through_s3)
