"""Puts an image into an ECS service, and knows whether that worked."""

import time
from typing import Any, cast

from tools.delivery.report import say
from tools.delivery.settings import Backend, DeliveryError

Json = dict[str, Any]
# what DescribeTaskDefinition tells and RegisterTaskDefinition refuses
DESCRIPTION_ONLY = frozenset(
    {
        "compatibilities",
        "deregisteredAt",
        "registeredAt",
        "registeredBy",
        "requiresAttributes",
        "revision",
        "status",
        "taskDefinitionArn",
    }
)
WAIT_SECONDS = 900.0
POLL_SECONDS = 5.0


class Service:
    """The ECS service of a backend."""

    def __init__(
        self,
        ecs: Any,  # noqa: ANN401 - boto3 client
        backend: Backend,
        *,
        poll_seconds: float = POLL_SECONDS,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        self._ecs = ecs
        self._backend = backend
        self._poll_seconds = poll_seconds
        self._wait_seconds = wait_seconds

    def deploy(self, image: str) -> str:
        """Run *image* in the service: a new revision of the current definition, with that image and nothing else new.

        Returns the revision's ARN once the service is stable on it. A definition that has the image and is in use
        already stays as it is.

        Raises:
            DeliveryError: The deployment failed, was rolled back or took too long.
        """
        service = self._describe()
        definition, tags = self._latest_definition()
        used = str(definition["taskDefinitionArn"])
        if image != self._image_of(definition) or service["taskDefinition"] != used:
            used = self._register(definition, tags, image)
            say(f"registered {used.rpartition('/')[2]} with {image}")
        # by the full ARN: the short name would need rights on every service of the cluster
        updated = self._ecs.update_service(
            cluster=self._backend.cluster, service=service["serviceArn"], taskDefinition=used
        )
        self._wait(_primary(updated["service"])["id"])
        return used

    def wait_running(self, minimum: int) -> int:
        """Wait until *minimum* tasks or more are wanted, and run; return how many.

        Autoscaling raises what is wanted a moment after its range changed.
        """
        return int(self._wait(_primary(self._describe())["id"], minimum=minimum)["runningCount"])

    def _latest_definition(self) -> tuple[Json, list[Json]]:
        found = self._ecs.describe_task_definition(taskDefinition=self._backend.service, include=["TAGS"])
        return dict(found["taskDefinition"]), list(found.get("tags") or [])

    def _image_of(self, definition: Json) -> str:
        return str(_container(definition, self._backend.container)["image"])

    def _register(self, definition: Json, tags: list[Json], image: str) -> str:
        fields = {name: value for name, value in definition.items() if name not in DESCRIPTION_ONLY}
        changed = _container(definition, self._backend.container)
        fields["containerDefinitions"] = [
            {**container, "image": image} if container is changed else container
            for container in definition["containerDefinitions"]
        ]
        if tags:  # Terraform's: without them its next plan would add them
            fields["tags"] = tags
        registered = self._ecs.register_task_definition(**fields)
        return str(registered["taskDefinition"]["taskDefinitionArn"])

    def _describe(self) -> Json:
        found = self._ecs.describe_services(cluster=self._backend.cluster, services=[self._backend.service])
        if not found["services"] or found["services"][0]["status"] != "ACTIVE":
            raise DeliveryError(
                f"there is no active service {self._backend.service} in {self._backend.cluster}; "
                "apply the infrastructure first"
            )
        return dict(found["services"][0])

    def _wait(self, deployment_id: str, *, minimum: int = 0) -> Json:
        deadline = time.monotonic() + self._wait_seconds
        said = ""
        while time.monotonic() < deadline:
            service = self._describe()
            ours = next((d for d in service["deployments"] if d["id"] == deployment_id), None)
            if ours is None or ours.get("rolloutState") == "FAILED":
                reason = (ours or {}).get("rolloutStateReason") or "it was replaced by another one"
                raise DeliveryError(f"the deployment did not succeed ({reason}). {self._found_out(service)}")
            state = f"{service['runningCount']} of {service['desiredCount']} tasks run, {ours.get('rolloutState', '')}"
            if state != said:
                said = state
                say(f"{self._backend.service}: {state}")
            if _stable(service) and service["desiredCount"] >= minimum:
                return service
            time.sleep(self._poll_seconds)
        raise DeliveryError(
            f"{self._backend.service} was not stable after {self._wait_seconds:.0f} s ({said}). "
            + self._found_out(self._describe())
        )

    def _found_out(self, service: Json) -> str:
        stopped = self._ecs.list_tasks(
            cluster=self._backend.cluster, serviceName=self._backend.service, desiredStatus="STOPPED"
        )["taskArns"]
        reasons = []
        if stopped:
            tasks = self._ecs.describe_tasks(cluster=self._backend.cluster, tasks=stopped[:10])["tasks"]
            reasons = sorted({str(task.get("stoppedReason")) for task in tasks if task.get("stoppedReason")})
        running = str(service["taskDefinition"]).rpartition("/")[2]
        told = "; ".join(reasons) or "no stopped task tells more"
        return f"Stopped tasks: {told}. The service is on {running}"


def _container(definition: Json, name: str) -> Json:
    found = [c for c in definition["containerDefinitions"] if c["name"] == name]
    if len(found) != 1:
        names = ", ".join(c["name"] for c in definition["containerDefinitions"])
        raise DeliveryError(f"the task definition has no container {name!r}; it has {names}")
    return cast("Json", found[0])


def _primary(service: Json) -> Json:
    return next(d for d in service["deployments"] if d["status"] == "PRIMARY")


def _stable(service: Json) -> bool:
    return (
        len(service["deployments"]) == 1
        and service["runningCount"] == service["desiredCount"]
        and service["deployments"][0].get("rolloutState", "COMPLETED") == "COMPLETED"
    )
