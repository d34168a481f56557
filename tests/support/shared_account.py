"""The fixtures that give a test an account of the local AWS; ``tests/conftest.py`` loads them."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.local_account import LocalAccount
from tools.local_aws import deployment


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start what needs an account first, keep what shares one on one worker, and end the shared one last of all."""
    for item in items:
        if item.get_closest_marker("local_aws"):
            item.add_marker(pytest.mark.xdist_group(_account_of(item)))
    items.sort(key=lambda item: (_ends_the_account(item), item.get_closest_marker("local_aws") is None))


def _account_of(item: pytest.Item) -> str:
    """Return the name of the account that *item* uses; a module that starts its own has it to itself."""
    used = getattr(item, "fixturenames", ())
    shared = next((name for name in ("local_account", "enforced_account") if name in used), None)
    return shared or item.nodeid.partition("::")[0]


def _ends_the_account(item: pytest.Item) -> bool:
    return item.get_closest_marker("ends_the_account") is not None


@pytest.fixture(scope="session")
def local_account(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[LocalAccount]:
    """Prod, deployed once by the real cdktf CLI into a local AWS; tests read it and leave it as it was.

    Workers that need it at the same time share it: the first deploys, the last one stops it.
    """
    base = tmp_path_factory.getbasetemp()
    home = (base if worker_id == "master" else base.parent) / "local-account"
    home.mkdir(parents=True, exist_ok=True)
    with _locked(home):
        account = LocalAccount.start(home)
        users = _count(home, 1)
        try:
            if users == 1:
                account.cdktf("deploy", "edgemind-prod-*", *deployment.UNATTENDED).check()
        except BaseException:
            _count(home, -1)
            account.stop()
            raise
    yield account
    with _locked(home):
        if _count(home, -1) == 0:
            account.stop()


@pytest.fixture
def empty_account(tmp_path: Path) -> Iterator[LocalAccount]:
    """A local AWS with nothing in it, for one test."""
    account = LocalAccount.start(tmp_path / "account")
    yield account
    account.stop()


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _count(home: Path, change: int) -> int:
    path = home / "users"
    users = (int(path.read_text()) if path.exists() else 0) + change
    path.write_text(str(users))
    return users
