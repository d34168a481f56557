"""The events of ECS and AWS Backup that somebody should read: plain values, no resource."""

from constructs_lib.event_alert import EventAlertSpec

_FAILED_BACKUP = ("FAILED", "EXPIRED", "ABORTED")


def cluster_events(cluster: str, *, cluster_arn: str, service_arn_prefix: str) -> list[EventAlertSpec]:
    """Return what ECS reports about the services of a cluster.

    A task that scaling or a deployment stops is no news; one that crashed, failed to start or failed its health check
    is (ECS: "Amazon ECS events").
    """
    return [
        EventAlertSpec(
            name=f"{cluster}-task-stopped",
            summary="A task crashed, failed to start or failed its health check.",
            runbook="task-stopped",
            pattern={
                "source": ["aws.ecs"],
                "detail-type": ["ECS Task State Change"],
                "detail": {
                    "clusterArn": [cluster_arn],
                    "lastStatus": ["STOPPED"],
                    "$or": [
                        {"stopCode": ["EssentialContainerExited", "TaskFailedToStart"]},
                        {"stoppedReason": [{"prefix": "Task failed"}]},  # ... ELB or container health checks
                    ],
                },
            },
            facts={"group": "$.detail.group", "reason": "$.detail.stoppedReason", "task": "$.detail.taskArn"},
            message="A task of <group> stopped: <reason> (<task>).",
        ),
        EventAlertSpec(
            name=f"{cluster}-deployment-failed",
            summary="A deployment failed and is rolled back.",
            runbook="deployment-failed",
            pattern={
                "source": ["aws.ecs"],
                "detail-type": ["ECS Deployment State Change"],
                "resources": [{"prefix": service_arn_prefix}],
                "detail": {"eventName": ["SERVICE_DEPLOYMENT_FAILED"]},
            },
            facts={"service": "$.resources[0]", "reason": "$.detail.reason"},
            message="A deployment of <service> failed: <reason>",
        ),
        EventAlertSpec(
            name=f"{cluster}-tasks-not-starting",
            summary="ECS can't place or start the tasks of a service.",
            runbook="task-stopped",
            pattern={
                "source": ["aws.ecs"],
                "detail-type": ["ECS Service Action"],
                "resources": [{"prefix": service_arn_prefix}],
                "detail": {"eventName": ["SERVICE_TASK_START_IMPAIRED", "SERVICE_TASK_PLACEMENT_FAILURE"]},
            },
            facts={"service": "$.resources[0]", "event": "$.detail.eventName"},
            message="<service> can't start tasks: <event>.",
        ),
    ]


def backup_events(vault: str) -> list[EventAlertSpec]:
    """Return what AWS Backup reports about failed backups of *vault* and failed restores, tests included."""
    return [
        EventAlertSpec(
            name=f"{vault}-backup-failed",
            summary="A backup failed.",
            runbook="backup-missed",
            pattern={
                "source": ["aws.backup"],
                "detail-type": ["Backup Job State Change"],
                "detail": {"backupVaultName": [vault], "state": list(_FAILED_BACKUP)},
            },
            facts={"resource": "$.detail.resourceArn", "state": "$.detail.state"},
            message="The backup of <resource> ended as <state>.",
        ),
        EventAlertSpec(
            name=f"{vault}-restore-failed",
            summary="A restore failed, perhaps the monthly test.",
            runbook="backup-missed",
            pattern={
                "source": ["aws.backup"],
                "detail-type": ["Restore Job State Change"],
                "detail": {"status": ["FAILED", "ABORTED"]},
            },
            facts={"job": "$.detail.restoreJobId", "status": "$.detail.status"},
            message="The restore <job> ended as <status>.",
        ),
    ]
