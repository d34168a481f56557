"""Check plans against the policies: ``python -m tools.policy PLAN.json…``.

A plan is what `terraform show -json` prints. Exits 1 when a policy refuses one, 2 when a plan can't be read. With
`--json FILE` the findings are also written down, for the comment on the pull request.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.policy.engine import PolicyError, evaluate_all

FINDINGS = 1
BROKEN = 2


def main(arguments: Sequence[str]) -> int:
    """Run on the command line's *arguments*; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.policy", description=__doc__)
    parser.add_argument("plans", nargs="+", type=Path, metavar="PLAN", help="output of terraform show -json")
    parser.add_argument("--json", type=Path, help="write the findings here, by plan and policy")
    parser.add_argument("--apply", action="store_true", help="judge as the run that applies, not as a speculative plan")
    options = parser.parse_args(arguments)
    run = {"speculative": not options.apply}
    findings: dict[str, dict[str, list[str]]] = {}
    for file in options.plans:
        try:
            findings[file.stem] = evaluate_all(json.loads(file.read_text("utf-8")), run)
        except (OSError, ValueError, PolicyError) as error:
            print(f"policy: {file}: {error}", file=sys.stderr)
            return BROKEN
        refused = [sentence for sentences in findings[file.stem].values() for sentence in sentences]
        for sentence in refused:
            print(f"{file.stem}: {sentence}")
        print(f"{file.stem}: {len(refused) or 'no'} finding{'' if len(refused) == 1 else 's'}")
    if options.json:
        options.json.write_text(json.dumps(findings, indent=1) + "\n", encoding="utf-8")
    return FINDINGS if any(found for plan in findings.values() for found in plan.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
