"""A GitHub workflow as a test reads it."""

import re
from pathlib import Path
from typing import Any

import yaml

from tools import toolchain

DIRECTORY = toolchain.ROOT / ".github" / "workflows"
_DEFAULTED = re.compile(r"\$\{\{ inputs\.([a-z-]+) \|\| '([^']*)' \}\}")
_INPUT = re.compile(r"\$\{\{ inputs\.([a-z-]+) \}\}")


class Workflow:
    """One workflow file. Expressions with a default count as their default: what a push to main runs with."""

    def __init__(self, name: str) -> None:
        self.path: Path = DIRECTORY / name
        self.text = self.path.read_text(encoding="utf-8")
        self.document: dict[str, Any] = yaml.safe_load(self.text)

    @property
    def on(self) -> dict[str, Any]:
        """What triggers it (YAML 1.1 reads a bare ``on`` as true)."""
        document: dict[Any, Any] = self.document
        found: dict[str, Any] = document["on"] if "on" in document else document[True]
        return found

    @property
    def jobs(self) -> dict[str, dict[str, Any]]:
        """Its jobs by id."""
        jobs: dict[str, dict[str, Any]] = self.document["jobs"]
        return jobs

    def env(self) -> dict[str, str]:
        """Return the workflow's variables."""
        return {name: self.resolved(str(value)) for name, value in self.document["env"].items()}

    def environment(self, job: str, **inputs: str) -> str:
        """Return the GitHub environment that *job* runs in."""
        return self.resolved(self.jobs[job]["environment"]["name"], **inputs)

    def steps(self, job: str) -> list[dict[str, Any]]:
        """Return the steps of *job*."""
        steps: list[dict[str, Any]] = self.jobs[job]["steps"]
        return steps

    @staticmethod
    def resolved(text: str, **inputs: str) -> str:
        """Return *text* with the inputs put in, or their defaults."""
        found = _DEFAULTED.sub(lambda match: inputs.get(match[1], match[2]), text)
        return _INPUT.sub(lambda match: inputs[match[1]], found)
