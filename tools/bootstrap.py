"""Set up everything that a fresh clone needs: ``python3 tools/bootstrap.py``, or ``make setup``.

Runs on any Python from 3.11 with nothing installed. Each step is skipped while the files that it depends on
are the same as when it last ended well, so a second run takes no time. Nothing is installed outside this
folder.
"""

import hashlib
import io
import json
import os
import platform
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
PIPENV_VERSION = "2026.10.3"
MINIMUM_PYTHON = (3, 11)
HEARTBEAT_SECONDS = 5
TERRAFORM_VERSION = "1.11.4"
TERRAFORM_ADDRESS = "https://releases.hashicorp.com/terraform"
# HashiCorp: the SHA-256 of the archives of TERRAFORM_VERSION
TERRAFORM_SHA256 = {
    "linux_amd64": "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc",
    "linux_arm64": "a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633",
    "darwin_amd64": "a56d5002b9f7647291faccc3dd1a70350e60fb61e4c45037629508b8fdc2575b",
    "darwin_arm64": "867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18",
}

MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


class SetupError(RuntimeError):
    """A step failed; the message says which, why and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing to set up.

    Attributes:
        name: what it is called in the progress lines.
        inputs: the files that decide the result; the step runs again when one changes.
        result: what must exist afterwards.
        run: what does it.
    """

    name: str
    inputs: Sequence[Path]
    result: Path
    run: Callable[[], None]

    @property
    def fingerprint(self) -> str:
        """Identify this step's inputs, the interpreter and this file."""
        digest = hashlib.sha256(f"{self.name} {sys.version} {ROOT}".encode())
        for path in self.inputs:
            digest.update(path.read_bytes())
        return digest.hexdigest()


def main() -> int:
    """Take every step that is not done; return the exit code."""
    if sys.version_info < MINIMUM_PYTHON:
        print(f"setup: Python {platform.python_version()} is too old; 3.11 or newer is needed", file=sys.stderr)
        return 1
    try:
        for step in steps():
            take(step)
        find_terraform()
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nsetup: interrupted; run it again to go on", file=sys.stderr)
        return 130
    return 0


def steps() -> list[Step]:
    """Return what there is to set up, in order."""
    local_aws = ROOT / "tools" / "local_aws"
    return [
        Step(
            name="pipenv",
            inputs=[Path(__file__)],
            result=BUILD / "pipenv" / "bin" / "pipenv",
            run=_install_pipenv,
        ),
        Step(
            name="Python packages",
            inputs=[ROOT / "Pipfile", ROOT / "Pipfile.lock"],
            result=ROOT / ".venv" / "bin" / "python",
            run=lambda: _sync(ROOT / "Pipfile", "--dev"),
        ),
        Step(
            name="local AWS",
            inputs=[local_aws / "Pipfile", local_aws / "Pipfile.lock"],
            result=local_aws / ".venv" / "bin" / "python",
            run=lambda: _sync(local_aws / "Pipfile"),
        ),
        Step(
            name="cdktf CLI",
            inputs=[ROOT / "package.json", ROOT / "package-lock.json", ROOT / "Pipfile.lock"],
            result=ROOT / "node_modules" / "cdktf-cli" / "package.json",
            run=_install_cdktf,
        ),
    ]


def take(step: Step) -> None:
    """Run *step* unless it is done, and remember that it is."""
    stamp = BUILD / "stamps" / step.name.replace(" ", "-")
    if step.result.exists() and stamp.exists() and stamp.read_text() == step.fingerprint:
        return
    stamp.unlink(missing_ok=True)
    with progress(f"installing {step.name}"):
        step.run()
    if not step.result.exists():
        raise SetupError(f"{step.name} was installed, but {step.result} is missing; see the lines above")
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(step.fingerprint)


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Say what is being done, that it goes on, and how long it took."""
    began, ended = time.monotonic(), threading.Event()
    print(f"setup: {what} ...", flush=True)

    def beat() -> None:
        while not ended.wait(HEARTBEAT_SECONDS):
            print(f"setup: {what} ... {time.monotonic() - began:.0f} s", flush=True)

    threading.Thread(target=beat, daemon=True).start()
    try:
        yield
    finally:
        ended.set()
    print(f"setup: {what}: done in {time.monotonic() - began:.1f} s", flush=True)


def run(command: Sequence[str | Path], **variables: str) -> None:
    """Run *command* quietly; show what it said only when it fails."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PIPENV_")}
    environment.pop("VIRTUAL_ENV", None)
    done = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        env=environment | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = "\n".join(done.stdout.splitlines()[-40:])
        words = " ".join(str(word) for word in command)
        raise SetupError(f"{words} ended with exit code {done.returncode}:\n{said}")


