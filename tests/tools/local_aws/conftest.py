"""An emulator without any deployment, shared by the tests of the completions."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.local_account import LocalAccount

Client = Callable[[str], Any]


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAccount]:
    """A running emulator with our completions; each test makes and names its own things."""
    account = LocalAccount.start(tmp_path_factory.mktemp("emulator"))
    yield account
    account.stop()


@pytest.fixture
def client(emulator: LocalAccount) -> Client:
    """Return boto3 clients of the emulator."""
    return emulator.client
