"""Runs in Terraform Cloud, started by Terraform through each stack's cloud block."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools import cdktf, toolchain
from tools.cloud.api import Api, ApiError
from tools.cloud.stacks import Synthesized, configuration

_RUN = re.compile(r"https://[\w.-]+/app/[\w -]+/(?:[\w-]+/)*runs/(run-\w+)")
CHANGES = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """How planning a stack went.

    Attributes:
        stack: Its name.
        run: Address of the run; empty when none was started.
        plan: Plan JSON; None when there is none.
        error: Why there is none.
    """

    stack: str
    run: str = ""
    plan: Mapping[str, Any] | None = None
    error: str = ""


def plan(stack: Synthesized, api: Api, *arguments: str) -> Planned:
    """Plan *stack* as a speculative run, and return its plan."""
    started = _terraform(stack, "init", "-input=false", "-no-color")
    if started.returncode:
        return Planned(stack=stack.name, error=_last(started.stderr))
    done = _terraform(stack, "plan", "-input=false", "-no-color", *arguments)
    found = _RUN.search(done.stdout)
    if not found:
        return Planned(stack=stack.name, error=_last(done.stderr or done.stdout))
    try:
        document = fetch_plan(api, found[1])
    except ApiError as error:
        return Planned(stack=stack.name, run=found[0], error=_last(done.stderr) or str(error))
    return Planned(stack=stack.name, run=found[0], plan=complete(document, stack))


def fetch_plan(api: Api, run: str) -> Any:  # noqa: ANN401 - any JSON document
    """Return the plan of *run*, sensitive values redacted, which is what the right to plan lets one read."""
    known = api.get(f"/api/v2/runs/{run}")
    plan_id = known["data"]["relationships"]["plan"]["data"]["id"]
    return api.get(f"/api/v2/plans/{plan_id}/json-output-redacted")


def complete(document: Mapping[str, Any], stack: Synthesized) -> dict[str, Any]:
    """Add to a redacted plan what policies look at and we know ourselves."""
    defaults = {name: {"value": v.get("default")} for name, v in stack.document.get("variable", {}).items()}
    return {
        "format_version": document.get("plan_format_version") or document.get("format_version", "1.2"),
        "variables": defaults,
        **{key: value for key, value in document.items() if key not in ("provider_schemas", "configuration")},
        "configuration": configuration(stack.document),
    }


def apply(stack: Synthesized) -> int:
    """Apply *stack* by cdktf, and return the exit code. A stack that is up to date changes nothing."""
    words = ["deploy", stack.name, "--auto-approve", "--ignore-missing-stack-dependencies"]
    environment = toolchain.terraform_environment()
    return subprocess.run(
        cdktf.command(words, environment), env=environment, cwd=toolchain.ROOT, check=False
    ).returncode


def write_plans(planned: list[Planned], folder: Path) -> None:
    """Write each plan as ``STACK.json``, and the runs and errors as ``runs.json``, into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in planned:
        if one.plan is not None:
            (folder / f"{one.stack}.json").write_text(json.dumps(one.plan), encoding="utf-8")
    known = {one.stack: {"run": one.run, "error": one.error} for one in planned}
    (folder / "runs.json").write_text(json.dumps(known, indent=1), encoding="utf-8")


def _terraform(stack: Synthesized, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [toolchain.terraform_binary(), *arguments],
        cwd=stack.folder,
        env=toolchain.terraform_environment(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    print(f"{stack.name}: terraform {arguments[0]}: {'done' if done.returncode == 0 else _last(done.stderr)}")
    sys.stdout.flush()
    return done


def _last(text: str) -> str:
    """Return the error in Terraform's output, without its frame."""
    lines = [line.strip(" ╷│╵") for line in text.splitlines()]
    words = " ".join(line for line in lines if line)
    return words[words.rfind("Error:") :][:800] if "Error:" in words else words[-800:]
