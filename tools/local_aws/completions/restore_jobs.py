"""AWS Backup: recovery points of a resource, and restores to new file systems.

Defect: backup jobs leave no recovery point that can be found, and nothing can be restored. Local file systems hold no
files, so a restored one is empty as well.
"""

import json
import time
import uuid
from typing import Any

from tools.local_aws.gateway import Call, Gateway, Json, Reply

SERVICE = "backup"
MISSING = 404


def install(gateway: Gateway) -> None:
    """Attach the completions of this service."""
    points, jobs = gateway.store(), gateway.store()
    files: Any = gateway.module("efs")

    async def back_up(call: Call) -> Reply:
        reply = await call.forward()
        answer = json.loads(reply[2])
        if "RecoveryPointArn" in answer:
            points[answer["RecoveryPointArn"]] = {
                "RecoveryPointArn": answer["RecoveryPointArn"],
                "ResourceArn": call.input_json["ResourceArn"],
                "BackupVaultName": call.input_json["BackupVaultName"],
                "CreationDate": time.time(),
                "Status": "COMPLETED",
                "BackupSizeBytes": 0,
            }
        return reply

    async def listing(call: Call) -> Reply:
        found = [{k: v for k, v in p.items() if k != "ResourceArn"} for p in _of(points, call.found("resource"))]
        return call.answer({"RecoveryPoints": found})

    async def restore(call: Call) -> Reply:
        point = points.get(call.input_json["RecoveryPointArn"])
        if point is None:
            return call.refuse("ResourceNotFoundException", "Recovery point not found.", MISSING)
        jobs_id = str(uuid.uuid4())
        jobs[jobs_id] = {
            "RestoreJobId": jobs_id,
            "RecoveryPointArn": point["RecoveryPointArn"],
            "CreationDate": time.time(),
            "CompletionDate": time.time(),
            "Status": "COMPLETED",
            "PercentDone": "100.00%",
            "ResourceType": "EFS",
            "CreatedResourceArn": _new_file_system(files, call.input_json["Metadata"]),
        }
        return call.answer({"RestoreJobId": jobs_id})

    async def describe(call: Call) -> Reply:
        found = jobs.get(call.found("job"))
        if found is None:
            return call.refuse("ResourceNotFoundException", "Restore job not found.", MISSING)
        return call.answer(found)

    gateway.route(SERVICE, "PUT", "/backup-jobs")(back_up)
    gateway.route(SERVICE, "GET", "/resources/(?P<resource>.+)/recovery-points/?")(listing)
    gateway.route(SERVICE, "PUT", "/restore-jobs")(restore)
    gateway.route(SERVICE, "GET", "/restore-jobs/(?P<job>[^/]+)")(describe)


def _of(points: Json, resource_arn: str) -> list[Json]:
    return [point for point in points.values() if point["ResourceArn"] == resource_arn]


def _new_file_system(files: Any, metadata: Json) -> str:  # noqa: ANN401
    made = files._create_file_system(  # noqa: SLF001 - the emulator's own way to make one
        {
            "CreationToken": metadata["CreationToken"],
            "Encrypted": metadata.get("Encrypted") == "true",
            "KmsKeyId": metadata.get("KmsKeyId", ""),
            "PerformanceMode": metadata.get("PerformanceMode", "generalPurpose"),
        }
    )
    return str(json.loads(made[2])["FileSystemArn"])
