"""What all tests share."""

from pathlib import Path

import lazy_bindings

lazy_bindings.install()

import pytest  # noqa: E402 - nothing of the bindings may be imported before their loader is in place

from tests.support import cloud_app  # noqa: E402
from tests.support.synthesis import Synthesized, gather_environments, synthesize  # noqa: E402

pytest_plugins = ["tests.support.shared_account", "tests.support.enforced_account"]


@pytest.fixture(scope="session")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """All stacks of the committed environments, and of variants without domain, NAT or a network of their own."""
    folder = tmp_path_factory.mktemp("synthesized")
    return synthesize(gather_environments(folder / "environments"), folder / "cdktf.out")


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Production with Terraform Cloud: the output folder of ``main.py``, to be read only."""
    return cloud_app.synthesize(tmp_path_factory.mktemp("cloud"))
