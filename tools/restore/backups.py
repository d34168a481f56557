"""Recovery points of a data service, and their restore to a new file system, through AWS's API."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3

FINAL = ("COMPLETED", "ABORTED", "FAILED")
LONGEST_SECONDS = 12 * 3600
Json = dict[str, Any]


class RestoreError(RuntimeError):
    """The restore can't go on; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DataService:
    """A service whose files are backed up.

    Attributes:
        name: Its name, such as ``edgemind-prod-influxdb``.
        role_arn: Role with which AWS Backup restores.
        region: Where it is.
    """

    name: str
    role_arn: str
    region: str = "us-east-1"

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 has no types
        """Return a client of an AWS *service*."""
        return boto3.client(service, region_name=self.region)

    def file_system(self) -> Json:
        """Return the file system that the service's newest task definition mounts."""
        definition = self.client("ecs").describe_task_definition(taskDefinition=self.name)["taskDefinition"]
        for volume in definition.get("volumes", []):
            if "efsVolumeConfiguration" in volume:
                wanted = volume["efsVolumeConfiguration"]["fileSystemId"]
                found: list[Json] = self.client("efs").describe_file_systems(FileSystemId=wanted)["FileSystems"]
                return found[0]
        raise RestoreError(f"{self.name} mounts no file system; name a data service, such as influxdb")

    def recovery_points(self) -> list[Json]:
        """Return the backups of that file system that can be restored, the newest first."""
        pages = self.client("backup").get_paginator("list_recovery_points_by_resource")
        arn = self.file_system()["FileSystemArn"]
        found = [p for page in pages.paginate(ResourceArn=arn) for p in page["RecoveryPoints"]]
        complete = [point for point in found if point["Status"] == "COMPLETED"]
        return sorted(complete, key=lambda point: point["CreationDate"], reverse=True)

    def restore(self, recovery_point_arn: str, *, say: Callable[[str], None], pause_seconds: float = 30) -> str:
        """Restore a backup to a new file system, wait for it, and return its id. The old one is not touched."""
        old = self.file_system()
        backup = self.client("backup")
        job_id = backup.start_restore_job(
            RecoveryPointArn=recovery_point_arn,
            IamRoleArn=self.role_arn,
            ResourceType="EFS",
            Metadata={
                "file-system-id": old["FileSystemId"],
                "newFileSystem": "true",
                "CreationToken": f"{self.name}-restored-{uuid.uuid4().hex[:8]}",
                "Encrypted": "true",
                "KmsKeyId": old["KmsKeyId"],
                "PerformanceMode": old["PerformanceMode"],
            },
        )["RestoreJobId"]
        deadline = time.monotonic() + LONGEST_SECONDS
        while True:
            job = backup.describe_restore_job(RestoreJobId=job_id)
            say(f"restore job {job_id}: {job['Status']} {job.get('PercentDone', '')}")
            if job["Status"] in FINAL:
                break
            if time.monotonic() > deadline:
                raise RestoreError(f"restore job {job_id} is still {job['Status']}; look at it in AWS Backup")
            time.sleep(pause_seconds)
        if job["Status"] != "COMPLETED":
            raise RestoreError(
                f"restore job {job_id} ended as {job['Status']}: {job.get('StatusMessage', 'no reason')}"
            )
        return str(job["CreatedResourceArn"]).rpartition("/")[2]
