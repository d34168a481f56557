"""IAM enforcement of what tasks call: one stream of a log group, parameters below one path."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.github_token import client
from tests.support.local_account import LocalAccount

pytestmark = pytest.mark.local_aws
ROOT: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
    "Action": "sts:AssumeRole",
}
RIGHTS: list[dict[str, Any]] = [
    {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": "arn:aws:logs:us-east-1:000000000000:log-group:/ecs/web:log-stream:ecs/*",
    },
    {
        "Effect": "Allow",
        "Action": "ssm:GetParametersByPath",
        "Resource": "arn:aws:ssm:us-east-1:000000000000:parameter/shop/agents/*",
    },
]
Service = Callable[[str], Any]


@pytest.fixture(scope="module")
def as_task(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Clients of someone with RIGHTS, in an account that enforces IAM and has two log groups."""
    account = LocalAccount.start(tmp_path_factory.mktemp("tasks"), enforce_iam=True)
    iam, logs = account.client("iam"), account.client("logs")
    for name in ("/ecs/web", "/ecs/db"):
        logs.create_log_group(logGroupName=name)
    arn = iam.create_role(RoleName="task", AssumeRolePolicyDocument=_document([ROOT]))["Role"]["Arn"]
    iam.put_role_policy(RoleName="task", PolicyName="rights", PolicyDocument=_document(RIGHTS))
    found = account.client("sts").assume_role(RoleArn=arn, RoleSessionName="probe")["Credentials"]
    session = {
        "AWS_ACCESS_KEY_ID": found["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": found["SecretAccessKey"],
        "AWS_SESSION_TOKEN": found["SessionToken"],
    }
    yield lambda service: client(account.endpoint, session, service)
    account.stop()


def _document(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def test_the_right_to_some_streams_is_the_right_to_those(as_task: Service) -> None:
    """A stream that matches can be made and written; another one, and one of another group, is denied."""
    logs = as_task("logs")
    logs.create_log_stream(logGroupName="/ecs/web", logStreamName="ecs/web/1")
    logs.put_log_events(
        logGroupName="/ecs/web", logStreamName="ecs/web/1", logEvents=[{"timestamp": 1_800_000_000_000, "message": "x"}]
    )
    for group, stream in (("/ecs/web", "other/1"), ("/ecs/db", "ecs/db/1")):
        with pytest.raises(ClientError) as denied:
            logs.create_log_stream(logGroupName=group, logStreamName=stream)
        assert denied.value.response["Error"]["Code"] == "AccessDeniedException"


def test_the_right_to_a_path_is_the_right_to_that_path(as_task: Service) -> None:
    """Parameters below the path are found; those of another path, and all of them, are denied."""
    ssm = as_task("ssm")
    assert ssm.get_parameters_by_path(Path="/shop/agents/")["Parameters"] == []
    for path in ("/shop/", "/other/agents/", "/"):
        with pytest.raises(ClientError) as denied:
            ssm.get_parameters_by_path(Path=path)
        assert denied.value.response["Error"]["Code"] == "AccessDeniedException"
