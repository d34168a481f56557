import json
import subprocess
import sys
from collections.abc import Iterator

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.support.local_account import LocalAccount
from tools.toolchain import ROOT

pytestmark = [pytest.mark.local_aws, pytest.mark.slow]  # shares their account
USER = "status-reader"


@pytest.fixture(scope="module")
def reader(enforced_account: LocalAccount) -> Iterator[dict[str, str]]:
    """The keys of somebody who has the documented policy and nothing else."""
    iam = enforced_account.client("iam")
    iam.create_user(UserName=USER)
    document = (ROOT / "docs" / "status-policy.json").read_text()
    iam.put_user_policy(UserName=USER, PolicyName="status", PolicyDocument=document)
    key = iam.create_access_key(UserName=USER)["AccessKey"]
    yield {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    iam.delete_access_key(UserName=USER, AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(UserName=USER, PolicyName="status")
    iam.delete_user(UserName=USER)


def test_the_documented_policy_is_enough(enforced_account: LocalAccount, reader: dict[str, str]) -> None:
    """With the documented policy every look succeeds, while IAM checks every request."""
    ran = subprocess.run(
        [sys.executable, "-m", "tools.status", "--json"],
        cwd=ROOT,
        env=enforced_account.variables(reader),
        capture_output=True,
        text=True,
        check=False,
    )
    document = json.loads(ran.stdout)
    assert [f for f in document["findings"] if f["state"] == "unknown"] == []
    assert {f["section"] for f in document["findings"]} >= {"services", "alarms", "distribution", "drift"}


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("ecs", "update_service", {"cluster": "edgemind-prod-cluster", "service": "edgemind-prod-backend"}),
        ("ssm", "put_parameter", {"Name": "/edgemind-prod/backend/image", "Value": "x", "Overwrite": True}),
        ("cloudwatch", "delete_alarms", {"AlarmNames": ["edgemind-prod-backend-cpu"]}),
        ("secretsmanager", "get_secret_value", {"SecretId": "edgemind/influxdb"}),
        ("sns", "list_topics", {}),
    ],
)
def test_the_documented_policy_is_no_more_than_that(
    enforced_account: LocalAccount,
    reader: dict[str, str],
    service: str,
    operation: str,
    arguments: dict[str, object],
) -> None:
    """Whoever may look may change nothing, read no secret and list nothing else."""
    client = boto3.client(
        service,
        region_name="us-east-1",
        endpoint_url=enforced_account.endpoint,
        aws_access_key_id=reader["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=reader["AWS_SECRET_ACCESS_KEY"],
    )
    with pytest.raises(ClientError, match=r"AccessDenied|not authorized"):
        getattr(client, operation)(**arguments)
