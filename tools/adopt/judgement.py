"""Whether what was found in AWS is the resource that the plan wants to make, judged on Terraform's own import plan."""

from collections.abc import Mapping
from typing import Any

from tools.adopt.plan import Change

# these are made first and tagged later; their finder has compared what they hold
TAGGED_LATER = frozenset({"aws_route53_zone", "aws_s3_bucket"})
# what each of these is to Terraform alone: AWS holds no such thing, so an import can't know it
TERRAFORM_ONLY = frozenset({"force_destroy", "publish", "skip_destroy", "allow_overwrite", "timeouts", "tags"})


def objection(change: Change, owner: Mapping[str, str]) -> str | None:
    """Return why the import of *change* must not happen, None when nothing speaks against it.

    Only what carries all of the stack's default tags is adopted; what can't carry tags must already be as planned.
    What Terraform would replace or delete is never adopted.
    """
    if set(change.actions) - {"no-op", "update", "create"} or "create" in change.actions:
        return f"Terraform would replace it: {', '.join(differences(change)) or 'it says no more'}"
    if change.kind == "aws_security_group" and any(map(_is_default_rule, change.before.get("egress") or ())):
        return "AWS's own rule, open to everywhere, is still in it; delete this group, nothing is in it yet"
    if "tags_all" in change.before:
        tags = change.before["tags_all"] or {}
        if not tags and change.kind in TAGGED_LATER:
            return None
        missing = [f"{key}={value}" for key, value in owner.items() if tags.get(key) != value]
        return f"it lacks this stack's tags {', '.join(missing)}" if missing else None
    different = differences(change)
    return f"it can't carry tags and differs from the plan: {', '.join(different)}" if different else None


def _is_default_rule(rule: Mapping[str, Any]) -> bool:
    """Say whether *rule* is what AWS puts into a new group and the provider takes out; ours all have descriptions."""
    return rule["protocol"] == "-1" and "0.0.0.0/0" in rule["cidr_blocks"] and not rule["description"]


def differences(change: Change) -> list[str]:
    """Return the arguments that have one value in AWS and another one in the plan."""
    return sorted(
        key
        for key, planned in change.after.items()
        if key not in TERRAFORM_ONLY and change.before.get(key) not in (None, [], {}, "", planned)
    )
