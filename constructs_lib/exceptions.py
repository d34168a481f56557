"""Exceptions from compliance checks: beside the resource, with a reason, until a date."""

import re
from datetime import date
from typing import Final, Literal

from cdktf import TerraformElement

Framework = Literal["terraform_json", "terraform_plan"]
BOTH: Final[tuple[Framework, ...]] = ("terraform_json", "terraform_plan")
_CHECK = re.compile(r"CKV2?_[A-Z0-9]+_[0-9]+")
_SHORTEST_REASON = 30


def except_from_check(
    resource: TerraformElement, check: str, *, reason: str, expires: date, frameworks: tuple[Framework, ...] = BOTH
) -> None:
    """Excuse *resource*, and no other, from the checkov *check* until *expires*.

    The exception is written into the synthesized JSON under ``//``, which Terraform and checkov both ignore;
    ``python -m tools.compliance`` reads it there. It fails on an exception that is expired, and on one that nothing
    needs any more. No clock in here: whether the date has passed is the wrapper's question, so the same code
    synthesizes to the same JSON every day.

    Args:
        resource: The one resource that fails the check.
        check: The check's id, such as ``CKV_AWS_18``.
        reason: Why following the check would be wrong here; a sentence.
        expires: Last day on which the exception counts; then somebody thinks again.
        frameworks: Where the check fails; both frameworks when omitted. Some checks see only one of them.

    Raises:
        ValueError: No check id, a reason too short to be one, or no framework.
    """
    if not _CHECK.fullmatch(check):
        raise ValueError(f"{resource.node.path}: check={check!r} is no checkov id; use one such as CKV_AWS_18")
    if len(reason) < _SHORTEST_REASON:
        raise ValueError(
            f"{resource.node.path}: the exception from {check} has the reason {reason!r}; "
            f"say in {_SHORTEST_REASON} characters or more why the check is wrong here"
        )
    if not frameworks:
        raise ValueError(f"{resource.node.path}: the exception from {check} names no framework; leave it out for both")
    resource.add_override(
        f"//.exceptions.{check}",
        {"reason": reason, "expires": expires.isoformat(), "frameworks": sorted(frameworks)},
    )
