"""Which image is in use, which ones were, and how a delivery says so."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from tools.delivery.report import say
from tools.delivery.settings import Backend, DeliveryError, client

UNPUBLISHED_TAG = "unpublished"
DEPLOYED_TAG = "deployed"
HOW_TO_FIND = "aws ecr describe-images lists those that are left"


@dataclass(frozen=True, kw_only=True, slots=True)
class AwsClients:
    """The services that a delivery of an image talks to.

    Attributes:
        autoscaling: Application Auto Scaling.
        ecr: The registry.
        ssm: The parameters.
    """

    autoscaling: Any
    ecr: Any
    ssm: Any

    @classmethod
    def of(cls, region: str) -> "AwsClients":
        """Return clients for *region*."""
        return cls(
            autoscaling=client("application-autoscaling", region), ecr=client("ecr", region), ssm=client("ssm", region)
        )


class PublishedImage:
    """The parameter that holds the image in use, and what else must follow when it changes."""

    def __init__(self, aws: AwsClients, backend: Backend) -> None:
        self._aws = aws
        self._backend = backend

    def current(self) -> str | None:
        """Return the reference in use, or None before the first publish."""
        value = self._aws.ssm.get_parameter(Name=self._backend.image_parameter)["Parameter"]["Value"]
        return None if value.endswith(f":{UNPUBLISHED_TAG}") else str(value)

    def previous(self) -> str:
        """Return the reference that was in use before the current one was published for the first time.

        For the first time: after a rollback, another one goes further back and not forth again.

        Raises:
            DeliveryError: There is none.
        """
        values = [str(version["Value"]) for version in self._history()]
        before = [v for v in values[: values.index(values[-1])] if not v.endswith(f":{UNPUBLISHED_TAG}")]
        if not before:
            raise DeliveryError(
                f"{values[-1]} has nothing before it to go back to; name an image by its commit ({HOW_TO_FIND})"
            )
        return before[-1]

    def of_commit(self, commit: str) -> str:
        """Return the reference of the image that was built from *commit*.

        Raises:
            DeliveryError: The registry does not have it, or not any more.
        """
        self._manifest(commit)
        return f"{self._repository_url()}:{commit}"

    def _repository_url(self) -> str:
        value = self._aws.ssm.get_parameter(Name=self._backend.image_parameter)["Parameter"]["Value"]
        return str(value).rpartition(":")[0]

    def record(self, reference: str) -> int:
        """Say that *reference* is in use: shield it from expiry, tell Terraform, and let the service have tasks.

        Returns how many tasks it has at least from now on. Each step can be repeated. The parameter comes after the
        shield, so that what Terraform reads can be pulled.
        """
        tag = reference.rpartition(":")[2]
        self._shield(tag)
        if self.current() != reference:
            self._aws.ssm.put_parameter(
                Name=self._backend.image_parameter,
                Value=reference,
                Type="String",
                Overwrite=True,
                Description=self._history()[-1].get("Description", ""),
            )
            say(f"{self._backend.image_parameter} = {reference}")
        return self._start()

    def _start(self) -> int:
        minimum = int(self._aws.ssm.get_parameter(Name=self._backend.minimum_parameter)["Parameter"]["Value"])
        self._aws.autoscaling.register_scalable_target(
            ServiceNamespace="ecs",
            ResourceId=f"service/{self._backend.cluster}/{self._backend.service}",
            ScalableDimension="ecs:service:DesiredCount",
            MinCapacity=minimum,
        )
        say(f"{self._backend.service} has {minimum} tasks or more")
        return minimum

    def _shield(self, tag: str) -> None:
        manifest = self._manifest(tag)
        try:
            self._aws.ecr.put_image(
                repositoryName=self._backend.repository,
                imageTag=DEPLOYED_TAG,
                imageManifest=manifest["imageManifest"],
                **(
                    {"imageManifestMediaType": manifest["imageManifestMediaType"]}
                    if manifest.get("imageManifestMediaType")
                    else {}
                ),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ImageAlreadyExistsException":  # it has the tag already
                raise

    def _manifest(self, tag: str) -> dict[str, Any]:
        found = self._aws.ecr.batch_get_image(
            repositoryName=self._backend.repository, imageIds=[{"imageTag": tag}]
        ).get("images", [])
        if not found:
            raise DeliveryError(f"{self._backend.repository} has no image tagged {tag!r}; {HOW_TO_FIND}")
        return dict(found[0])

    def _history(self) -> list[dict[str, Any]]:
        versions: list[dict[str, Any]] = []
        request: dict[str, Any] = {"Name": self._backend.image_parameter}
        while True:
            page = self._aws.ssm.get_parameter_history(**request)
            versions += page["Parameters"]
            if not page.get("NextToken"):
                return sorted(versions, key=lambda version: int(version["Version"]))
            request["NextToken"] = page["NextToken"]
