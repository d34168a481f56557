"""The roles of tasks and services, in an account that enforces IAM: each does its job and nothing else.

Only ECS, VPC and AWS Backup can assume these roles (the first test tries otherwise), so each gets a twin: a role with
the very policies that AWS reports for it, which the test may assume. What is no API call (mounting files, ``Backup``
and ``Restore``) the emulator can't check; there the policies are evaluated as IAM documents it.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.delivery.calls import Actor
from tests.security.service_calls import NEVER, OWN, ROLES
from tests.support.iam_policy import allows
from tests.support.local_account import LocalAccount

pytestmark = [pytest.mark.local_aws, pytest.mark.slow]
ROOT = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole"}


def _statements(account: LocalAccount, role: str) -> list[dict[str, Any]]:
    """Return all that AWS says *role* may do."""
    iam = account.client("iam")
    assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    documents = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
    return [statement for document in documents for statement in _parsed(document)["Statement"]]


def _parsed(document: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(document) if isinstance(document, str) else document
    return found


@pytest.fixture(scope="module")
def twins(enforced_account: LocalAccount) -> Iterator[dict[str, Actor]]:
    """Someone who has exactly the rights of each role."""
    iam, sts = enforced_account.client("iam"), enforced_account.client("sts")
    actors = {}
    for role in ROLES:
        twin = f"twin-of-{role}"
        trust = json.dumps({"Version": "2012-10-17", "Statement": [ROOT]})
        arn = iam.create_role(RoleName=twin, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        for number, statement in enumerate(_statements(enforced_account, role)):
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            iam.put_role_policy(RoleName=twin, PolicyName=f"statement-{number}", PolicyDocument=document)
        found = sts.assume_role(RoleArn=arn, RoleSessionName="probe")["Credentials"]
        session = {
            "AWS_ACCESS_KEY_ID": found["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": found["SecretAccessKey"],
            "AWS_SESSION_TOKEN": found["SessionToken"],
        }
        actors[role] = Actor(account=enforced_account, session=session)
    yield actors
    for role in ROLES:
        for name in iam.list_role_policies(RoleName=f"twin-of-{role}")["PolicyNames"]:
            iam.delete_role_policy(RoleName=f"twin-of-{role}", PolicyName=name)
        iam.delete_role(RoleName=f"twin-of-{role}")


@pytest.mark.parametrize("role", ROLES)
def test_not_even_the_administrator_becomes_a_service(role: str, enforced_account: LocalAccount) -> None:
    """STS refuses everybody but the service that the role trusts."""
    arn = enforced_account.client("iam").get_role(RoleName=role)["Role"]["Arn"]
    with pytest.raises(ClientError) as refused:
        enforced_account.client("sts").assume_role(RoleArn=arn, RoleSessionName="probe")
    assert refused.value.response["Error"]["Code"] == "AccessDenied"


@pytest.mark.parametrize("what", OWN)
def test_a_call_is_let_through_for_whose_job_it_is(what: str, twins: dict[str, Actor]) -> None:
    """Of the eight roles, exactly those whose job it is may make the call."""
    whose, call = OWN[what]
    assert {role for role, actor in twins.items() if actor.may(call)} == whose


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_denied_everything_else(role: str, twins: dict[str, Actor]) -> None:
    """Each role is denied more than forty named calls: other logs, secrets, images, files, keys, roles, networks."""
    assert len(NEVER) >= 40
    assert [what for what, call in NEVER.items() if twins[role].may(call)] == []


@pytest.mark.parametrize("name", ["influxdb", "chromadb"])
def test_files_are_mounted_through_the_own_access_point_only(name: str, enforced_account: LocalAccount) -> None:
    """Identity and resource policy allow one role to mount and write, through one access point, over TLS."""
    efs = enforced_account.client("efs")
    systems = {system["Name"]: system for system in efs.describe_file_systems()["FileSystems"]}
    system = systems[f"edgemind-prod-{name}"]
    (point,) = efs.describe_access_points(FileSystemId=system["FileSystemId"])["AccessPoints"]
    identity = {"Statement": _statements(enforced_account, f"edgemind-prod-{name}-task")}
    resource = json.loads(efs.describe_file_system_policy(FileSystemId=system["FileSystemId"])["Policy"])
    through = {"elasticfilesystem:AccessPointArn": point["AccessPointArn"], "aws:SecureTransport": "true"}

    def may(action: str, **context: str) -> bool:
        ask = {"action": f"elasticfilesystem:{action}", "resource": system["FileSystemArn"]}
        return all(allows(policy, **ask, **context) for policy in (identity, resource))

    assert may("ClientMount", **through)
    assert may("ClientWrite", **through)
    assert not may("ClientRootAccess", **through)
    assert not may("ClientMount", **through | {"aws:SecureTransport": "false"})
    assert not may("ClientMount", **through | {"elasticfilesystem:AccessPointArn": "arn:of:another"})
    others = [s["FileSystemArn"] for other, s in systems.items() if other != f"edgemind-prod-{name}"]
    assert others
    for other in others:
        assert not allows(identity, action="elasticfilesystem:ClientMount", resource=other, **through)


def test_backups_copy_and_restore_and_delete_nothing(enforced_account: LocalAccount) -> None:
    """AWS Backup's role copies the two file systems and restores to new ones; evaluated, for neither is an API call."""
    policy = {"Statement": _statements(enforced_account, "edgemind-prod-data")}
    systems = [
        system["FileSystemArn"] for system in enforced_account.client("efs").describe_file_systems()["FileSystems"]
    ]
    another = systems[0].rpartition("/")[0] + "/fs-00000000"
    for system in systems:
        assert allows(policy, action="elasticfilesystem:Backup", resource=system)
        assert not allows(policy, action="elasticfilesystem:DeleteFileSystem", resource=system)
        assert not allows(policy, action="elasticfilesystem:ClientMount", resource=system)
    assert not allows(policy, action="elasticfilesystem:Backup", resource=another)
    assert allows(policy, action="elasticfilesystem:Restore", resource=another)
    assert not allows(policy, action="backup:DeleteRecoveryPoint", resource="*")
