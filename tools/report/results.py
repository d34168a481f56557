"""What checkov and the policies say, for the page."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tools.compliance.__main__ import compliance
from tools.policy.engine import Policy, PolicyError, evaluate, load_policies
from tools.toolchain import ROOT

RECORDED = ROOT / "tests" / "policies" / "plans"


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """The outcome of one scan of one subject.

    Attributes:
        tool: ``checkov`` or a policy's name.
        subject: Stack or plan.
        passed: Checks that passed; None where only failures are counted.
        excused: Failed checks that carry a reason, as sentences.
        failed: Failures, as sentences.
    """

    tool: str
    subject: str
    passed: int | None
    excused: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


def checkov(out: Path) -> list[Result]:
    """Return what checkov says of each stack synthesized in *out*."""
    tallies = compliance(out, plans=None, today=datetime.now(UTC).date())
    return [
        Result(
            tool="checkov",
            subject=tally.stack,
            passed=tally.passed,
            excused=tuple(f"{found.check} at {excuse.path}: {excuse.reason}" for found, excuse in tally.excepted),
            failed=tally.problems,
        )
        for tally in tallies
    ]


def policies(plans: Path, pattern: str = "*.json") -> list[Result]:
    """Return what each policy says of the plans in *plans* whose names match *pattern*."""
    found = []
    for file in sorted(plans.glob(pattern)):
        plan = json.loads(file.read_text(encoding="utf-8"))
        for resource in plan.get("configuration", {}).get("root_module", {}).get("resources", []):
            resource.setdefault("mode", "managed")  # recorded plans keep managed resources only
        found += [_judged(policy, file.stem, plan) for policy in load_policies()]
    return found


def _judged(policy: Policy, subject: str, plan: Mapping[str, Any]) -> Result:
    try:
        failed = tuple(evaluate(policy, plan))
    except (PolicyError, ValueError) as error:
        failed = (f"could not be evaluated on {subject}: {str(error)[:300]}",)  # not evaluated is not passed
    return Result(tool=policy.name, subject=subject, passed=None, failed=failed)
