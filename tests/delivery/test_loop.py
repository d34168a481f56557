"""Delivery and Terraform take turns, and neither undoes the other."""

import shutil
import sys
import tarfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.delivery.delivering import as_job, deploy, publish_site, push, roll_back, site, step, write_site
from tests.support.local_account import NO_CHANGES, LocalAccount
from tests.support.oci_image import write_image
from tools import toolchain

pytestmark = [pytest.mark.local_aws, pytest.mark.slow]
ROUNDS = (1, 2, 3)
STACKS = ("network", "data", "backend", "frontend", "delivery")
NAME = "edgemind-prod-backend"


@pytest.fixture(scope="module")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Environment files that a test may change."""
    directory = tmp_path_factory.mktemp("environments")
    shutil.copy(toolchain.ROOT / "environments" / "prod.toml", directory)
    return directory


@pytest.fixture
def everything_unchanged(enforced_account: LocalAccount) -> Iterator[LocalAccount]:
    """The account, in which every stack must plan no change when the test is over."""
    yield enforced_account
    _expect_no_changes(enforced_account, STACKS)


@pytest.fixture
def unchanged(enforced_account: LocalAccount) -> Iterator[LocalAccount]:
    """The account, in which the stacks that a rollback could touch must plan no change when the test is over."""
    yield enforced_account
    _expect_no_changes(enforced_account, ("backend", "frontend"))


def _expect_no_changes(account: LocalAccount, stacks: tuple[str, ...]) -> None:
    with ThreadPoolExecutor(2) as pool:
        plans = dict(zip(stacks, pool.map(account.plan, stacks), strict=True))
    drifted = {stack: plan.output[-3000:] for stack, plan in plans.items() if plan.code != NO_CHANGES}
    assert not drifted


def _container(account: LocalAccount) -> dict[str, Any]:
    ecs = account.client("ecs")
    (service,) = ecs.describe_services(cluster="edgemind-prod-cluster", services=[NAME])["services"]
    definition = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    (container,) = definition["containerDefinitions"]
    return dict(container)


def _page(account: LocalAccount) -> str:
    where = site(account)
    url = urlsplit(where["SITE_URL"])
    connection = HTTPConnection(url.hostname or "", url.port, timeout=20)
    connection.request("GET", "/", headers={"Host": where["SITE_HOST"], "X-Forwarded-Proto": "https"})
    return connection.getresponse().read().decode()


def _change_the_environment(account: LocalAccount, environments: Path, number: int) -> None:
    text = (toolchain.ROOT / "environments" / "prod.toml").read_text()
    changed = text.replace("[backend.cmms]", f'[backend.environment]\nROUND = "{number}"\n\n[backend.cmms]')
    assert changed != text
    (environments / "prod.toml").write_text(changed)
    account.synthesize(EDGEMIND_ENVIRONMENTS_DIR=str(environments))
    account.apply("backend")


@pytest.mark.parametrize("number", ROUNDS)
def test_a_round_of_publishing_and_applying_leaves_no_drift(
    everything_unchanged: LocalAccount, environments: Path, tmp_path: Path, number: int
) -> None:
    """Image and site published, a variable changed by Terraform, an image published again: each keeps the other's."""
    first, second = f"{number}a" * 20, f"{number}b" * 20
    push(everything_unchanged, tmp_path / "first", first)
    deploy(everything_unchanged, first)
    publish_site(everything_unchanged, write_site(tmp_path / "site", f"round {number}"), first)
    assert everything_unchanged.plan("backend").code == NO_CHANGES
    _change_the_environment(everything_unchanged, environments, number)
    container = _container(everything_unchanged)
    assert {"name": "ROUND", "value": str(number)} in container["environment"]
    assert container["image"].endswith(first)
    push(everything_unchanged, tmp_path / "second", second)
    deploy(everything_unchanged, second)
    container = _container(everything_unchanged)
    assert {"name": "ROUND", "value": str(number)} in container["environment"]
    assert container["image"].endswith(second)
    assert f"round {number}" in _page(everything_unchanged)


def test_one_dispatch_brings_back_the_image_before(unchanged: LocalAccount) -> None:
    """A rollback deploys the image before, a second one goes further back, and each leaves no drift."""
    for expected in ("3a" * 20, "2b" * 20):
        roll_back(unchanged, "backend")
        assert _container(unchanged)["image"].endswith(expected)
        (image,) = unchanged.client("ecr").describe_images(repositoryName=NAME, imageIds=[{"imageTag": "deployed"}])[
            "imageDetails"
        ]
        assert expected in image["imageTags"]


def test_one_dispatch_brings_back_a_named_image(unchanged: LocalAccount) -> None:
    """A rollback to a commit deploys that commit's image; one that the registry lacks is refused before anything."""
    roll_back(unchanged, "backend", "1b" * 20)
    assert _container(unchanged)["image"].endswith("1b" * 20)
    refused = step(
        as_job(unchanged, "backend"), "rollback.yml", "-m", "tools.delivery.rollback", "backend", "--commit", "f" * 40
    )
    assert refused.code == 1
    assert "has no image tagged" in refused.output
    assert _container(unchanged)["image"].endswith("1b" * 20)


def test_one_dispatch_brings_back_the_site_before(unchanged: LocalAccount) -> None:
    """A rollback serves the release before, and a named one, with the files of that release."""
    roll_back(unchanged, "frontend")
    assert "round 2" in _page(unchanged)
    assert unchanged.client("s3").get_object(Bucket="edgemind-prod-frontend", Key="js/a.js")["Body"].read() == (
        b"console.log('round 2')"
    )
    roll_back(unchanged, "frontend", "3a" * 20)
    assert "round 3" in _page(unchanged)


def test_a_laptop_publishes_by_make(unchanged: LocalAccount, tmp_path: Path) -> None:
    """Into a local AWS, make publishes an image's archive and a directory, goes back, and leaves no drift."""
    write_image(tmp_path / "image", "from a laptop")
    with tarfile.open(tmp_path / "image.tar", "w") as tar:
        tar.add(tmp_path / "image", arcname=".")
    commit = "4a" * 20
    _make(unchanged, "publish-backend", f"IMAGE={tmp_path / 'image.tar'}", f"COMMIT={commit}")
    assert _container(unchanged)["image"].endswith(commit)
    _make(unchanged, "publish-frontend", f"DIR={write_site(tmp_path / 'site', 'laptop')}", f"COMMIT={commit}")
    assert "laptop" in _page(unchanged)
    _make(unchanged, "rollback-backend")
    assert not _container(unchanged)["image"].endswith(commit)
    _make(unchanged, "rollback-frontend")
    assert "laptop" not in _page(unchanged)


def _make(account: LocalAccount, *arguments: str) -> None:
    # this account in the place of the one that `make local` starts; everything is set up already
    local = f"LOCAL={sys.executable} -m tools.local_aws --home {account.server.home}"
    account.run(["make", "--assume-old=setup", f"PY={sys.executable}", "ENVIRONMENT=prod", local, *arguments]).check()
