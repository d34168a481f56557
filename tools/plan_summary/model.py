"""What a plan would change, as values: no text, no secrets shown yet."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tools.plan_summary.sensitive import any_marked, secrets_of

# Replaced or destroyed, these lose what people put in; the policy data_protection has the same list
HOLDS_DATA = frozenset(
    {
        "aws_backup_vault",
        "aws_cloudwatch_log_group",
        "aws_db_instance",
        "aws_dynamodb_table",
        "aws_ecr_repository",
        "aws_efs_access_point",
        "aws_efs_file_system",
        "aws_kms_key",
        "aws_rds_cluster",
        "aws_route53_zone",
        "aws_s3_bucket",
        "aws_secretsmanager_secret",
        "aws_ssm_parameter",
    }
)


# Replaced by design whenever they change: a new revision, a new trigger
ROUTINE = frozenset({"aws_ecs_task_definition", "terraform_data"})
_NAMED_SECRET = re.compile(r"PASSW|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|CREDENTIAL", re.IGNORECASE)


class Action(StrEnum):
    """What happens to a resource, in the words of the comment."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DESTROY = "destroy"
    FORGET = "forget"


DANGEROUS = (Action.REPLACE, Action.DESTROY, Action.FORGET)


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribute:
    """One attribute that differs.

    Attributes:
        name: Its name; inside of a JSON document a dotted path.
        before: Its value now.
        after: Its value then.
        known: Whether the value then is known before the apply.
        sensitive: Whether any part of either value is marked sensitive, or named like a secret.
    """

    name: str
    before: object
    after: object
    known: bool
    sensitive: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What happens to one resource.

    Attributes:
        address: Its address.
        kind: Its type.
        action: What happens.
        forced_by: Attributes that force a replacement, as dotted paths.
        reason: Terraform's reason, in its own words; empty when it gave none.
        attributes: What differs, of an update or a replacement.
    """

    address: str
    kind: str
    action: Action
    forced_by: tuple[str, ...] = ()
    reason: str = ""
    attributes: tuple[Attribute, ...] = ()

    @property
    def holds_data(self) -> bool:
        """Whether what goes holds data."""
        return self.kind in HOLDS_DATA

    @property
    def dangerous(self) -> bool:
        """Whether a person should look: something goes, and not only to come back as its own next revision."""
        return self.action in DANGEROUS and not (self.action == Action.REPLACE and self.kind in ROUTINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class StackPlan:
    """What happens to one stack.

    Attributes:
        name: The stack.
        changes: What happens, resource by resource; nothing when nothing does.
        outputs: Names of the outputs that change.
        secrets: Every string in the plan that is marked sensitive.
    """

    name: str
    changes: tuple[Change, ...]
    outputs: tuple[str, ...]
    secrets: frozenset[str]

    def count(self, action: Action) -> int:
        """Return how many resources *action* happens to."""
        return sum(change.action == action for change in self.changes)


def read_plan(name: str, plan: Mapping[str, Any]) -> StackPlan:
    """Return what the plan JSON *plan* does to the stack *name*.

    Raises:
        ValueError: It is no plan.
    """
    if not isinstance(plan, Mapping) or "format_version" not in plan:
        raise ValueError("is not what `terraform show -json` prints for a plan")
    resources = [r for r in plan.get("resource_changes", []) if r.get("mode") == "managed"]
    changes = [change for resource in resources if (change := _change(resource))]
    outputs = plan.get("output_changes", {})
    return StackPlan(
        name=name,
        changes=tuple(changes),
        outputs=tuple(name for name, output in outputs.items() if _for_people(name) and output["actions"] != ["no-op"]),
        secrets=frozenset(secrets_of(plan)),
    )


def _for_people(output: str) -> bool:
    return not output.startswith("cross-stack-output-")


def _change(resource: Mapping[str, Any]) -> Change | None:
    change = resource["change"]
    action = _action(change["actions"])
    if action is None:
        return None
    differs = action in (Action.UPDATE, Action.REPLACE)
    return Change(
        address=resource["address"],
        kind=resource["type"],
        action=action,
        forced_by=tuple(".".join(str(part) for part in path) for path in change.get("replace_paths", [])),
        reason=resource.get("action_reason", "").replace("_", " "),
        attributes=tuple(_attributes(change)) if differs else (),
    )


def _action(actions: Sequence[str]) -> Action | None:
    if "delete" in actions and "create" in actions:
        return Action.REPLACE
    for word, action in (
        ("create", Action.CREATE),
        ("update", Action.UPDATE),
        ("delete", Action.DESTROY),
        ("forget", Action.FORGET),
    ):
        if word in actions:
            return action
    return None


def _attributes(change: Mapping[str, Any]) -> list[Attribute]:
    before, after = change.get("before") or {}, change.get("after") or {}
    unknown = change.get("after_unknown") or {}
    marks = (change.get("before_sensitive"), change.get("after_sensitive"))
    found = []
    for name in sorted({*before, *after, *unknown}):
        will_be_known = not any_marked(unknown.get(name))
        if will_be_known and _solid(before.get(name)) == _solid(after.get(name)):
            continue
        marked = any(mark is True or (isinstance(mark, Mapping) and any_marked(mark.get(name))) for mark in marks)
        found += _leaves(
            Attribute(
                name=name,
                before=before.get(name),
                after=after.get(name),
                known=will_be_known,
                sensitive=marked or bool(_NAMED_SECRET.search(name)),
            )
        )
    return found


def _solid(value: object) -> object:
    """Return None for what is empty: AWS says "" or [] where Terraform says nothing."""
    return None if value in ("", [], {}) else value


def _leaves(attribute: Attribute) -> list[Attribute]:
    """Return what differs inside of a JSON document, or *attribute* itself where there is none."""
    before, after = (_document(value) for value in (attribute.before, attribute.after))
    if attribute.sensitive or not attribute.known or before is None or after is None:
        return [attribute]
    return [
        Attribute(
            name=path, before=old, after=new, known=True, sensitive=bool(_NAMED_SECRET.search(f"{path} {old} {new}"))
        )
        for path, old, new in _differences(before, after, attribute.name)
    ]


def _document(value: object) -> object | None:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            document: object = json.loads(value)
        except ValueError:
            return None
        return document
    return None


def _differences(before: object, after: object, path: str) -> Iterator[tuple[str, object, object]]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}):
            yield from _differences(before.get(key), after.get(key), f"{path}.{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _differences(old, new, f"{path}.{number}")
    elif before != after:
        yield path, before, after
