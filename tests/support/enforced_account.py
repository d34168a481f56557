"""The fixture of an account in which every request is checked against IAM; ``tests/conftest.py`` loads it."""

import fcntl
from collections.abc import Iterator

import pytest

from tests.support.local_account import LocalAccount


@pytest.fixture(scope="session")
def enforced_account(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[LocalAccount]:
    """Prod, applied once into a local AWS that enforces IAM. Tests may deliver into it; one worker has it at a time.

    The account's root applies it, as an administrator does the first time; everything after that is done with the
    sessions of roles.
    """
    home = tmp_path_factory.mktemp("enforced") / "account"
    base = tmp_path_factory.getbasetemp()
    with ((base if worker_id == "master" else base.parent) / "enforced.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        account = LocalAccount.start(home, enforce_iam=True)
        try:
            account.synthesize()
            account.apply()
            yield account
        finally:
            account.stop()
