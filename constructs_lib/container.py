"""One container of a Fargate task, as ECS writes it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cdktf import Token

from constructs_lib.numbers import checked_number
from constructs_lib.secret import SecretKey


@dataclass(frozen=True, kw_only=True, slots=True)
class HealthCheck:
    """A command that ECS runs in the container; anything but exit code 0 is unhealthy.

    Attributes:
        command: Arguments, run without a shell. Use ``("/bin/sh", "-c", "…")`` where one is needed.
        interval_seconds: From one check to the next; 30 when omitted.
        timeout_seconds: After which a check failed; 5 when omitted.
        retries: Failures in a row that make the container unhealthy; 3 when omitted.
        start_period_seconds: Failures that do not count after the start; 60 when omitted.

    Raises:
        ValueError: A number outside what ECS accepts (ECS: HealthCheck).
    """

    command: tuple[str, ...]
    interval_seconds: int = 30
    timeout_seconds: int = 5
    retries: int = 3
    start_period_seconds: int = 60

    def __post_init__(self) -> None:
        limits = {
            "interval_seconds": (5, 300),
            "timeout_seconds": (2, 60),
            "retries": (1, 10),
            "start_period_seconds": (0, 300),
        }
        if not self.command:
            raise ValueError("command=() is no health check; name the program that ECS runs in the container")
        for name, (low, high) in limits.items():
            checked_number(name, getattr(self, name), least=low, most=high, source="ECS: HealthCheck")

    def document(self) -> dict[str, Any]:
        """Return the health check as a task definition writes it."""
        return {
            "command": ["CMD", *self.command],
            "interval": self.interval_seconds,
            "timeout": self.timeout_seconds,
            "retries": self.retries,
            "startPeriod": self.start_period_seconds,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Mount:
    """A volume's place in a container.

    Attributes:
        volume: Name of the task's volume.
        path: Absolute directory in the container.
        read_only: Whether writes are refused; False when omitted.
    """

    volume: str
    path: str
    read_only: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Container:
    """The one container of a task.

    Attributes:
        name: Name within the task.
        image: Reference, or a Terraform expression that yields one.
        port: TCP port that it listens on.
        log_group: CloudWatch log group.
        region: Region of the log group.
        environment: Plain variables.
        secrets: Variables that ECS reads from Secrets Manager at start.
        health_check: Command that tells whether it works.
        mounts: Volumes.
        read_only_root: Whether the image's own file system is read-only.
        user: ``uid:gid`` to run as; the image's own when omitted.
        stop_timeout_seconds: From SIGTERM to SIGKILL, at most 120 on Fargate; 30 when omitted.
    """

    name: str
    image: str
    port: int
    log_group: str
    region: str
    environment: Mapping[str, str]
    secrets: Mapping[str, SecretKey]
    health_check: HealthCheck
    mounts: Sequence[Mount] = field(default_factory=tuple)
    read_only_root: bool = True
    user: str | None = None
    stop_timeout_seconds: int = 30

    def definitions(self) -> str:
        """Return the JSON list that a task definition takes.

        Every key that AWS fills in by itself is written out, in AWS's own order and case, so that a later plan
        compares equal.
        """
        body: dict[str, Any] = {
            "name": self.name,
            "image": self.image,
            "essential": True,
            "portMappings": [{"containerPort": self.port, "hostPort": self.port, "protocol": "tcp"}],
            "environment": [{"name": k, "value": _literal(v)} for k, v in sorted(self.environment.items())],
            "secrets": [{"name": k, "valueFrom": v.value_from} for k, v in sorted(self.secrets.items())],
            "healthCheck": self.health_check.document(),
            "mountPoints": [
                {"sourceVolume": m.volume, "containerPath": m.path, "readOnly": m.read_only} for m in self.mounts
            ],
            "readonlyRootFilesystem": self.read_only_root,
            "linuxParameters": {"initProcessEnabled": True},
            "stopTimeout": self.stop_timeout_seconds,
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": self.log_group,
                    "awslogs-region": self.region,
                    "awslogs-stream-prefix": "ecs",
                    "mode": "non-blocking",
                    "max-buffer-size": "25m",
                },
            },
            "systemControls": [],
            "volumesFrom": [],
        }
        if self.user:
            body["user"] = self.user
        return json.dumps([body], separators=(",", ":"))


def _literal(value: str) -> str:
    """Return *value* so that Terraform takes none of it for an expression, unless it is one of CDKTF's."""
    return value if Token.is_unresolved(value) else value.replace("${", "$${").replace("%{", "%%{")
