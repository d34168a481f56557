"""``python -m tools.compliance``: checkov over every stack; exit code 0 only if nothing fails unexcused.

Without arguments the stacks of every environment are synthesized afresh and scanned as ``terraform_json``. With
``--plans DIR``, ``DIR/STACK.json`` (from ``terraform show -json``) of every stack is scanned as ``terraform_plan``
too, and a stack without a plan is an error.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from tools import toolchain
from tools.compliance.documents import ComplianceError, Stack, read_stacks
from tools.compliance.judgement import Tally, judge, totals
from tools.compliance.scanner import prove_scanner_works, scan

JSON, PLAN = "terraform_json", "terraform_plan"


def main(arguments: Sequence[str] | None = None) -> int:
    """Scan, print, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.compliance", description=__doc__)
    parser.add_argument("--out", type=Path, help="synthesized stacks (default: synthesize them now)")
    parser.add_argument("--plans", type=Path, help="folder with STACK.json, a plan as JSON, for every stack")
    parser.add_argument("--exceptions", action="store_true", help="print each exception with its reason")
    options = parser.parse_args(arguments)
    today = datetime.now(UTC).date()
    try:
        with tempfile.TemporaryDirectory() as folder:
            out = options.out or synthesize(Path(folder) / "out")
            tallies = compliance(out, plans=options.plans, today=today)
    except ComplianceError as error:
        print(f"compliance: {error}", file=sys.stderr)
        return 1
    report(tallies, with_reasons=options.exceptions)
    return 1 if any(tally.problems for tally in tallies) else 0


def synthesize(out: Path) -> Path:
    """Write the stacks of every environment to *out*, and return it."""
    environment = os.environ | {"CDKTF_OUTDIR": str(out), "JSII_NODE": str(toolchain.node_home() / "bin" / "node")}
    done = subprocess.run(
        [sys.executable, "main.py"],
        cwd=toolchain.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ComplianceError(f"the stacks don't synthesize:\n{done.stderr.strip()}")
    return out


def compliance(out: Path, *, plans: Path | None, today: date) -> list[Tally]:
    """Return what checkov says of every stack in *out*, and of its plan where *plans* is given.

    Raises:
        ComplianceError: Something could not be scanned, or checkov misses what it must find.
    """
    listed = read_stacks(out)
    stacks = [stack for stack in listed if not _beyond_checkov(stack)]
    for stack in listed:
        if _beyond_checkov(stack):
            print(f"{'not scanned':15} {stack.name:28} checkov has no rule for what is in it")
    if not stacks:
        raise ComplianceError(f"{out} has no stack that checkov has rules for")
    prove_scanner_works(JSON)
    tallies = [judge(stack, JSON, scan(stack.file, JSON), today=today) for stack in stacks]
    if plans:
        prove_scanner_works(PLAN)
        tallies += [judge(stack, PLAN, scan(_plan(plans, stack), PLAN), today=today) for stack in stacks]
    return tallies


def _beyond_checkov(stack: Stack) -> bool:
    """Tell whether *stack* sets up Terraform Cloud and nothing else, of which checkov knows nothing."""
    return bool(stack.resources) and all(address.startswith("tfe_") for address in stack.resources)


def report(tallies: Sequence[Tally], *, with_reasons: bool) -> None:
    """Print what was found, the worst last."""
    if with_reasons:
        for tally in tallies:
            for finding, exception in tally.excepted:
                print(f"{finding.check}  {exception.path}  until {exception.expires}  ({tally.framework})")
                print(f"    {exception.reason}")
    for tally in tallies:
        print(f"{tally.framework:15} {tally.stack:28} {tally.passed:4} passed, {len(tally.excepted):2} excepted")
    for framework, (passed, failed, excepted) in totals(tallies).items():
        print(f"{framework:15} {'all':28} {passed:4} passed, {excepted:2} excepted, {failed} failed")
    for tally in tallies:
        for problem in tally.problems:
            print(f"{tally.stack} ({tally.framework}): {problem}", file=sys.stderr)


def _plan(plans: Path, stack: Stack) -> Path:
    file = plans / f"{stack.name}.json"
    if not file.is_file():
        raise ComplianceError(f"{file} is missing: every stack needs its plan (terraform show -json)")
    return file


if __name__ == "__main__":
    sys.exit(main())
