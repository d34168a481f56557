import pytest
from botocore.exceptions import ClientError

from tests.tools.local_aws.conftest import Client

pytestmark = pytest.mark.local_aws
ROLE = "arn:aws:iam::000000000000:role/backup"


def test_a_backup_can_be_found_and_restored_to_a_new_file_system(client: Client) -> None:
    """A backup job leaves a recovery point of its resource; a restore of it makes another, encrypted file system."""
    backup, efs = client("backup"), client("efs")
    old = efs.create_file_system(CreationToken="restore-jobs", Encrypted=True)
    backup.create_backup_vault(BackupVaultName="restore-jobs")
    job = backup.start_backup_job(BackupVaultName="restore-jobs", ResourceArn=old["FileSystemArn"], IamRoleArn=ROLE)
    (point,) = backup.list_recovery_points_by_resource(ResourceArn=old["FileSystemArn"])["RecoveryPoints"]
    assert point["RecoveryPointArn"] == job["RecoveryPointArn"]
    assert point["Status"] == "COMPLETED"
    restore = backup.start_restore_job(
        RecoveryPointArn=point["RecoveryPointArn"],
        IamRoleArn=ROLE,
        Metadata={
            "file-system-id": old["FileSystemId"],
            "newFileSystem": "true",
            "CreationToken": "restore-jobs-new",
            "Encrypted": "true",
        },
    )
    done = backup.describe_restore_job(RestoreJobId=restore["RestoreJobId"])
    assert done["Status"] == "COMPLETED"
    new_id = done["CreatedResourceArn"].rpartition("/")[2]
    (new,) = efs.describe_file_systems(FileSystemId=new_id)["FileSystems"]
    assert new["Encrypted"] is True
    assert new_id != old["FileSystemId"]


def test_what_is_not_there_is_not_restored(client: Client) -> None:
    """An unknown recovery point or job is a ResourceNotFoundException."""
    backup = client("backup")
    with pytest.raises(ClientError) as unknown:
        backup.start_restore_job(
            RecoveryPointArn="arn:aws:ec2:us-east-1::snapshot/none", IamRoleArn=ROLE, Metadata={"CreationToken": "x"}
        )
    assert unknown.value.response["Error"]["Code"] == "ResourceNotFoundException"
    with pytest.raises(ClientError) as missing:
        backup.describe_restore_job(RestoreJobId="none")
    assert missing.value.response["Error"]["Code"] == "ResourceNotFoundException"
