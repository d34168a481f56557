"""Services as the delivery tools see them, in memory: for what the emulator can't be made to do."""

# ruff: noqa: D102 - the methods are AWS's
from typing import Any

from botocore.exceptions import ClientError

Json = dict[str, Any]
URL = "registry.example/edgemind-prod-backend"
PREFIX = "arn:aws:ecs:us-east-1:1:"


class FakeEcs:
    """One service, whose deployments end as a test says."""

    def __init__(self, *, image: str, desired: int = 1, outcomes: tuple[str, ...] = ()) -> None:
        self.outcomes = list(outcomes)
        self.desired = desired
        self.registered: list[Json] = [self._revision(1, image)]
        self.in_use = 1
        self.deployments = [{"id": "d1", "status": "PRIMARY", "rolloutState": "COMPLETED"}]
        self.updates: list[Json] = []

    @staticmethod
    def _revision(number: int, image: str) -> Json:
        return {
            "family": "edgemind-prod-backend",
            "taskDefinitionArn": f"{PREFIX}task-definition/edgemind-prod-backend:{number}",
            "revision": number,
            "status": "ACTIVE",
            "registeredAt": "now",
            "registeredBy": "someone",
            "compatibilities": ["FARGATE"],
            "requiresAttributes": [{"name": "x"}],
            "containerDefinitions": [
                {"name": "backend", "image": image, "environment": [{"name": "PORT", "value": "3000"}]},
                {"name": "sidecar", "image": "other:1"},
            ],
            "volumes": [],
        }

    def describe_task_definition(self, **asked: Any) -> Json:
        assert asked == {"taskDefinition": "edgemind-prod-backend", "include": ["TAGS"]}
        return {"taskDefinition": self.registered[-1], "tags": [{"key": "Stack", "value": "backend"}]}

    def register_task_definition(self, **asked: Any) -> Json:
        number = len(self.registered) + 1
        arn = f"{PREFIX}task-definition/edgemind-prod-backend:{number}"
        self.registered.append({**asked, "taskDefinitionArn": arn, "revision": number})
        return {"taskDefinition": self.registered[-1]}

    def describe_services(self, **asked: Any) -> Json:
        del asked
        if self.outcomes and self.deployments[0]["rolloutState"] == "IN_PROGRESS":
            self._go_on(self.outcomes.pop(0))
        return {"services": [self._service()], "failures": []}

    def update_service(self, **asked: Any) -> Json:
        self.updates.append(asked)
        used = int(asked["taskDefinition"].rpartition(":")[2])
        if used != self.in_use:
            self.deployments = [{"id": f"d{used}", "status": "PRIMARY", "rolloutState": "IN_PROGRESS"}]
            self.before, self.in_use = self.in_use, used
        return {"service": self._service()}

    def list_tasks(self, **asked: Any) -> Json:
        assert asked["desiredStatus"] == "STOPPED"
        return {"taskArns": ["t1"]}

    def describe_tasks(self, **asked: Any) -> Json:
        assert asked["tasks"] == ["t1"]
        return {"tasks": [{"stoppedReason": "Task failed container health checks"}]}

    def _go_on(self, outcome: str) -> None:
        if outcome == "wait":
            return
        if outcome == "done":
            self.deployments[0]["rolloutState"] = "COMPLETED"
            return
        reason = "ECS deployment circuit breaker: tasks failed to start."
        failed = {**self.deployments[0], "status": "ACTIVE", "rolloutState": "FAILED", "rolloutStateReason": reason}
        back = {"id": "rollback", "status": "PRIMARY", "rolloutState": "COMPLETED"}
        self.in_use = self.before
        # ECS forgets a failed deployment once its rollback is done
        self.deployments = [back, failed] if outcome == "failed" else [back]

    def _service(self) -> Json:
        return {
            "serviceArn": f"{PREFIX}service/edgemind-prod-cluster/edgemind-prod-backend",
            "status": "ACTIVE",
            "taskDefinition": f"{PREFIX}task-definition/edgemind-prod-backend:{self.in_use}",
            "desiredCount": self.desired,
            "runningCount": self.desired,
            "deployments": self.deployments,
        }


class FakeSsm:
    """Two parameters; the image's remembers what it was, two versions a page."""

    def __init__(self, *images: str) -> None:
        self.versions = [
            {"Version": number, "Value": value, "Description": "Image in use"}
            for number, value in enumerate(images, start=1)
        ]
        self.written: list[Json] = []

    def get_parameter(self, **asked: Any) -> Json:
        if asked["Name"].endswith("/min-tasks"):
            return {"Parameter": {"Value": "2"}}
        return {"Parameter": self.versions[-1]}

    def get_parameter_history(self, **asked: Any) -> Json:
        start = int(asked.get("NextToken", 0))
        page = {"Parameters": self.versions[start : start + 2]}
        return page | ({"NextToken": str(start + 2)} if start + 2 < len(self.versions) else {})

    def put_parameter(self, **asked: Any) -> None:
        self.written.append(asked)
        self.versions.append({"Version": len(self.versions) + 1, **asked})


class FakeEcr:
    """Images by tag."""

    def __init__(self, *tags: str, deployed: str = "") -> None:
        self.tags = {tag: f"manifest of {tag}" for tag in tags}
        if deployed:
            self.tags["deployed"] = f"manifest of {deployed}"

    def batch_get_image(self, **asked: Any) -> Json:
        found = self.tags.get(asked["imageIds"][0]["imageTag"])
        media_type = "application/vnd.oci.image.manifest.v1+json"
        return {"images": [{"imageManifest": found, "imageManifestMediaType": media_type}] if found else []}

    def put_image(self, **asked: Any) -> None:
        if self.tags.get(asked["imageTag"]) == asked["imageManifest"]:
            raise ClientError({"Error": {"Code": "ImageAlreadyExistsException", "Message": ""}}, "PutImage")
        self.tags[asked["imageTag"]] = asked["imageManifest"]


class FakeScaling:
    """Remembers what was registered."""

    def __init__(self) -> None:
        self.registered: list[Json] = []

    def register_scalable_target(self, **asked: Any) -> None:
        self.registered.append(asked)
