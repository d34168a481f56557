"""Which image is in use, which one was before, and what follows when it changes."""

import pytest

from tests.delivery.fakes import URL, FakeEcr, FakeScaling, FakeSsm
from tools.delivery.published import AwsClients, PublishedImage
from tools.delivery.settings import Backend, DeliveryError


def _published(ssm: FakeSsm, ecr: FakeEcr, scaling: FakeScaling | None = None) -> PublishedImage:
    aws = AwsClients(autoscaling=scaling or FakeScaling(), ecr=ecr, ssm=ssm)
    return PublishedImage(aws, Backend.read({}))


def test_before_the_first_publish_nothing_is_in_use() -> None:
    """Terraform's placeholder counts as no image."""
    published = _published(FakeSsm(f"{URL}:unpublished"), FakeEcr())
    assert published.current() is None
    with pytest.raises(DeliveryError, match="nothing before it"):
        published.previous()


@pytest.mark.parametrize(
    ("history", "before"),
    [("ab", "a"), ("abc", "b"), ("abcb", "a"), ("abcbb", "a"), ("aab", "a")],
)
def test_the_image_before_is_the_one_before_its_first_publish(history: str, before: str) -> None:
    """After a rollback, going back once more goes further back and not forth again."""
    ssm = FakeSsm(f"{URL}:unpublished", *(f"{URL}:{tag}" for tag in history))
    assert _published(ssm, FakeEcr()).previous() == f"{URL}:{before}"


@pytest.mark.parametrize("history", ["a", "aba", "aa"])
def test_the_first_image_has_none_before(history: str) -> None:
    """There is nothing to go back to from the first image ever."""
    ssm = FakeSsm(f"{URL}:unpublished", *(f"{URL}:{tag}" for tag in history))
    with pytest.raises(DeliveryError, match="nothing before it"):
        _published(ssm, FakeEcr()).previous()


def test_recording_shields_the_image_tells_terraform_and_starts_the_service() -> None:
    """The tag moves, the parameter changes and keeps its description, and the minimum is the environment's."""
    ssm, ecr, scaling = FakeSsm(f"{URL}:a"), FakeEcr("a", "b", deployed="a"), FakeScaling()
    _published(ssm, ecr, scaling).record(f"{URL}:b")
    assert ecr.tags["deployed"] == ecr.tags["b"]
    (written,) = ssm.written
    assert (written["Value"], written["Type"], written["Description"]) == (f"{URL}:b", "String", "Image in use")
    (registered,) = scaling.registered
    assert registered["MinCapacity"] == 2
    assert "MaxCapacity" not in registered
    assert registered["ResourceId"] == "service/edgemind-prod-cluster/edgemind-prod-backend"


def test_recording_twice_changes_nothing_more() -> None:
    """A step that is run again writes no second version and trips over nothing."""
    ssm, ecr = FakeSsm(f"{URL}:a"), FakeEcr("b")
    for _ in range(2):
        _published(ssm, ecr).record(f"{URL}:b")
    assert len(ssm.written) == 1


def test_an_image_that_is_gone_is_not_recorded() -> None:
    """A reference that nobody could pull never reaches Terraform."""
    ssm = FakeSsm(f"{URL}:a")
    with pytest.raises(DeliveryError, match="no image tagged 'gone'"):
        _published(ssm, FakeEcr("a")).record(f"{URL}:gone")
    assert not ssm.written
