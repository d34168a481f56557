"""Plans of the applied account, made once for the tests that read them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.local_account import LocalAccount


@pytest.fixture(scope="session")
def plans(local_account: LocalAccount, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with STACK.json, the plan of each stack as ``terraform show -json`` tells it."""
    folder = tmp_path_factory.mktemp("plans")

    def plan(stack: str) -> None:
        binary = local_account.folder(stack) / "security.plan"
        quiet = ("-input=false", "-no-color", "-lock=false")
        local_account.terraform(stack, "plan", *quiet, f"-out={binary}").check()
        shown = local_account.terraform(stack, "show", "-json", str(binary)).check()
        (folder / f"{stack}.json").write_text(shown.output, encoding="utf-8")

    with ThreadPoolExecutor(max_workers=2) as two:
        list(two.map(plan, local_account.stacks()))
    return folder
