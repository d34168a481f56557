"""The AWS services that tasks reach inside a VPC, by the names of their endpoints. No AWS in here."""

from collections.abc import Sequence
from typing import Final

ENDPOINT_SERVICES: Final = frozenset(
    {
        "bedrock-agent-runtime", "bedrock-agentcore", "bedrock-runtime", "ecr.api", "ecr.dkr", "ecs",
        "elasticfilesystem", "kms", "logs", "monitoring", "secretsmanager", "ssm", "ssmmessages", "sts",
    }
)  # fmt: skip
"""Services that a Fargate task calls (VPC: "AWS services that integrate with AWS PrivateLink")."""


def check_endpoint_services(services: Sequence[str]) -> None:
    """Refuse a service that has no endpoint we know.

    Raises:
        ValueError: Unknown or repeated service.
    """
    for service in services:
        if service not in ENDPOINT_SERVICES:
            raise ValueError(
                f"interface_endpoints has {service!r}, which is unknown; use {', '.join(sorted(ENDPOINT_SERVICES))}"
            )
    if len(set(services)) != len(services):
        raise ValueError(f"interface_endpoints={list(services)} names a service twice; name each once")
