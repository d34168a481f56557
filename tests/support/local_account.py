"""An account of the local AWS for tests: synthesize, apply, plan, destroy, and ask AWS what is there.

Terraform is run directly on what was synthesized, every stack as soon as those that it reads are applied. The
account that most tests share is deployed by the real cdktf CLI instead (``tests/conftest.py``).
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools import toolchain
from tools.local_aws import process, summary

Json = dict[str, Any]
NO_CHANGES, CHANGES = 0, 2
# Terraform waits more than it works: ask for everything at once
PARALLELISM = "-parallelism=40"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    """What a command did.

    Attributes:
        code: its exit code.
        output: what it said, both streams.
    """

    code: int
    output: str

    def check(self) -> "Ran":
        """Return itself, or fail with the end of what was said."""
        assert self.code == 0, f"exit code {self.code}:\n{self.output[-6000:]}"
        return self


class LocalAccount:
    """One emulator, one folder of synthesized stacks and one folder of states.

    The account lives as long as the emulator: :meth:`stop` ends both.
    """

    def __init__(self, server: process.Server, *, environment: str = "prod", environments: Path | None = None) -> None:
        self.server = server
        self.environment = environment
        self.out = Path(server.home) / "cdktf.out"
        self._environments = environments

    @classmethod
    def start(
        cls, home: Path, *, environment: str = "prod", environments: Path | None = None, enforce_iam: bool = False
    ) -> "LocalAccount":
        """Start an empty account in *home*; *environments* is where its environment files are."""
        server = process.start(home, enforce_iam=enforce_iam, owner=os.getpid(), say=lambda _: None)
        return cls(server, environment=environment, environments=environments)

    def stop(self) -> None:
        """End the emulator, and the account with it."""
        process.stop(Path(self.server.home))

    @property
    def endpoint(self) -> str:
        """The address of every AWS service of this account."""
        return self.server.url

    def client(self, service: str) -> Any:
        """Return a boto3 client of *service* that talks to this account."""
        return summary.client(self.server, service)

    def variables(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment that commands against this account run in."""
        base = toolchain.terraform_environment(process.clean_environment(os.environ))
        mine = {"CDKTF_OUTDIR": str(self.out)}
        if self._environments:
            mine["EDGEMIND_ENVIRONMENTS_DIR"] = str(self._environments)
        return base | self.server.variables() | mine | dict(more or {})

    def run(
        self, command: Iterable[str | Path], *, cwd: Path = toolchain.ROOT, more: Mapping[str, str] | None = None
    ) -> Ran:
        """Run *command* against this account and wait for it."""
        done = subprocess.run(
            [str(word) for word in command],
            cwd=cwd,
            env=self.variables(more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        return Ran(code=done.returncode, output=done.stdout)

    def cdktf(self, *arguments: str, **more: str) -> Ran:
        """Run the project's cdktf CLI against this account."""
        return self.run([sys.executable, "-m", "tools.cdktf", *arguments, "--output", str(self.out)], more=more)

    def synthesize(self, **more: str) -> None:
        """Write this account's stacks as Terraform JSON."""
        self.run([sys.executable, "main.py"], more=more).check()

    # ---- stacks ----------------------------------------------------------------------------------------------

    def stacks(self) -> list[str]:
        """Return the names of this environment's stacks, each after those that it reads."""
        manifest = json.loads((self.out / "manifest.json").read_text())["stacks"]
        mine = {name for name in manifest if f"-{self.environment}-" in name}
        ordered: list[str] = []
        while len(ordered) < len(mine):
            ordered += sorted(
                name for name in mine - set(ordered) if set(manifest[name]["dependencies"]) <= set(ordered)
            )
        return ordered

    def folder(self, stack: str) -> Path:
        """Return the Terraform folder of *stack* (its whole name, or its role)."""
        return self.out / "stacks" / self.name_of(stack)

    def name_of(self, stack: str) -> str:
        """Return the whole name of *stack*, for example of ``backend``."""
        return stack if "-" in stack else f"edgemind-{self.environment}-{stack}"

    def document(self, stack: str) -> Json:
        """Return what was synthesized for *stack*."""
        document: Json = json.loads((self.folder(stack) / "cdk.tf.json").read_text())
        return document

    def terraform(self, stack: str, *arguments: str, **more: str) -> Ran:
        """Run Terraform in the folder of *stack*, initialized first."""
        folder = self.folder(stack)
        if not (folder / ".terraform").exists():
            self.run([toolchain.terraform_binary(), "init", "-input=false", "-no-color"], cwd=folder).check()
        return self.run([toolchain.terraform_binary(), *arguments], cwd=folder, more=more)

    def apply(self, *stacks: str) -> None:
        """Apply *stacks* (all by default), each as soon as those that it reads are applied."""
        self._each(lambda name: self.terraform(name, "apply", *_QUIET).check(), stacks)

    def lift_protection(self) -> None:
        """Let what holds data be destroyed: synthesize without protection, and apply the switches that AWS has.

        Nothing passes between stacks here, so all are applied at once.
        """
        self.synthesize(EDGEMIND_ALLOW_DESTROY="1")
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda name: self.terraform(name, "apply", "-refresh=false", *_QUIET).check(), self.stacks()))

    def destroy(self, *stacks: str) -> None:
        """Destroy *stacks* (all by default), each as soon as those that read it are gone."""

        def destroy(name: str) -> Ran:
            return self.terraform(name, "destroy", "-refresh=false", *_QUIET).check()

        self._each(destroy, stacks, reverse=True)

    def plan(self, stack: str) -> Ran:
        """Plan *stack*: exit code 0 says no changes, 2 says that there are some."""
        return self.terraform(
            stack, "plan", "-detailed-exitcode", "-input=false", "-no-color", "-lock=false", PARALLELISM
        )

    def planned(self, stack: str, **more: str) -> Json:
        """Return the plan of *stack* as ``terraform show -json`` tells it."""
        path = self.folder(stack) / "plan.bin"
        self.terraform(stack, "plan", "-input=false", "-no-color", "-lock=false", f"-out={path}", **more).check()
        shown = self.terraform(stack, "show", "-json", str(path)).check()
        plan: Json = json.loads(shown.output)
        return plan

    def outputs(self, stack: str) -> Json:
        """Return the outputs of *stack* that people declared."""
        path = self.server.state_dir / f"{self.name_of(stack)}.tfstate"
        return {
            name: value
            for name, value in summary.state_outputs(path).items()
            if not name.startswith("cross-stack-output")
        }

    def _each(self, act: Callable[[str], object], stacks: Iterable[str], *, reverse: bool = False) -> None:
        manifest = json.loads((self.out / "manifest.json").read_text())["stacks"]
        chosen = {self.name_of(stack) for stack in stacks} or set(self.stacks())
        order = [name for name in self.stacks() if name in chosen]
        before = {name: set(manifest[name]["dependencies"]) & chosen for name in order}
        if reverse:
            before = {name: {other for other in order if name in before[other]} for name in order}
            order.reverse()
        running: dict[str, Future[object]] = {}

        def when_ready(name: str) -> object:
            for other in before[name]:
                running[other].result()
            return act(name)

        with ThreadPoolExecutor(max_workers=len(order) or 1) as pool:
            for name in order:
                running[name] = pool.submit(when_ready, name)
            for name in order:
                running[name].result()


_QUIET = ("-auto-approve", "-input=false", "-no-color", PARALLELISM)
