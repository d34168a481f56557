"""Services, their deployments and images, and why tasks stopped."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from tools.status.finding import Finding
from tools.status.target import Target

UNPUBLISHED: Final = ":unpublished"
_COMMIT: Final = re.compile(r"[0-9a-f]{7,40}")
_MOST_REASONS: Final = 5
_BATCH: Final = 10  # ECS: DescribeServices


def services(target: Target) -> Iterator[Finding]:
    """Yield how many tasks each service runs, of how many, and how its last deployment went."""
    ecs = target.clients("ecs")
    for service in described(target):
        running, desired = service["runningCount"], service["desiredCount"]
        rollout = service["deployments"][0].get("rolloutState", "UNKNOWN") if service["deployments"] else "NONE"
        image = image_of(ecs, service["taskDefinition"])
        waiting = desired == 0 and image.endswith(UNPUBLISHED)
        bad = (
            service["status"] != "ACTIVE" or running < desired or rollout == "FAILED" or (desired == 0 and not waiting)
        )
        detail = f"{running} of {desired} tasks run" + (", waits for its first image" if waiting else "")
        yield Finding(
            section="services",
            subject=service["serviceName"],
            state="bad" if bad else "ok",
            detail=f"{detail}; deployment {rollout.lower().replace('_', ' ')}",
            facts={"running": running, "desired": desired, "status": service["status"], "rollout": rollout},
        )


def deployments(target: Target) -> Iterator[Finding]:
    """Yield the image and the commit that each service runs, since when, and whether it is the delivered one."""
    ecs = target.clients("ecs")
    for service in described(target):
        image = image_of(ecs, service["taskDefinition"])
        latest = service["deployments"][0] if service["deployments"] else {}
        since: datetime | None = latest.get("updatedAt") or latest.get("createdAt")
        tag = image.rpartition(":")[2]
        commit = tag if _COMMIT.fullmatch(tag) else None
        revision = service["taskDefinition"].rpartition("/")[2]
        yield Finding(
            section="deployments",
            subject=service["serviceName"],
            state="info",
            detail=f"{revision}, image {image.rpartition('/')[2]}"
            + (f", since {since:%Y-%m-%d %H:%M}" if since else ""),
            facts={
                "image": image,
                "commit": commit,
                "task_definition": revision,
                "since": since.isoformat() if since else None,
            },
        )


def image_drift(target: Target) -> Iterator[Finding]:
    """Yield whether what runs is what delivery wrote down, for services with such a parameter."""
    ecs, ssm = target.clients("ecs"), target.clients("ssm")
    for service in described(target):
        role = service["serviceName"].removeprefix(f"{target.prefix}-")
        parameter = f"/{target.prefix}/{role}/image"
        try:
            wanted = ssm.get_parameter(Name=parameter)["Parameter"]["Value"]
        except ssm.exceptions.ParameterNotFound:
            continue
        runs = image_of(ecs, service["taskDefinition"])
        same = wanted == runs
        yield Finding(
            section="drift",
            subject=service["serviceName"],
            state="ok" if same else "bad",
            detail="runs the delivered image" if same else f"runs {runs}, but {parameter} says {wanted}",
            facts={"runs": runs, "delivered": wanted},
        )


def stopped_tasks(target: Target) -> Iterator[Finding]:
    """Yield why the last tasks stopped; ECS remembers for about an hour."""
    ecs = target.clients("ecs")
    arns = ecs.list_tasks(cluster=target.cluster, desiredStatus="STOPPED").get("taskArns", [])
    if not arns:
        yield Finding(section="stopped tasks", subject=target.cluster, state="ok", detail="none in the last hour")
        return
    tasks = ecs.describe_tasks(cluster=target.cluster, tasks=arns[:100])["tasks"]
    tasks.sort(key=lambda task: str(task.get("stoppedAt", "")), reverse=True)
    for task in tasks[:_MOST_REASONS]:
        codes = {c["name"]: c.get("exitCode") for c in task.get("containers", [])}
        ended = task.get("stoppedAt")
        yield Finding(
            section="stopped tasks",
            subject=str(task.get("group", "")).removeprefix("service:"),
            state="info",
            detail=f"{task.get('stoppedReason', 'no reason given')}" + (f" ({ended:%H:%M})" if ended else ""),
            facts={"task": task["taskArn"], "exit_codes": codes, "stop_code": task.get("stopCode")},
        )


def described(target: Target) -> list[dict[str, Any]]:
    """Return all services of the cluster."""
    ecs = target.clients("ecs")
    arns = [
        arn
        for page in ecs.get_paginator("list_services").paginate(cluster=target.cluster)
        for arn in page["serviceArns"]
    ]
    found: list[dict[str, Any]] = []
    for start in range(0, len(arns), _BATCH):
        batch = ecs.describe_services(cluster=target.cluster, services=arns[start : start + _BATCH])
        found += batch["services"]
    return sorted(found, key=lambda service: str(service["serviceName"]))


def image_of(ecs: Any, task_definition: str) -> str:  # noqa: ANN401 - boto3 has no types
    """Return the image of a task definition's first container."""
    definition = ecs.describe_task_definition(taskDefinition=task_definition)["taskDefinition"]
    return str(definition["containerDefinitions"][0]["image"])
