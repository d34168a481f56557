"""Deploying an image into a service, with the ends that a deployment can have."""

import pytest

from tests.delivery.fakes import PREFIX, URL, FakeEcs
from tools.delivery.service import DESCRIPTION_ONLY, Service
from tools.delivery.settings import Backend, DeliveryError

BACKEND = Backend.read({})


def _deploy(ecs: FakeEcs, image: str) -> str:
    return Service(ecs, BACKEND, poll_seconds=0).deploy(image)


def test_only_the_image_of_the_container_changes() -> None:
    """The new revision is the current one with another image: variables, sidecars and tags stay."""
    ecs = FakeEcs(image=f"{URL}:1", outcomes=("wait", "done"))
    assert _deploy(ecs, f"{URL}:2") == f"{PREFIX}task-definition/edgemind-prod-backend:2"
    before, after = ecs.registered
    assert after["containerDefinitions"] == [
        {**before["containerDefinitions"][0], "image": f"{URL}:2"},
        before["containerDefinitions"][1],
    ]
    assert after["tags"] == [{"key": "Stack", "value": "backend"}]
    assert not (DESCRIPTION_ONLY - {"taskDefinitionArn", "revision"}) & set(after)


def test_the_service_is_updated_by_its_full_arn() -> None:
    """The update names the service by ARN, and its count is left to autoscaling."""
    ecs = FakeEcs(image=f"{URL}:1", outcomes=("done",))
    _deploy(ecs, f"{URL}:2")
    assert ecs.updates == [
        {
            "cluster": "edgemind-prod-cluster",
            "service": f"{PREFIX}service/edgemind-prod-cluster/edgemind-prod-backend",
            "taskDefinition": f"{PREFIX}task-definition/edgemind-prod-backend:2",
        }
    ]


def test_deploying_what_is_deployed_registers_nothing() -> None:
    """The image in use, deployed again, makes no new revision."""
    ecs = FakeEcs(image=f"{URL}:1")
    _deploy(ecs, f"{URL}:1")
    assert len(ecs.registered) == 1


@pytest.mark.parametrize("outcome", ["failed", "rolled back"])
def test_a_rolled_back_deployment_is_a_failure_that_says_why(outcome: str) -> None:
    """When ECS rolls back, the delivery fails, whether ECS still lists the deployment or not."""
    ecs = FakeEcs(image=f"{URL}:1", outcomes=("wait", outcome))
    with pytest.raises(DeliveryError, match="did not succeed") as failed:
        _deploy(ecs, f"{URL}:2")
    assert "Task failed container health checks" in str(failed.value)
    assert "The service is on edgemind-prod-backend:1" in str(failed.value)


def test_after_a_failure_the_recorded_image_becomes_the_newest_revision_again() -> None:
    """Deploying the old image once more leaves Terraform a newest revision with the image that is recorded."""
    ecs = FakeEcs(image=f"{URL}:1", outcomes=("failed", "done"))
    with pytest.raises(DeliveryError):
        _deploy(ecs, f"{URL}:2")
    _deploy(ecs, f"{URL}:1")
    assert ecs.registered[-1]["containerDefinitions"][0]["image"] == f"{URL}:1"
    assert ecs.in_use == 3


def test_an_unknown_container_is_refused_before_anything_is_registered() -> None:
    """A container name that the task definition doesn't have is refused by name."""
    ecs = FakeEcs(image=f"{URL}:1")
    renamed = Backend.read({"GITHUB_ACTIONS": "true", "CONTAINER_NAME": "web"})
    with pytest.raises(DeliveryError, match="no container 'web'; it has backend, sidecar"):
        Service(ecs, renamed, poll_seconds=0).deploy(f"{URL}:2")
    assert len(ecs.registered) == 1


def test_the_first_tasks_are_waited_for() -> None:
    """A service without tasks counts as running only once autoscaling asked for some, and they run."""
    ecs = FakeEcs(image=f"{URL}:1", desired=0)
    describe = ecs.describe_services

    def later(**asked: object) -> dict[str, object]:
        found = describe(**asked)
        ecs.desired = min(ecs.desired + 1, 2)
        return found

    ecs.describe_services = later  # type: ignore[method-assign]
    assert Service(ecs, BACKEND, poll_seconds=0).wait_running(2) == 2


def test_tasks_that_never_run_are_told_with_their_reason() -> None:
    """When the wait is over, the message has the count and why tasks stopped."""
    ecs = FakeEcs(image=f"{URL}:1", desired=0)
    with pytest.raises(DeliveryError, match=r"0 of 0 tasks run.*Task failed container health checks"):
        Service(ecs, BACKEND, poll_seconds=0.01, wait_seconds=0.05).wait_running(1)
