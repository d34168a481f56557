"""What a delivery acts on, by name, and whether it may act at all.

In a workflow the names are those of its ``env:``. Elsewhere they follow from the environment's name alone: a laptop
has variables of its own that mean something else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
REGION = "us-east-1"
Variables = Mapping[str, str]


class DeliveryError(Exception):
    """A delivery did not happen, or did not succeed; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Backend:
    """The service that a delivery updates.

    Attributes:
        region: AWS region.
        cluster: ECS cluster.
        service: ECS service, also the task family.
        container: Container whose image is replaced.
        repository: ECR repository.
        image_parameter: SSM parameter with the image in use.
        minimum_parameter: SSM parameter with the fewest tasks of the running service.
    """

    region: str
    cluster: str
    service: str
    container: str
    repository: str
    image_parameter: str
    minimum_parameter: str

    @classmethod
    def read(cls, variables: Variables) -> "Backend":
        """Return the names that *variables* give, or that follow from ``ENVIRONMENT``."""
        prefix, names = _prefix(variables), _names(variables)
        return cls(
            region=names.get("AWS_REGION", REGION),
            cluster=names.get("ECS_CLUSTER", f"{prefix}-cluster"),
            service=names.get("ECS_SERVICE", f"{prefix}-backend"),
            container=names.get("CONTAINER_NAME", "backend"),
            repository=names.get("ECR_REPOSITORY", f"{prefix}-backend"),
            image_parameter=names.get("IMAGE_PARAMETER", f"/{prefix}/backend/image"),
            minimum_parameter=names.get("MIN_TASKS_PARAMETER", f"/{prefix}/backend/min-tasks"),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """The site that a delivery publishes.

    Attributes:
        region: AWS region.
        bucket: S3 bucket of the files.
        distribution_id: CloudFront distribution; empty when it must be looked up.
        url: Where browsers find the site; empty when it must be looked up.
        host: Name to ask for at *url*, when that isn't the site's own address; empty otherwise.
    """

    region: str
    bucket: str
    distribution_id: str
    url: str
    host: str

    @classmethod
    def read(cls, variables: Variables) -> "Site":
        """Return the names that *variables* give, or that follow from ``ENVIRONMENT``."""
        names = _names(variables)
        return cls(
            region=names.get("AWS_REGION", REGION),
            bucket=names.get("S3_BUCKET", f"{_prefix(variables)}-frontend"),
            distribution_id=names.get("CLOUDFRONT_DISTRIBUTION_ID", ""),
            url=names.get("SITE_URL", ""),
            host=names.get("SITE_HOST", ""),
        )


def require_ci_or_local(variables: Variables) -> None:
    """Refuse to deliver from anywhere but a workflow, unless the account is a local one.

    Raises:
        DeliveryError: This is no workflow, and the account is not on this machine.
    """
    if in_workflow(variables) or is_local(variables):
        return
    raise DeliveryError(
        "production is delivered by its workflows only; merge a pull request, or run the workflow by hand. "
        'Against a local AWS: make local, then eval "$(make -s local-env)"'
    )


def in_workflow(variables: Variables) -> bool:
    """Return whether this is a step of a GitHub workflow."""
    return variables.get("GITHUB_ACTIONS") == "true"


def is_local(variables: Variables) -> bool:
    """Return whether *variables* point AWS clients at this machine."""
    return urlsplit(variables.get("AWS_ENDPOINT_URL", "")).hostname in LOCAL_HOSTS


def client(service: str, region: str) -> Any:  # noqa: ANN401 - boto3 clients have no static type
    """Return a boto3 client; account and endpoint come from the process environment, as for every AWS tool."""
    import boto3  # noqa: PLC0415 - health checks run where it is not installed

    return boto3.client(service, region_name=region)


def _names(variables: Variables) -> Variables:
    return variables if in_workflow(variables) else {}


def _prefix(variables: Variables) -> str:
    return f"edgemind-{variables.get('ENVIRONMENT', 'prod')}"
