"""What a look at an environment finds."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

State = Literal["ok", "bad", "unknown", "info"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One fact about the environment.

    Attributes:
        section: What was looked at: ``services``, ``alarms``, …
        subject: Which one.
        state: ``ok``; ``bad``; ``unknown`` when the look itself failed; ``info`` when it is neither good nor bad.
        detail: The fact, in words.
        facts: The same for scripts.
    """

    section: str
    subject: str
    state: State
    detail: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the finding as JSON has it."""
        return asdict(self)


def healthy(findings: list[Finding]) -> bool:
    """Tell whether nothing is bad; what could not be looked at is not healthy either."""
    return not any(finding.state in ("bad", "unknown") for finding in findings)
