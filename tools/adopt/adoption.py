"""Find what a killed run left behind, and let Terraform take it into the state by import blocks."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from tools.adopt import kinds
from tools.adopt.aws import Account
from tools.adopt.judgement import objection
from tools.adopt.leftovers import leftovers
from tools.adopt.plan import Change, Plan
from tools.adopt.terraform import AdoptError, Stack

ROUNDS = 12  # as deep as a stack's resources stand on each other


@dataclass(kw_only=True, slots=True)
class Findings:
    """What a look came to.

    Attributes:
        adoptable: import ids by address.
        unclear: why something that may be planned can't be adopted, by address.
        leftover: what carries the stack's tags although neither the state nor the plan knows it.
        checked: whether the plan that was made last imports these and does nothing else.
    """

    adoptable: dict[str, str] = field(default_factory=dict)
    unclear: dict[str, str] = field(default_factory=dict)
    leftover: list[str] = field(default_factory=list)
    checked: bool = False

    @property
    def clear(self) -> bool:
        """Whether nothing needs a person."""
        return not self.unclear and not self.leftover


def look(stack: Stack, account: Callable[[Plan], Account], begun: Collection[str] = ()) -> Findings:
    """Return what can be adopted into *stack*; nothing is changed, in AWS or in the state.

    Only what was *begun* is looked for, where the state names it: that is all that a killed run can leave behind.
    Otherwise every planned creation is, round by round, because what is found makes known what stands on it.
    """
    findings = Findings()
    tried: set[str] = set()
    plan = _plan(stack, findings)
    for _ in range(1 if begun else ROUNDS):
        ready = [change for change in plan.ready() if change.address not in tried]
        if begun:
            ready = [change for change in ready if change.address in begun]
        new = _candidates(ready, account(plan), findings)
        if not new:
            break
        tried |= set(new)
        findings.adoptable |= new
        plan = _plan(stack, findings, alone=bool(begun))
        if not set(new) & set(findings.adoptable):
            break
    findings.leftover = leftovers(account(plan), plan)
    return findings


def adopt(stack: Stack, findings: Findings) -> None:
    """Let Terraform import what was found, and nothing else: the plan that is applied is the one that was checked."""
    if not findings.checked:
        _plan(stack, findings, alone=True)
    if not findings.adoptable:
        raise AdoptError("; ".join(f"{address}: {why}" for address, why in findings.unclear.items()))
    stack.apply()


def _plan(stack: Stack, findings: Findings, *, alone: bool = False) -> Plan:
    """Plan with all that seems adoptable, dropping what Terraform or the judgement refuses, until it holds.

    With *alone*, the plan is made for the imports only, and more than them in it is an error.
    """
    while True:
        targets = findings.adoptable if alone else {}
        outcome = stack.plan(findings.adoptable, only=targets)
        refused = dict(outcome.refused)
        if outcome.plan:
            judged = {address: objection(c, outcome.plan.owner) for address, c in outcome.plan.imported.items()}
            refused = {address: why for address, why in judged.items() if why}
            if not refused:
                findings.checked = bool(targets) and _no_more_than_imports(outcome.plan)
                return outcome.plan
        for address, why in refused.items():
            found = findings.adoptable.pop(address)
            if why:
                findings.unclear[address] = f"{found}: {why}"
        if not findings.adoptable:
            stack.forget()


def _candidates(ready: Iterable[Change], account: Account, findings: Findings) -> dict[str, str]:
    candidates: dict[str, str] = {}
    for change in ready:
        find = kinds.finder(change.kind)
        if find is None:
            findings.unclear[change.address] = "no way to look for this type is known; see tools/adopt/kinds.py"
            continue
        try:
            found = sorted(set(find(account, change.after)))
        except KeyError:
            continue  # what it is recognized by is not known yet
        if len(found) == 1:
            candidates[change.address] = found[0]
        elif found:
            findings.unclear[change.address] = f"it may be any of {', '.join(found)}"
    return candidates


def _no_more_than_imports(plan: Plan) -> bool:
    more = [
        f"{'/'.join(found.actions)} {found.address}"
        for found in plan.changes
        if found.actions not in {("no-op",), ("read",)} and not (found.imports and found.actions == ("update",))
    ]
    if more:
        raise AdoptError(f"importing would also {', '.join(more)}; nothing was done")
    return True
