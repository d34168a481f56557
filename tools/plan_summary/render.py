"""The comment: what matters first, and never longer than GitHub takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tools.plan_summary.model import Action, Attribute, Change, StackPlan
from tools.plan_summary.text import SENSITIVE, Redactor, code, plain, shown

MARKER = "<!-- plan-summary -->"
LIMIT = 65_536
_RESERVE = 400  # for the sentence that says what was left out, and closing tags
_MOST_REPORT = 4_000
_MOST_ATTRIBUTES = 8
_MOST_DANGERS = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """All that the comment says.

    Attributes:
        plans: The stacks' plans, in the order of deployment.
        missing: Stacks that could not be planned, with the reason.
        findings: What policies hold against each stack, by stack and policy; empty when they were not run.
        runs: Address of each stack's run.
        checkov: checkov's verdict, as printed; empty when it was not run.
        checkov_passed: Whether it passed.
    """

    plans: Sequence[StackPlan]
    missing: Mapping[str, str] = field(default_factory=dict)
    findings: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    runs: Mapping[str, str] = field(default_factory=dict)
    checkov: str = ""
    checkov_passed: bool = True


class Page:
    """Lines up to a limit, in UTF-8 bytes, which are never fewer than GitHub counts."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._left = limit - _RESERVE
        self._lines: list[str] = []
        self.left_out = 0

    def add(self, *lines: str) -> bool:
        """Add *lines* if all of them fit; tell whether they did."""
        size = sum(len(line.encode()) + 1 for line in lines)
        if size > self._left:
            self.left_out += 1
            return False
        self._left -= size
        self._lines += lines
        return True

    def close(self, *lines: str) -> None:
        """Add *lines* that end what was begun, from the reserve."""
        self._lines += lines

    def text(self) -> str:
        """Return the page, with a sentence about what didn't fit."""
        more = f"\n{self.left_out} more lines did not fit; the runs have them all." if self.left_out else ""
        return "\n".join(self._lines) + more + "\n"


def render(report: Report, *, limit: int = LIMIT) -> str:
    """Return the comment for *report*, in Markdown."""
    redact = Redactor(secret for plan in report.plans for secret in plan.secrets)
    page = Page(limit)
    page.add(MARKER, f"## {_headline(report)}", "")
    _add_dangers(page, report, redact)
    _add_table(page, report)
    _add_missing(page, report, redact)
    _add_findings(page, report, redact)
    _add_checkov(page, report, redact)
    for plan in report.plans:
        _add_details(page, plan, redact)
    return page.text()


def _headline(report: Report) -> str:
    counts = {action: sum(plan.count(action) for plan in report.plans) for action in Action}
    said = [f"{count} to {action}" for action, count in counts.items() if count]
    headline = f"Plan: {', '.join(said)}" if said else "Plan: no changes"
    if report.missing:
        headline += f"; {len(report.missing)} of {len(report.plans) + len(report.missing)} stacks not planned"
    return headline


def _add_dangers(page: Page, report: Report, redact: Redactor) -> None:
    dangers = [(plan, change) for plan in report.plans for change in plan.changes if change.dangerous]
    if not dangers:
        return
    page.add("### Look at these first", "")
    dangers.sort(key=lambda pair: not pair[1].holds_data)
    for plan, change in dangers[:_MOST_DANGERS]:
        page.add(f"- {_danger(plan, change, redact)}")
    if len(dangers) > _MOST_DANGERS:
        page.add(f"- and {len(dangers) - _MOST_DANGERS} more, below")
    page.add("")


def _danger(plan: StackPlan, change: Change, redact: Redactor) -> str:
    words = [f"**{change.action}** {code(redact(change.address))} in {code(plan.name)}"]
    if change.forced_by:
        forced = [_forcing(change, path, redact) for path in change.forced_by]
        words.append(f"forced by {', '.join(forced)}")
    elif change.reason:
        words.append(plain(change.reason))
    if change.holds_data:
        words.append("**holds data**")
    return "; ".join(words)


def _forcing(change: Change, path: str, redact: Redactor) -> str:
    attribute = next((a for a in change.attributes if path.startswith(a.name)), None)
    if attribute is None or "." in path:
        return code(path)
    return f"{code(path)} ({_difference(attribute, redact)})"


def _add_table(page: Page, report: Report) -> None:
    page.add(
        "| Stack | Create | Update | Replace | Destroy | Policies | Run |",
        "| --- | --: | --: | --: | --: | --- | --- |",
    )
    for plan in report.plans:
        counts = [plan.count(action) for action in (Action.CREATE, Action.UPDATE, Action.REPLACE)]
        gone = plan.count(Action.DESTROY) + plan.count(Action.FORGET)
        numbers = " | ".join(str(count) if count else "" for count in (*counts, gone))
        page.add(f"| {code(plan.name)} | {numbers} | {_verdict(report, plan.name)} | {_run(report, plan.name)} |")
    for name in report.missing:
        page.add(f"| {code(name)} | | | | | not planned | {_run(report, name)} |")
    page.add("")


def _verdict(report: Report, stack: str) -> str:
    if stack not in report.findings:
        return "not run"
    count = sum(len(sentences) for sentences in report.findings[stack].values())
    return f"**{count} refused**" if count else "passed"


def _run(report: Report, stack: str) -> str:
    address = report.runs.get(stack, "")
    return f"[run]({address})" if address.startswith("https://") and not set(address) & set(" ()<>|`\n") else ""


def _add_missing(page: Page, report: Report, redact: Redactor) -> None:
    for name, reason in report.missing.items():
        page.add(f"**{code(name)} could not be planned:** {plain(redact(reason))[:1000]}", "")


def _add_findings(page: Page, report: Report, redact: Redactor) -> None:
    refused = [
        f"- {code(stack)}: {plain(redact(sentence))}"
        for stack, policies in report.findings.items()
        for sentences in policies.values()
        for sentence in sentences
    ]
    if refused:
        page.add("### Refused by policy", "")
        for line in refused:
            page.add(line)
        page.add("")


def _add_checkov(page: Page, report: Report, redact: Redactor) -> None:
    if not report.checkov:
        return
    verdict = "passed" if report.checkov_passed else "**failed**"
    text = redact(report.checkov).replace("```", "'''").strip()[-_MOST_REPORT:]
    page.add(
        f"<details><summary>checkov: {verdict}</summary>",
        "",
        "```text",
        *text.splitlines(),
        "```",
        "",
        "</details>",
        "",
    )


def _add_details(page: Page, plan: StackPlan, redact: Redactor) -> None:
    if not plan.changes and not plan.outputs:
        return
    opened = page.add(f"<details><summary>{code(plan.name)}: every change</summary>".replace("`", ""), "")
    if not opened:
        return
    for change in plan.changes:
        page.add(f"- {change.action} {code(redact(change.address))}{_differences(change, redact)}")
    if plan.outputs:
        page.add("", f"Outputs that change: {', '.join(code(name) for name in plan.outputs)}")
    page.close("", "</details>", "")


def _differences(change: Change, redact: Redactor) -> str:
    telling = [a for a in change.attributes if a.known or change.action == Action.UPDATE]
    said = [f"{code(redact(a.name))} {_difference(a, redact)}" for a in telling[:_MOST_ATTRIBUTES]]
    if rest := len(telling) - len(said):
        said.append(f"{rest} more")
    return f": {', '.join(said)}" if said else ""


def _difference(attribute: Attribute, redact: Redactor) -> str:
    if attribute.sensitive:
        return SENSITIVE
    after = shown(attribute.after, redact) if attribute.known else "(known after apply)"
    return f"{shown(attribute.before, redact)} → {after}"
