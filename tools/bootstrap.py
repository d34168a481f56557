"""Set up everything that a fresh clone needs: ``make setup``, or ``python3 -m tools.bootstrap``.

Runs on any Python from 3.11 with nothing installed. Each step is skipped while the files that it depends on
are the same as when it last ended well, so a second run takes no time. Nothing is installed outside this
folder.
"""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools import terraform_release, toolchain
from tools.toolchain import BUILD, ROOT

PIPENV_VERSION = "2026.10.3"
MINIMUM_PYTHON = (3, 11)
HEARTBEAT_SECONDS = 5


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
        find_providers()
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
            name=f"pipenv {PIPENV_VERSION}",
            inputs=[],
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
    try:
        with progress(f"installing Terraform {terraform_release.VERSION}"):
            terraform_release.install(BUILD / "terraform", toolchain.platform_name())
    except (OSError, terraform_release.RefusedError) as error:
        print(
            f"setup: no Terraform >= 1.11 is on this machine, and {terraform_release.VERSION} could not be installed:\n"
            f"setup: {error}\n"
            "setup: install Terraform and put it on the PATH, or name it in TERRAFORM_BINARY_NAME. Until then, what\n"
            "setup: needs no Terraform works: make synth, make check, the unit tests",
            file=sys.stderr,
        )


def find_providers() -> None:
    """Download Terraform's providers when this machine has no mirror of them; go on without them if that fails."""
    if toolchain.provider_mirror() or not _has_terraform():
        return
    try:
        with progress("installing Terraform's providers"):
            run([ROOT / ".venv" / "bin" / "python", "-m", "tools.toolchain"])
    except SetupError as error:
        print(
            f"setup: {error}\n"
            f"setup: Terraform's providers could not be downloaded; set {toolchain.MIRROR_SETTING} to a filesystem\n"
            f"setup: mirror that has them (a folder with {toolchain.PROVIDER_HOST}/... in it)",
            file=sys.stderr,
        )


def _has_terraform() -> bool:
    try:
        toolchain.terraform_binary()
    except toolchain.ToolMissingError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
