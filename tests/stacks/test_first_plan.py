"""The first plan, before anything was applied: the real terraform, with state behind Terraform Cloud's API."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cloud_app import STACKS, synthesize
from tests.support.terraform_cloud import FakeTerraformCloud, empty_state
from tools import first_state, toolchain
from tools.local_aws import process

pytestmark = pytest.mark.terraform


@pytest.fixture(scope="module")
def outdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Synthesize with Terraform Cloud, once."""
    return synthesize(tmp_path_factory.mktemp("first-plan"))


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTerraformCloud]:
    """Run the API, and point terraform at it."""
    installation = _installation()
    with FakeTerraformCloud().running() as running:
        config = running.cli_config(tmp_path, more=installation)
        monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(config))
        yield running


@pytest.fixture(scope="module")
def empty_account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Start an account in which nothing was ever made."""
    home = tmp_path_factory.mktemp("empty-account")
    yield process.start(home).variables()
    process.stop(home)


def _installation() -> str:
    configured = toolchain.terraform_environment({}).get("TF_CLI_CONFIG_FILE")
    return Path(configured).read_text() if configured else ""


def _terraform(stack: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [toolchain.terraform_binary(), *arguments, "-no-color"],
        cwd=stack,
        env=toolchain.terraform_environment(os.environ),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_state_is_needed_before_defaults_help(service: FakeTerraformCloud, outdir: Path) -> None:
    """Defaults don't help while the other workspace has no state at all; an empty one, as the tool writes, does."""
    assert first_state.main(["--outdir", str(outdir)]) == 0
    assert set(service.states) == {f"edgemind-prod-{stack}" for stack in STACKS if stack != "delivery"}
    before = dict(service.states)
    assert first_state.main(["--outdir", str(outdir)]) == 0
    assert service.states == before


@pytest.mark.local_aws
@pytest.mark.parametrize("stack", STACKS)
def test_first_plan_of_every_stack(
    service: FakeTerraformCloud,
    outdir: Path,
    stack: str,
    empty_account: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every stack plans through its cloud block although none was ever applied."""
    for name, value in empty_account.items():
        monkeypatch.setenv(name, value)
    for name in STACKS:
        service.put_state(f"edgemind-prod-{name}", empty_state())
    folder = outdir / "stacks" / f"edgemind-prod-{stack}"
    assert _terraform(folder, "init", "-input=false").returncode == 0
    planned = _terraform(folder, "plan", "-input=false", "-lock=false")
    assert planned.returncode == 0, planned.stderr
    assert " to add, 0 to change, 0 to destroy." in planned.stdout
    assert service.unknown == []
