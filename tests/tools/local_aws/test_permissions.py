"""IAM enforcement of the local AWS, where our completions mend it: GitHub's claims, ECS, scaling, the registry."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.github_token import ISSUER, Token, assume, client
from tests.support.local_account import LocalAccount
from tests.support.oci_image import write_image
from tools.delivery.oci_layout import OciLayout
from tools.delivery.registry import Registry
from tools.delivery.settings import DeliveryError

pytestmark = pytest.mark.local_aws
ACCOUNT = "000000000000"
ECS = f"arn:aws:ecs:us-east-1:{ACCOUNT}"
ROLE = f"arn:aws:iam::{ACCOUNT}:role"
TOKEN = Token(environment="prod")
CONTAINER = [{"name": "web", "image": "web:1", "memory": 128}]


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAccount]:
    """An account with IAM enforcement, a cluster, a service, a repository and a task's role."""
    account = LocalAccount.start(tmp_path_factory.mktemp("enforcing"), enforce_iam=True)
    iam, ecs = account.client("iam"), account.client("ecs")
    iam.create_open_id_connect_provider(Url=f"https://{ISSUER}", ClientIDList=["sts.amazonaws.com"])
    for name in ("task", "other"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document([]))
    ecs.create_cluster(clusterName="c")
    for name in ("web", "db"):
        ecs.register_task_definition(family=name, containerDefinitions=CONTAINER)
        ecs.create_service(cluster="c", serviceName=name, taskDefinition=name, desiredCount=0)
    for name in ("images", "others"):
        account.client("ecr").create_repository(repositoryName=name)
    yield account
    account.stop()


def _document(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _session(account: LocalAccount, *statements: dict[str, Any]) -> dict[str, str]:
    """Return a session of a new role that is trusted on main, and may do what *statements* allow."""
    iam = account.client("iam")
    name = f"role-{len(iam.list_roles()['Roles'])}"
    claims = {f"{ISSUER}:aud": TOKEN.audience, f"{ISSUER}:sub": TOKEN.claims()["sub"], f"{ISSUER}:ref": TOKEN.ref}
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": claims},
    }
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document([trust]))
    allowed = [{"Effect": "Allow", **statement} for statement in statements]
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=_document(allowed))
    return assume(account.endpoint, f"{ROLE}/{name}", TOKEN)


def _denied(call: Any, **arguments: Any) -> bool:
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")
    return False


def test_a_branch_in_a_trust_policy_is_compared(account: LocalAccount) -> None:
    """The claim ref opens the role on the trusted branch, and closes it on another and without a claim."""
    _session(account, {"Action": "s3:ListAllMyBuckets", "Resource": "*"})
    name = account.client("iam").list_roles()["Roles"][-1]["RoleName"]
    subject = TOKEN.claims()["sub"]
    for ref in ("refs/heads/other", ""):
        with pytest.raises(ClientError, match="AccessDenied"):
            assume(account.endpoint, f"{ROLE}/{name}", Token(environment="prod", ref=ref, subject=subject))


def test_a_right_to_one_service_is_a_right_to_that_service(account: LocalAccount) -> None:
    """A policy with a service's ARN allows calls that name its cluster, and no call to the service beside it."""
    session = _session(
        account, {"Action": ["ecs:UpdateService", "ecs:DescribeServices"], "Resource": f"{ECS}:service/c/web"}
    )
    ecs = client(account.endpoint, session, "ecs")
    arn = f"{ECS}:service/c/web"
    assert not _denied(ecs.update_service, cluster="c", service=arn)
    assert not _denied(ecs.describe_services, cluster="c", services=["web"])
    assert _denied(ecs.update_service, cluster="c", service="db")
    assert _denied(ecs.describe_services, cluster="c", services=["db"])


def test_the_cluster_is_a_condition(account: LocalAccount) -> None:
    """A policy that names the cluster by condition allows its tasks, and no other cluster's."""
    condition = {"ArnEquals": {"ecs:cluster": f"{ECS}:cluster/c"}}
    session = _session(account, {"Action": "ecs:ListTasks", "Resource": "*", "Condition": condition})
    ecs = client(account.endpoint, session, "ecs")
    assert not _denied(ecs.list_tasks, cluster="c", serviceName="web")
    assert _denied(ecs.list_tasks, cluster="d", serviceName="web")


def test_a_role_must_be_passed_to_be_used(account: LocalAccount) -> None:
    """A task definition with a role needs the right to pass that role to ECS's tasks."""
    passing = {
        "Action": "iam:PassRole",
        "Resource": f"{ROLE}/task",
        "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
    }
    register = {"Action": "ecs:RegisterTaskDefinition", "Resource": f"{ECS}:task-definition/web:*"}
    ecs = client(account.endpoint, _session(account, register, passing), "ecs")
    definition = {"family": "web", "containerDefinitions": CONTAINER}
    assert not _denied(ecs.register_task_definition, **definition, taskRoleArn=f"{ROLE}/task")
    assert _denied(ecs.register_task_definition, **definition, taskRoleArn=f"{ROLE}/other")
    assert _denied(ecs.register_task_definition, **definition, executionRoleArn=f"{ROLE}/other")
    assert _denied(ecs.register_task_definition, **definition | {"family": "db"})


def test_a_range_moves_the_count_and_needs_the_right_to_its_target(account: LocalAccount) -> None:
    """Registering a minimum starts tasks, as on AWS; a role may do it for the target that its policy names."""
    scaling, ecs = account.client("application-autoscaling"), account.client("ecs")
    identity = {"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount"}
    web, db = ({**identity, "ResourceId": f"service/c/{name}"} for name in ("web", "db"))
    target = scaling.register_scalable_target(**web, MinCapacity=0, MaxCapacity=4)["ScalableTargetARN"]
    scaling.register_scalable_target(**db, MinCapacity=0, MaxCapacity=4)
    session = _session(account, {"Action": "application-autoscaling:RegisterScalableTarget", "Resource": target})
    mine = client(account.endpoint, session, "application-autoscaling")
    assert not _denied(mine.register_scalable_target, **web, MinCapacity=2)
    assert _denied(mine.register_scalable_target, **db, MinCapacity=2)
    counts = {
        s["serviceName"]: s["desiredCount"]
        for s in ecs.describe_services(cluster="c", services=["web", "db"])["services"]
    }
    assert counts == {"web": 2, "db": 0}


def test_the_registry_asks_iam(account: LocalAccount, tmp_path: Path) -> None:
    """A push needs a token of one's own and the right to that repository; a made-up password opens nothing."""
    actions = (
        "InitiateLayerUpload",
        "UploadLayerPart",
        "CompleteLayerUpload",
        "PutImage",
        "BatchCheckLayerAvailability",
    )
    session = _session(
        account,
        {"Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        {
            "Action": [f"ecr:{name}" for name in actions],
            "Resource": f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/images",
        },
    )
    write_image(tmp_path / "image", "x")
    layout, endpoint = OciLayout(tmp_path / "image"), {"AWS_ENDPOINT_URL": account.endpoint}
    ecr = client(account.endpoint, session, "ecr")
    assert Registry.of_ecr(ecr, "images", endpoint).push(layout, ["1"]) == layout.image.digest
    with pytest.raises(DeliveryError, match="403"):
        Registry.of_ecr(ecr, "others", endpoint).push(layout, ["1"])
    made_up = base64.b64encode(b"AWS:guess").decode()
    stranger = Registry(endpoint=account.endpoint, repository="images", authorization=f"Basic {made_up}")
    with pytest.raises(DeliveryError, match="401"):
        stranger.push(layout, ["2"])
