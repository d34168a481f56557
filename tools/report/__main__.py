"""``python -m tools.report``: one HTML page with pictures, resources, links, rights, checks and cost."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools import toolchain
from tools.compliance.documents import ComplianceError
from tools.report import results
from tools.report.html import page
from tools.synthesized import Synthesis, SynthesisError, synthesize_into

REPORT = toolchain.BUILD / "report.html"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page and say where it is."""
    parser = argparse.ArgumentParser(prog="python -m tools.report", description=__doc__)
    parser.add_argument("--prefix", default="edgemind-prod", help="project and environment (default: edgemind-prod)")
    parser.add_argument("--out", type=Path, default=REPORT, help="where to write (default: .build/report.html)")
    parser.add_argument("--plans", type=Path, help="folder with STACK.json (terraform show -json) for the policies")
    parser.add_argument("--no-checks", action="store_true", help="leave out checkov and the policies: seconds")
    options = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder:
            synthesize_into(Path(folder))
            synthesis = Synthesis.load(Path(folder))
            found, notes = (
                ([], ["Not run for this page."]) if options.no_checks else checks(Path(folder), options.plans)
            )
            text = page(synthesis, options.prefix, results=found, notes=notes)
    except (SynthesisError, ComplianceError, toolchain.ToolMissingError) as error:
        print(f"report: {error}", file=sys.stderr)
        return 2
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(text, encoding="utf-8")
    print(f"wrote {options.out}")
    return 0


def checks(out: Path, plans: Path | None) -> tuple[list[results.Result], list[str]]:
    """Return what checkov says of the stacks in *out* and the policies of *plans*, and what to know about it."""
    notes = ["checkov scanned the stacks as synthesized for this page; a plan is scanned where Terraform runs."]
    if plans:
        notes.append(f"The policies judged the plans in {plans}.")
    else:
        notes.append(
            "The policies judge plans, and no plan was given: shown is what they say of the recorded plans that their "
            "own tests use (first deployments of production). Pass --plans for the plans of today."
        )
    judged = results.policies(plans) if plans else results.policies(results.RECORDED, "first-*.json")
    return [*results.checkov(out), *judged], notes


if __name__ == "__main__":
    sys.exit(main())
