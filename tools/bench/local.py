"""Where the time of a deployment into an empty local account goes, stack by stack, by what cdktf prints."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from tools import toolchain
from tools.bench.cases import Results
from tools.bench.measure import BenchError

_LINE = re.compile(r"^\s*(?P<stack>[a-z][a-z0-9-]+)\s+(?P<text>\S.*)$")
_CREATED = re.compile(r"^(?P<address>\S+?)(?: \(.+\))?: Creation complete after (?P<time>(?:\d+m)?\d+s)")
_APPLYING = re.compile(r": (?:Creating\.\.\.|Creation complete)")
_SLOWEST = 8


@dataclass(kw_only=True, slots=True)
class Stages:
    """What the lines told.

    Attributes:
        stacks: Of each stack the second of its first resource, and of its last line.
        waits: Seconds that each resource took, by stack and address.
    """

    stacks: dict[str, tuple[float, float]] = field(default_factory=dict)
    waits: dict[str, int] = field(default_factory=dict)

    def hear(self, line: str, second: float) -> None:
        """Take in one *line* that cdktf printed at *second*."""
        match = _LINE.match(re.sub(r"\x1b\[[0-9;]*m", "", line))
        if not match or not match["stack"].startswith("edgemind-"):
            return
        stack = match["stack"]
        if stack not in self.stacks and not _APPLYING.search(match["text"]):
            return  # it waits for another one, or is planned
        self.stacks[stack] = (self.stacks.get(stack, (second, second))[0], second)
        created = _CREATED.match(match["text"])
        if created:
            self.waits[f"{stack} {created['address']}"] = _seconds(created["time"])

    def results(self, total: float) -> Results:
        """What goes into the report."""
        slowest = sorted(self.waits.items(), key=lambda wait: -wait[1])[:_SLOWEST]
        stacks = {name: {"from": round(start), "to": round(end)} for name, (start, end) in self.stacks.items()}
        return {"local": {"seconds": round(total, 1), "stacks": stacks, "longest_waits_seconds": dict(slowest)}}


def _seconds(text: str) -> int:
    minutes, _, seconds = text.rpartition("m")
    return int(minutes or 0) * 60 + int(seconds.removesuffix("s"))


def local() -> Results:
    """Start an empty account, deploy prod into it, and drop it.

    Raises:
        BenchError: The deployment failed.
    """
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "tools.local_aws", "--home", home]
        try:
            return _deploy([*command, "deploy", "--environment", "prod"])
        finally:
            subprocess.run([*command, "down"], cwd=toolchain.ROOT, check=False, capture_output=True)


def _deploy(command: list[str]) -> Results:
    began, stages = time.monotonic(), Stages()
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=toolchain.ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        lines: Iterable[str] = process.stdout or []
        for line in lines:
            stages.hear(line, time.monotonic() - began)
    if process.returncode:
        raise BenchError(f"the deployment into the local AWS ended with {process.returncode}")
    return stages.results(time.monotonic() - began)
