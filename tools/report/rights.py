"""Every role: who may assume it, and what it may do."""

import json
from dataclasses import dataclass
from typing import Any

from tools.synthesized import Resource, Synthesis


@dataclass(frozen=True, kw_only=True, slots=True)
class Right:
    """One statement.

    Attributes:
        sid: What it is for.
        actions: API actions.
        resources: What they apply to, in words where a reference stands.
        condition: Its conditions as JSON, empty without.
    """

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleRights:
    """One role.

    Attributes:
        stack: Its stack.
        name: Its name.
        description: What it is for.
        trusted: Who may assume it.
        rights: What it may do.
        managed: AWS-managed policies attached.
    """

    stack: str
    name: str
    description: str
    trusted: tuple[str, ...]
    rights: tuple[Right, ...]
    managed: tuple[str, ...]


def roles(world: Synthesis) -> list[RoleRights]:
    """Return every role with its rights, by stack and name."""
    inline: dict[tuple[str, str, str], list[Resource]] = {}
    managed: dict[tuple[str, str, str], list[str]] = {}
    for policy in world.all("aws_iam_role_policy", "aws_iam_role_policy_attachment"):
        role = world.first(policy, "role")
        if role is None:
            continue
        if policy.kind == "aws_iam_role_policy":
            inline.setdefault(role.key, []).append(policy)
        else:
            managed.setdefault(role.key, []).append(str(policy.values["policy_arn"]).rpartition("/")[2])
    return [
        RoleRights(
            stack=role.stack,
            name=role.name,
            description=str(role.values.get("description", "")),
            trusted=tuple(_trusted(world, role)),
            rights=tuple(right for policy in inline.get(role.key, []) for right in _rights(world, policy)),
            managed=tuple(managed.get(role.key, [])),
        )
        for role in world.all("aws_iam_role")
    ]


def _trusted(world: Synthesis, role: Resource) -> list[str]:
    found = []
    for statement in json.loads(role.values["assume_role_policy"])["Statement"]:
        principals = statement["Principal"]
        who = ", ".join(world.resolve(role.stack, str(v)) for value in principals.values() for v in _list(value))
        subjects = [
            str(subject)
            for keys in statement.get("Condition", {}).values()
            for key, value in keys.items()
            if key.endswith(":sub")
            for subject in _list(value)
        ]
        found.append(f"{who}: {', '.join(subjects)}" if subjects else who)
    return found


def _rights(world: Synthesis, policy: Resource) -> list[Right]:
    try:
        statements = json.loads(policy.values["policy"])["Statement"]
    except (ValueError, KeyError):  # an expression instead of a document
        text = world.resolve(policy.stack, str(policy.values.get("policy", "")))
        return [Right(sid=policy.name, actions=("see the policy",), resources=(text[:200],), condition="")]
    return [
        Right(
            sid=str(statement.get("Sid", policy.name)),
            actions=tuple(_list(statement["Action"])),
            resources=tuple(world.resolve(policy.stack, resource) for resource in _list(statement["Resource"])),
            condition=world.resolve(policy.stack, json.dumps(statement["Condition"]))
            if "Condition" in statement
            else "",
        )
        for statement in statements
    ]


def _list(value: Any) -> list[str]:  # noqa: ANN401 - IAM writes one or many
    return [value] if isinstance(value, str) else [str(item) for item in value]
