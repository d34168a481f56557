"""Check plans against the policies: ``python -m tools.policy PLAN.json…`` or ``python -m tools.policy --synthesized``.

A plan is what `terraform show -json` prints; `--synthesized` looks at what cdktf wrote, before any plan. Exits 1 when
a policy refuses one, 2 when a plan can't be read. With `--json FILE` the findings are also written down, for the
comment on the pull request.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tools import toolchain
from tools.policy.engine import Plan, PolicyError, evaluate_all
from tools.policy.synthesized import as_plan

FINDINGS = 1
BROKEN = 2


def main(arguments: Sequence[str]) -> int:
    """Run on the command line's *arguments*; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.policy", description=__doc__)
    parser.add_argument("--synthesized", type=Path, nargs="?", const=toolchain.ROOT / "cdktf.out", metavar="OUTDIR")
    parser.add_argument("plans", nargs="*", type=Path, metavar="PLAN", help="output of terraform show -json")
    parser.add_argument("--json", type=Path, help="write the findings here, by plan and policy")
    parser.add_argument("--apply", action="store_true", help="judge as the run that applies, not as a speculative plan")
    options = parser.parse_args(arguments)
    run = {"speculative": not options.apply}
    findings: dict[str, dict[str, list[str]]] = {}
    try:
        plans = {file.stem: json.loads(file.read_text("utf-8")) for file in options.plans}
        if options.synthesized:
            plans |= _synthesized(options.synthesized)
        for name, plan in plans.items():
            findings[name] = evaluate_all(plan, run)
            _say(name, findings[name])
    except (OSError, ValueError, PolicyError) as error:
        print(f"policy: {error}", file=sys.stderr)
        return BROKEN
    if not plans:
        print("policy: no plan to check; name plans, or run `make synth` for --synthesized", file=sys.stderr)
        return BROKEN
    if options.json:
        options.json.write_text(json.dumps(findings, indent=1) + "\n", encoding="utf-8")
    return FINDINGS if any(found for plan in findings.values() for found in plan.values()) else 0


def _synthesized(outdir: Path) -> dict[str, Plan]:
    stacks = json.loads((outdir / "manifest.json").read_text("utf-8"))["stacks"]
    documents = {
        name: json.loads((outdir / stack["synthesizedStackPath"]).read_text("utf-8")) for name, stack in stacks.items()
    }
    return {name: as_plan(document) for name, document in documents.items() if "aws" in document["provider"]}


def _say(name: str, findings: dict[str, list[str]]) -> None:
    refused = [sentence for sentences in findings.values() for sentence in sentences]
    for sentence in refused:
        print(f"{name}: {sentence}")
    print(f"{name}: {len(refused) or 'no'} finding{'' if len(refused) == 1 else 's'}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
