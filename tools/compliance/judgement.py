"""Findings against exceptions: what is excused, what is not, and which exceptions are expired or needless."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from tools.compliance.documents import CheckException, Stack
from tools.compliance.scanner import Finding, Scan, unseen

# Their only checks read the policy inside, which is text in synthesized JSON; a plan's is read
_JUDGED_IN_PLANS_ONLY = ("aws_sns_topic_policy.",)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """What came out for one stack under one framework.

    Attributes:
        stack: Name of the stack.
        framework: The framework.
        passed: Checks that passed.
        excepted: Findings with an exception.
        problems: Findings without one, expired and needless exceptions, resources that nothing judged; as sentences.
    """

    stack: str
    framework: str
    passed: int
    excepted: tuple[tuple[Finding, CheckException], ...]
    problems: tuple[str, ...]


def judge(stack: Stack, framework: str, found: Scan, *, today: date) -> Tally:
    """Hold *found* against the exceptions of *stack* that are meant for *framework*."""
    meant = {(e.check, e.address.split(".")[-1]): e for e in stack.exceptions if framework in e.frameworks}
    excepted = [(f, meant[f.check, f.resource]) for f in found.findings if (f.check, f.resource) in meant]
    used = {(f.check, f.resource) for f, _ in excepted}
    addresses = _addresses(stack.resources)
    problems = [
        f"{f.check} fails on {addresses.get(f.resource, f.resource)}: {f.title}"
        for f in found.findings
        if (f.check, f.resource) not in meant
    ]
    problems += [
        f"{e.check} on {e.path}: the exception expired on {e.expires}; mend the cause, or think again and renew it"
        for _, e in excepted
        if e.expires < today
    ]
    problems += [
        f"{e.check} on {e.path}: nothing needs this exception under {framework} any more; remove it"
        for key, e in meant.items()
        if key not in used
    ]
    problems += [
        f"{address} was judged by no check at all"
        for address in unseen(stack.resources, found)
        if framework == "terraform_plan" or not address.startswith(_JUDGED_IN_PLANS_ONLY)
    ]
    return Tally(
        stack=stack.name,
        framework=framework,
        passed=found.passed,
        excepted=tuple(excepted),
        problems=tuple(problems),
    )


def totals(tallies: Iterable[Tally]) -> Mapping[str, tuple[int, int, int]]:
    """Return passed, failed and excepted by framework."""
    sums: dict[str, tuple[int, int, int]] = {}
    for tally in tallies:
        passed, failed, excepted = sums.get(tally.framework, (0, 0, 0))
        sums[tally.framework] = (
            passed + tally.passed,
            failed + len(tally.problems),
            excepted + len(tally.excepted),
        )
    return sums


def _addresses(resources: Iterable[str]) -> dict[str, str]:
    return {address.split(".")[-1]: address for address in resources}
