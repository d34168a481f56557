"""Whether the account still is what the code says: one Terraform plan a stack. Minutes, so only on request."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tools import toolchain
from tools.status.finding import Finding, State
from tools.synthesized import synthesize_into

_IN_ORDER = 0
_CHANGES = 2


def plans(prefix: str) -> Iterator[Finding]:
    """Yield for each stack whether a plan is empty, planned from a fresh synthesis."""
    with tempfile.TemporaryDirectory() as folder:
        for name in synthesize_into(Path(folder)):
            if name.startswith(f"{prefix}-"):
                yield _plan(name, Path(folder) / "stacks" / name)


def _plan(name: str, folder: Path) -> Finding:
    environment = toolchain.terraform_environment()
    words = [toolchain.terraform_binary()]
    init = subprocess.run(
        [*words, "init", "-input=false", "-no-color"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if init.returncode:
        return Finding(section="drift", subject=name, state="unknown", detail=_last_line(init.stderr))
    plan = subprocess.run(
        [*words, "plan", "-input=false", "-no-color", "-lock=false", "-detailed-exitcode"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    verdicts: dict[int, tuple[State, str]] = {
        _IN_ORDER: ("ok", "as the code says"),
        _CHANGES: ("bad", _summary(plan.stdout)),
    }
    state, detail = verdicts.get(plan.returncode, ("unknown", _last_line(plan.stderr)))
    return Finding(section="drift", subject=name, state=state, detail=detail)


def _summary(text: str) -> str:
    found = [line for line in text.splitlines() if line.startswith("Plan:")]
    return f"differs from the code. {found[0]}" if found else "outputs differ from the code"


def _last_line(text: str) -> str:
    lines = [line.strip("│╷╵ ") for line in text.splitlines() if line.strip("│╷╵ ")]
    return lines[0] if lines else "Terraform failed without a word"
