"""A deployment that ends in the middle: killed, or interrupted by Ctrl-C."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from tests.support.local_account import NO_CHANGES, LocalAccount
from tests.support.strays import begun, strays
from tools import toolchain
from tools.local_aws import process

pytestmark = [pytest.mark.local_aws, pytest.mark.slow]

# a type that takes long to make in each stack: killed while AWS has it and Terraform does not know it yet
POINTS = ("aws_vpc", "aws_efs_file_system", "aws_lb", "aws_cloudfront_distribution")
PATIENCE_SECONDS = 400


@pytest.mark.timeout(1500)
def test_a_killed_deployment_run_again_leaves_nothing_behind(empty_account: LocalAccount) -> None:
    """Killed in each stack and run again, a deployment ends as if it had run once: no changes, nothing orphaned."""
    for kind in POINTS:
        with deployment(empty_account) as running:
            wait(partial(is_being_made, empty_account, kind), running)
            kill(running.pid)
        assert kind in strays(empty_account).values()
    with deployment(empty_account) as running:
        assert running.wait(PATIENCE_SECONDS) == 0
    assert strays(empty_account) == {}
    assert begun(empty_account) == set()
    with ThreadPoolExecutor(max_workers=2) as pool:
        for plan in pool.map(empty_account.plan, empty_account.stacks()):
            assert plan.code == NO_CHANGES, plan.output[-6000:]


@pytest.mark.timeout(600)
def test_what_cannot_be_told_apart_is_left_to_a_person(empty_account: LocalAccount) -> None:
    """Two killed runs in a row, two networks with the same tags: both are named, none is adopted or deleted."""
    tags = {
        "Name": "edgemind-prod", "Project": "edgemind", "Environment": "prod",
        "Stack": "edgemind-prod-network", "ManagedBy": "terraform",
    }  # fmt: skip
    ec2 = empty_account.client("ec2")
    marked = [{"ResourceType": "vpc", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]
    both = {ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=marked)["Vpc"]["VpcId"] for _ in range(2)}
    empty_account.synthesize()
    looked = empty_account.run(
        [sys.executable, "-m", "tools.adopt", "edgemind-prod-network", "--apply", "--out", empty_account.out]
    )
    assert looked.code == 1, looked.output
    assert f"may be any of {', '.join(sorted(both))}" in looked.output
    assert both <= set(strays(empty_account))


@pytest.mark.timeout(900)
def test_ctrl_c_leaves_nothing_running_and_nothing_to_forget(tmp_path: Path) -> None:
    """Ctrl-C ends Terraform and the emulator and removes the states; the next run starts with an empty account."""
    home = tmp_path / "home"
    first = interrupted(home)
    assert process.find(home) is None
    assert not (home / "state").exists()
    assert still_running(home) == []
    assert interrupted(home).endpoint != first.endpoint
    assert still_running(home) == []


def interrupted(home: Path) -> LocalAccount:
    """Deploy into a new account in *home*, press Ctrl-C while the network is made, and wait for the end."""
    with running_in(home) as running:
        wait(lambda: process.find(home) is not None, running)
        server = process.find(home)
        assert server is not None
        account = LocalAccount(server)
        wait(lambda: "aws_vpc" in begun(account), running)
        os.killpg(running.pid, signal.SIGINT)
        assert running.wait(120) == 130
    return account


def is_being_made(account: LocalAccount, kind: str) -> bool:
    """Say whether AWS has one of *kind* that Terraform began and has not written down."""
    return kind in begun(account) and kind in strays(account).values()


def deployment(account: LocalAccount) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
    """Deploy every stack into *account*, the way of `make local`."""
    return running_in(Path(account.server.home))


@contextlib.contextmanager
def running_in(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run what `make local` runs, in a process group of its own that ends with the block."""
    home.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tools.local_aws", "--home", str(home), "deploy"]
    with (home / "deploy.log").open("ab") as log:
        running = subprocess.Popen(
            command, cwd=toolchain.ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield running
    finally:
        kill(running.pid)
        running.wait()


def wait(condition: Callable[[], bool], running: subprocess.Popen[bytes]) -> None:
    """Wait for *condition* while *running* runs."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert running.poll() is None, "the deployment ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.5)


def kill(pid: int) -> None:
    """Kill process *pid* and all that it started: cdktf, and Terraform and its providers in sessions of their own."""
    for one in family(pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


def family(pid: int) -> list[int]:
    """Return *pid* and its descendants, apart from an emulator: that is the account, which outlives whoever made it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if b"tools.local_aws.server" not in (entry / "cmdline").read_bytes():
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def still_running(home: Path) -> list[str]:
    """Return the command lines of the processes that work in *home*."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if str(home) in command or str(home) in str((entry / "cwd").readlink()):
                found.append(command)
    return found
