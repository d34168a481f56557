"""Write the comment for a pull request: ``python -m tools.plan_summary PLAN.json…``.

A plan is what `terraform show -json` prints, in a file called like its stack. The files come in the order of
deployment, and the comment keeps it.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.plan_summary.model import read_plan
from tools.plan_summary.render import Report, render


def main(arguments: Sequence[str]) -> int:
    """Run on the command line's *arguments*; return the exit code."""
    options = _parser().parse_args(arguments)
    plans = []
    missing = dict(options.missing)
    for file in options.plans:
        try:
            plans.append(read_plan(file.stem, json.loads(file.read_text("utf-8"))))
        except (OSError, ValueError) as error:
            missing[file.stem] = f"its plan can't be read: {type(error).__name__}"
            print(f"plan_summary: {file}: {error}", file=sys.stderr)
    report = Report(
        plans=plans,
        missing=missing,
        findings=json.loads(options.policy.read_text("utf-8")) if options.policy else {},
        runs=dict(options.run),
        checkov=options.checkov.read_text("utf-8") if options.checkov else "",
        checkov_passed=options.checkov_outcome == "success",
    )
    text = render(report)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    else:
        print(text)
    return 1 if missing else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.plan_summary", description=__doc__)
    parser.add_argument("plans", nargs="*", type=Path, metavar="PLAN", help="plan as JSON, called like its stack")
    parser.add_argument(
        "--missing", action="append", default=[], type=_pair, metavar="STACK=REASON", help="not planned"
    )
    parser.add_argument("--run", action="append", default=[], type=_pair, metavar="STACK=URL", help="a stack's run")
    parser.add_argument("--policy", type=Path, help="what python -m tools.policy --json wrote")
    parser.add_argument("--checkov", type=Path, help="what python -m tools.compliance printed")
    parser.add_argument("--checkov-outcome", default="success", choices=["success", "failure"], help="its verdict")
    parser.add_argument("--output", type=Path, help="write here instead of printing")
    return parser


def _pair(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} has no =; write STACK=VALUE")
    return name, value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
