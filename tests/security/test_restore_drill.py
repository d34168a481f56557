"""The restore drill of docs/restore.md, run on the local AWS as it is written there.

Local file systems hold no files: the drill shows that backup, restore, adoption and deployment fit together, and that
nothing is lost on the way. Moving the files, the one step inside of a file system, is in tests/docs/test_restore.py.
"""

import json
import sys

import pytest

from tests.support.local_account import LocalAccount

pytestmark = [pytest.mark.local_aws, pytest.mark.slow]
SERVICE = "edgemind-prod-influxdb"


def _restore(account: LocalAccount, *arguments: str) -> str:
    code = f"import sys; from tools.restore.__main__ import main; sys.exit(main({list(arguments)!r}))"
    return account.run([sys.executable, "-c", code]).check().output


def _mounted(account: LocalAccount) -> tuple[str, str]:
    """Return file system and access point of the service's running definition."""
    ecs = account.client("ecs")
    (service,) = ecs.describe_services(cluster="edgemind-prod-cluster", services=[SERVICE])["services"]
    definition = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    (volume,) = [v["efsVolumeConfiguration"] for v in definition["volumes"] if "efsVolumeConfiguration" in v]
    return volume["fileSystemId"], volume["authorizationConfig"]["accessPointId"]


def test_a_lost_file_system_comes_back_from_its_backup(empty_account: LocalAccount) -> None:
    """Backup → new file system → adopted by Terraform → the service runs on it; the old one is still there."""
    account = empty_account
    account.synthesize()
    account.apply("network", "data")
    old_system, old_point = _mounted(account)
    efs = account.client("efs")
    (old,) = efs.describe_file_systems(FileSystemId=old_system)["FileSystems"]
    role = account.client("iam").get_role(RoleName="edgemind-prod-data")["Role"]["Arn"]
    account.client("backup").start_backup_job(
        BackupVaultName="edgemind-prod-data", ResourceArn=old["FileSystemArn"], IamRoleArn=role
    )

    assert "recovery-point" in _restore(account, "points", "influxdb")
    new_system = _restore(account, "start", "influxdb").splitlines()[-1]
    assert new_system not in {old_system, ""}
    (new,) = efs.describe_file_systems(FileSystemId=new_system)["FileSystems"]
    assert (new["Encrypted"], new["KmsKeyId"]) == (True, old["KmsKeyId"])

    said = _restore(account, "adopt", "--file-system", new_system, "--out", str(account.out), "influxdb")
    targets = [word for word in said.split() if word.startswith("-target=")]
    assert len(targets) == 2
    account.terraform("data", "apply", "-auto-approve", "-input=false", "-no-color", *targets).check()
    planned = account.planned("data")["resource_changes"]
    ends = {change["type"] for change in planned if "delete" in change["change"]["actions"]}
    # none of these holds anything
    assert ends <= {"aws_ecs_task_definition", "aws_backup_selection", "aws_backup_restore_testing_selection"}
    account.apply("data")

    system, point = _mounted(account)
    assert system == new_system
    assert point != old_point
    assert len(efs.describe_mount_targets(FileSystemId=new_system)["MountTargets"]) == 2
    policy = json.loads(efs.describe_file_system_policy(FileSystemId=new_system)["Policy"])
    assert new_system in json.dumps(policy)
    again = account.plan("data")
    assert again.code == 0, again.output
    # nothing was lost on the way: whoever is sure deletes it later, by hand
    assert efs.describe_file_systems(FileSystemId=old_system)["FileSystems"][0]["LifeCycleState"] == "available"