def _install_pipenv() -> None:
    home = BUILD / "pipenv"
    shutil.rmtree(home, ignore_errors=True)
    run([sys.executable, "-m", "venv", home])
    run([home / "bin" / "python", "-m", "pip", "install", "--quiet", f"pipenv=={PIPENV_VERSION}"])


def _sync(pipfile: Path, *options: str) -> None:
    run(
        [BUILD / "pipenv" / "bin" / "pipenv", "sync", *options],
        PIPENV_PIPFILE=str(pipfile),
        PIPENV_VENV_IN_PROJECT="1",
        PIPENV_IGNORE_VIRTUALENVS="1",
        PIPENV_NOSPIN="1",
        PIPENV_PYTHON=sys.executable,
    )


def _install_cdktf() -> None:
    # no scripts: the only one compiles a terminal for interactive prompts, which we do not use
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    code = "import json; from tools import toolchain; print(json.dumps(toolchain.npm_command()))"
    npm = subprocess.run(
        [ROOT / ".venv" / "bin" / "python", "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if npm.returncode:
        raise SetupError(f"npm was not found in the virtual environment:\n{npm.stderr}")
    words = json.loads(npm.stdout)
    path = os.pathsep.join([str(Path(words[0]).parent), os.environ.get("PATH", "")])
    run([*words, *arguments], PATH=path)


def find_terraform() -> None:
    """Install the pinned Terraform when none that is new enough is found; go on without it if that fails."""
    if _has_terraform():
        return
    archive = f"terraform_{TERRAFORM_VERSION}_{_platform()}.zip"
    try:
        with progress(f"installing Terraform {TERRAFORM_VERSION}"):
            _install_terraform(archive)
    except (OSError, urllib.error.URLError, SetupError) as error:
        print(
            f"setup: no Terraform >= 1.11 on this machine, and {archive} could not be installed: {error}\n"
            "setup: install Terraform and put it on the PATH (or name it in TERRAFORM_BINARY_NAME). Until then\n"
            "setup: what needs no Terraform works: make synth, make check, the unit tests",
            file=sys.stderr,
        )


def _has_terraform() -> bool:
    code = "from tools import toolchain; toolchain.terraform_binary()"
    found = subprocess.run([ROOT / ".venv" / "bin" / "python", "-c", code], cwd=ROOT, capture_output=True, check=False)
    return found.returncode == 0


def _install_terraform(archive: str) -> None:
    wanted = TERRAFORM_SHA256.get(_platform())
    if wanted is None:
        raise SetupError(f"no checksum is known for {_platform()}")
    with urllib.request.urlopen(f"{TERRAFORM_ADDRESS}/{TERRAFORM_VERSION}/{archive}", timeout=60) as answer:  # noqa: S310 - HTTPS
        content = answer.read()
    got = hashlib.sha256(content).hexdigest()
    if got != wanted:
        raise SetupError(f"{archive} has the SHA-256 {got}, expected {wanted}; it was not installed")
    home = BUILD / "terraform"
    home.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        packed.extract("terraform", home)
    (home / "terraform").chmod(0o755)


def _platform() -> str:
    machine = platform.machine().lower()
    return f"{sys.platform}_{MACHINES.get(machine, machine)}"


if __name__ == "__main__":
    sys.exit(main())
