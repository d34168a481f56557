"""Start, find and stop the emulator: one process, on 127.0.0.1 and a free port, known by its process id.

The account lives in that process's memory. Terraform's state of it lies beside it and is removed with it:
a state that outlives its account would describe nothing.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tools import toolchain

HOST = "127.0.0.1"
REGION = "us-east-1"
HEALTH_PATH = "/_ministack/health"
START_SECONDS = 60
STOP_SECONDS = 10
# The emulator takes this well-known key for the account's root, whatever the secret
ROOT_KEY = "test"
Say = Callable[[str], None]


class LocalAwsError(RuntimeError):
    """The emulator cannot be started or reached; the message says what to look at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """A running emulator.

    Attributes:
        pid: its process.
        port: its port on 127.0.0.1.
        home: its folder: ``server.json``, ``server.log`` and Terraform's ``state``.
        enforces_iam: whether requests are checked against IAM policies.
    """

    pid: int
    port: int
    home: str
    enforces_iam: bool

    @property
    def url(self) -> str:
        """The endpoint of every service."""
        return f"http://{HOST}:{self.port}"

    @property
    def state_dir(self) -> Path:
        """Where Terraform keeps its state of this account."""
        return Path(self.home) / "state"

    @property
    def out(self) -> Path:
        """Where this account's stacks are synthesized."""
        return Path(self.home) / "cdktf.out"

    def variables(self) -> dict[str, str]:
        """Return the environment that points AWS clients and our synthesis at this account."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": ROOT_KEY,
            "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
            "EDGEMIND_BACKEND": "local",
            "EDGEMIND_LOCAL_STATE_DIR": str(self.state_dir),
            # a folder of its own: Terraform remembers in it which backend it used last
            "CDKTF_OUTDIR": str(self.out),
        }


def clean_environment(base: Mapping[str, str]) -> dict[str, str]:
    """Return *base* without what would lead an AWS client somewhere else."""
    return {name: value for name, value in base.items() if not name.startswith("AWS_")}


def find(home: Path) -> Server | None:
    """Return the emulator of *home* if it is alive and healthy."""
    try:
        server = Server(**json.loads((home / "server.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return server if _alive(server.pid) and _healthy(server.port) else None


def start(home: Path, *, enforce_iam: bool = False, owner: int | None = None, say: Say = print) -> Server:
    """Return the healthy emulator of *home*, starting one if there is none.

    With *owner*, the emulator ends by itself soon after the process of that id did, however it ended.
    """
    found = find(home)
    if found:
        if found.enforces_iam != enforce_iam:
            raise LocalAwsError(
                f"the running local AWS has IAM enforcement {'on' if found.enforces_iam else 'off'}; "
                "stop it first: python -m tools.local_aws down"
            )
        say(f"local AWS already runs at {found.url} (process {found.pid})")
        return found
    stop(home)
    home.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    port = _free_port()
    process = _spawn(home, port, enforce_iam=enforce_iam, owner=owner)
    server = Server(pid=process.pid, port=port, home=str(home), enforces_iam=enforce_iam)
    try:
        (home / "server.json").write_text(json.dumps(asdict(server), indent=2) + "\n")
        _wait(process, server)
    except BaseException:
        _end(process.pid)
        raise
    server.state_dir.mkdir(exist_ok=True)
    say(f"local AWS started at {server.url} in {time.monotonic() - began:.1f} s (process {server.pid})")
    return server


def stop(home: Path, *, say: Say | None = None) -> bool:
    """Stop the emulator of *home* and remove Terraform's state of its account; say whether one ran."""
    try:
        pid = int(json.loads((home / "server.json").read_text())["pid"])
    except (OSError, ValueError, KeyError):
        pid = 0
    ran = bool(pid) and _alive(pid)
    if ran:
        _end(pid)
    (home / "server.json").unlink(missing_ok=True)
    shutil.rmtree(home / "state", ignore_errors=True)
    if say:
        say(f"local AWS stopped (process {pid})" if ran else "no local AWS was running")
    return ran


def _spawn(home: Path, port: int, *, enforce_iam: bool, owner: int | None) -> subprocess.Popen[bytes]:
    interpreter = toolchain.ROOT / "tools" / "local_aws" / ".venv" / "bin" / "python"
    if not interpreter.exists():
        raise LocalAwsError(f"{interpreter} is missing; run `make setup`")
    environment = clean_environment(os.environ) | {
        "PYTHONPATH": str(toolchain.ROOT),
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": REGION,
        "AUTH": "true" if enforce_iam else "false",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "TMPDIR": str(home),
        "EDGEMIND_LOCAL_AWS_OWNER": str(owner or ""),
    }
    with (home / "server.log").open("wb") as log:
        return subprocess.Popen(
            [str(interpreter), "-m", "tools.local_aws.server"],
            env=environment,
            cwd=toolchain.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # the terminal's Ctrl-C is for the command; it then stops this process
        )


def _wait(process: subprocess.Popen[bytes], server: Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        if _healthy(server.port):
            return
        time.sleep(0.1)
    log = Path(server.home) / "server.log"
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
    raise LocalAwsError(f"the local AWS did not become healthy on port {server.port}; end of {log}:\n{tail}")


def _healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}{HEALTH_PATH}", timeout=5) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004
    except (urllib.error.URLError, OSError):
        return False


def _alive(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # a child of ours that ended must not count as alive
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    command = Path(f"/proc/{pid}/cmdline")
    # a process id can be used again: never signal somebody else's process
    return not command.exists() or b"tools.local_aws.server" in command.read_bytes()


def _end(pid: int) -> None:
    for sent in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sent)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if not _alive(pid):
                return
            time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
