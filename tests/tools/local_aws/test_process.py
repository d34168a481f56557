"""The emulator is one process, found again, stopped by its id, and never somebody else's."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tools import toolchain
from tools.local_aws import process

COMMAND = [sys.executable, "-m", "tools.local_aws", "--home"]


def _cli(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, str(home), *arguments], cwd=toolchain.ROOT, capture_output=True, text=True, timeout=120, check=False
    )


def _gone(pid: int) -> bool:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.1)
    return False


def test_up_twice_is_one_process(tmp_path: Path) -> None:
    """A healthy emulator is used again; down ends it and removes the states of its account."""
    first = process.start(tmp_path)
    (first.state_dir / "a.tfstate").write_text("{}")
    try:
        assert process.start(tmp_path) == first
        assert process.find(tmp_path) == first
    finally:
        process.stop(tmp_path)
    assert process.find(tmp_path) is None
    assert not first.state_dir.exists()
    assert _gone(first.pid)


def test_it_listens_on_this_machine_only(tmp_path: Path) -> None:
    """The emulator is bound to the loopback address."""
    server = process.start(tmp_path)
    try:
        sockets = Path("/proc/net/tcp").read_text().splitlines()[1:]
        bound = [line.split()[1] for line in sockets if line.split()[1].endswith(f":{server.port:04X}")]
        assert bound
        assert {address.partition(":")[0] for address in bound} <= {"0100007F"}
    finally:
        process.stop(tmp_path)


def test_a_process_id_used_again_is_left_alone(tmp_path: Path) -> None:
    """A stale file may name a process that is not ours by now."""
    other = subprocess.Popen(["sleep", "60"])
    stale = {"pid": other.pid, "port": 1, "home": str(tmp_path), "enforces_iam": False}
    (tmp_path / "server.json").write_text(json.dumps(stale))
    try:
        assert process.find(tmp_path) is None
        assert process.stop(tmp_path) is False
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_it_ends_with_its_owner(tmp_path: Path) -> None:
    """An emulator that a test run started does not outlive it, even when that was killed."""
    code = (
        "import os, sys, time; from pathlib import Path; from tools.local_aws import process;"
        "print(process.start(Path(sys.argv[1]), owner=os.getpid(), say=lambda _: None).pid, flush=True); time.sleep(60)"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], cwd=toolchain.ROOT, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    os.kill(owner.pid, signal.SIGKILL)
    owner.wait()
    assert _gone(pid)


def test_the_commands_tell_a_shell_where_it_is(tmp_path: Path) -> None:
    """Env prints exports that reach the account, status says that it runs, down that it was stopped."""
    assert _cli(tmp_path, "up").returncode == 0
    try:
        exports = _cli(tmp_path, "env").stdout
        asked = subprocess.run(
            ["bash", "-c", 'eval "$1"; echo "$AWS_ENDPOINT_URL $AWS_REGION"', "-", exports],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        assert asked[1] == "us-east-1"
        with urllib.request.urlopen(f"{asked[0]}/_ministack/health", timeout=10) as answer:  # noqa: S310
            assert answer.status == 200
        assert asked[0] in _cli(tmp_path, "status").stdout
    finally:
        stopped = _cli(tmp_path, "down").stdout
    assert "stopped" in stopped


def test_env_fails_when_nothing_runs(tmp_path: Path) -> None:
    """A shell that evaluates env of no account sees a failure and the way out."""
    told = _cli(tmp_path, "env")
    assert told.returncode == 1
    assert told.stdout == "false\n"
    assert "make local" in told.stderr


def test_other_enforcement_than_asked_for_is_said(tmp_path: Path) -> None:
    """A running account does not change its mind about IAM; it has to be stopped first."""
    process.start(tmp_path)
    try:
        with pytest.raises(process.LocalAwsError, match="IAM enforcement off"):
            process.start(tmp_path, enforce_iam=True)
    finally:
        process.stop(tmp_path)
