"""Terraform in the folder of one stack: plans as JSON, import blocks, and what it says against them."""

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tools import toolchain
from tools.adopt.plan import Json, Plan

SYNTHESIZED = "cdk.tf.json"
IMPORTS = "adopt.tf.json"
PLAN = "adopt.tfplan"
_ABSENT = re.compile(r"non-existent remote object", re.IGNORECASE)
_ADDRESS = re.compile(r"aws_[a-z0-9_]+\.[A-Za-z0-9_-]+")
_QUIET = ("-input=false", "-no-color")
# the killed run's Terraform may still be ending
_PATIENT = "-lock-timeout=60s"


class AdoptError(RuntimeError):
    """Terraform can't say what is missing; the message is its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a plan with import blocks came to.

    Attributes:
        plan: the plan, when there is one.
        refused: why single imports can't be, by address; an empty reason says that there is no such thing in AWS.
    """

    plan: Plan | None = None
    refused: Mapping[str, str] = field(default_factory=dict)


class Stack:
    """One synthesized stack; Terraform runs in *folder* with *environment*."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.environment = dict(environment or toolchain.terraform_environment())

    def started(self) -> list[str]:
        """Return the addresses whose creation the state knows as begun and not as finished.

        Terraform writes a resource down before it makes it, and its instance when it is made.
        """
        self._initialize()
        pulled = self._run("state", "pull")
        if pulled.returncode:
            raise AdoptError(_said(pulled))
        return unfinished(json.loads(pulled.stdout)) if pulled.stdout.strip() else []

    @property
    def elsewhere(self) -> bool:
        """Whether the state is kept, and runs happen, in Terraform Cloud."""
        self._synthesized()
        settings = json.loads((self.folder / SYNTHESIZED).read_text()).get("terraform", {})
        return "cloud" in settings or "remote" in settings.get("backend", {})

    @contextmanager
    def copy(self) -> Iterator["Stack"]:
        """Yield this stack on a copy of its state: what is planned there starts no run and locks nobody out."""
        self._initialize()
        pulled = self._run("state", "pull")
        if pulled.returncode:
            raise AdoptError(_said(pulled))
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            if pulled.stdout.strip():
                (folder / "copy.tfstate").write_text(pulled.stdout)
            document = json.loads((self.folder / SYNTHESIZED).read_text())
            (folder / SYNTHESIZED).write_text(json.dumps(detached(document, folder / "copy.tfstate")))
            yield Stack(folder, self.environment)

    def write(self, imports: Mapping[str, str]) -> Path:
        """Write import blocks beside what was synthesized."""
        path = self.folder / IMPORTS
        blocks = [{"to": address, "id": found} for address, found in sorted(imports.items())]
        path.write_text(json.dumps({"import": blocks}, indent=2) + "\n")
        return path

    def forget(self) -> None:
        """Remove the import blocks and the plan."""
        for name in (IMPORTS, PLAN):
            (self.folder / name).unlink(missing_ok=True)

    def plan(self, imports: Mapping[str, str], *, only: Iterable[str] = ()) -> Outcome:
        """Plan with these imports, for *only* these addresses if any are named."""
        self._initialize()
        if imports:
            self.write(imports)
        targets = [f"-target={address}" for address in only]
        ran = self._run("plan", "-json", "-refresh=false", *_QUIET, _PATIENT, f"-out={PLAN}", *targets)
        if ran.returncode == 0:
            shown = self._run("show", "-json", PLAN)
            if shown.returncode:
                raise AdoptError(_said(shown))
            return Outcome(plan=Plan(json.loads(shown.stdout)))
        refused = refusals(ran.stdout, set(imports))
        if not refused:
            raise AdoptError(_said(ran))
        return Outcome(refused=refused)

    def apply(self) -> None:
        """Apply the plan that was made last."""
        ran = self._run("apply", *_QUIET, _PATIENT, PLAN)
        if ran.returncode:
            raise AdoptError(_said(ran))

    def _synthesized(self) -> None:
        if not (self.folder / SYNTHESIZED).exists():
            raise AdoptError(f"{self.folder} has no synthesized stack; run `make synth`; `make list` names the stacks")

    def _initialize(self) -> None:
        self._synthesized()
        if not (self.folder / ".terraform").exists():
            ran = self._run("init", *_QUIET)
            if ran.returncode:
                raise AdoptError(_said(ran))

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [toolchain.terraform_binary(), *arguments],
            cwd=self.folder,
            env=os.environ | self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )


def detached(document: Json, state: Path) -> Json:
    """Return the stack *document* with its state in the file *state*."""
    settings = {key: value for key, value in document.get("terraform", {}).items() if key not in ("backend", "cloud")}
    return document | {"terraform": settings | {"backend": {"local": {"path": str(state)}}}}


def unfinished(state: Json) -> list[str]:
    """Return the addresses in *state* that have no instance: begun, never finished."""
    return sorted(
        f"{found['type']}.{found['name']}"
        for found in state.get("resources", [])
        if found["mode"] == "managed" and not found["instances"]
    )


def refusals(lines: str, asked: set[str]) -> dict[str, str]:
    """Return what Terraform's messages say against each of the imports *asked*; an empty reason says "not there".

    Returns nothing as soon as one error concerns none of them: then the plan itself is broken.
    """
    refused: dict[str, str] = {}
    for line in lines.splitlines():
        diagnostic = json.loads(line).get("diagnostic", {}) if line.startswith("{") else {}
        if diagnostic.get("severity") != "error":
            continue
        text = f"{diagnostic.get('summary', '')}: {diagnostic.get('detail', '')}"
        named = [diagnostic.get("address") or "", *_ADDRESS.findall(text)]
        concerned = [address for address in named if address in asked]
        if not concerned:
            return {}
        refused[concerned[0]] = "" if _ABSENT.search(text) else text
    return refused


def _said(ran: subprocess.CompletedProcess[str]) -> str:
    messages = []
    for line in ran.stdout.splitlines():
        try:
            diagnostic = json.loads(line).get("diagnostic", {})
        except (ValueError, AttributeError):
            continue
        if diagnostic.get("severity") == "error":
            messages.append(f"{diagnostic.get('summary', '')}: {diagnostic.get('detail', '')}")
    return "\n".join(messages) or (ran.stderr or ran.stdout)[-3000:]
