"""Which environment is looked at, and how AWS is asked."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from stacks.environment import Environment

Clients = Callable[[str], Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """An environment and the way to its account.

    Attributes:
        prefix: Project and environment, first part of all names.
        region: Where it is.
        domain: The site's name; CloudFront's own when None.
        clients: Makes a boto3 client for a service.
        local_endpoint: The local AWS, when that is what is looked at.
    """

    prefix: str
    region: str
    domain: str | None
    clients: Clients
    local_endpoint: str | None = None

    @property
    def cluster(self) -> str:
        """The ECS cluster."""
        return f"{self.prefix}-cluster"


def target_of(environment: Environment, variables: Mapping[str, str] | None = None) -> Target:
    """Return how to look at *environment*, by the AWS settings in *variables* (this process's by default)."""
    settings = os.environ if variables is None else variables
    endpoint = settings.get("AWS_ENDPOINT_URL")
    session = boto3.Session(region_name=environment.region)
    # two tries: whoever looks at night wants an answer, not patience
    config = Config(retries={"total_max_attempts": 2}, connect_timeout=5, read_timeout=20)
    return Target(
        prefix=environment.prefix,
        region=environment.region,
        domain=environment.domain.name if environment.domain else None,
        clients=lambda service: session.client(service, config=config, endpoint_url=endpoint),
        local_endpoint=endpoint if endpoint and is_loopback(endpoint) else None,
    )


def is_loopback(url: str) -> bool:
    """Tell whether *url* leads to this machine."""
    return urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")
