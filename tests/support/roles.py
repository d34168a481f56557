"""Every role of every stack, with what it may do and who may be it, read from the synthesized JSON."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.template import Template

Json = dict[str, Any]


@dataclass(kw_only=True, slots=True)
class Role:
    """A role as Terraform will make it.

    Attributes:
        stack: Name of its stack.
        name: Name in AWS.
        trust: Statements of who may be it.
        statements: Statements of its inline policies.
        managed: ARNs of attached policies.
    """

    stack: str
    name: str
    trust: list[Json]
    statements: list[Json] = field(default_factory=list)
    managed: list[str] = field(default_factory=list)

    def actions(self) -> set[str]:
        """Return every action that an inline policy allows."""
        return {action for statement in self.statements for action in as_list(statement["Action"])}


def roles_of(stacks: Mapping[str, Template]) -> dict[str, Role]:
    """Return the roles of *stacks*, by name."""
    found: dict[str, Role] = {}
    for stack_name, stack in stacks.items():
        resources = stack.document["resource"]
        by_label = {}
        for label, role in resources.get("aws_iam_role", {}).items():
            by_label[label] = found[role["name"]] = Role(
                stack=stack_name, name=role["name"], trust=json.loads(role["assume_role_policy"])["Statement"]
            )
        for policy in resources.get("aws_iam_role_policy", {}).values():
            by_label[_label(policy["role"])].statements += json.loads(policy["policy"])["Statement"]
        for attachment in resources.get("aws_iam_role_policy_attachment", {}).values():
            by_label[_label(attachment["role"])].managed.append(attachment["policy_arn"])
    return found


def policies(stack: Template) -> Iterator[tuple[str, Json]]:
    """Yield (address, document) of every JSON policy in *stack*, whatever resource it is in."""
    for kind, named in stack.document["resource"].items():
        for label, resource in named.items():
            for value in resource.values():
                if isinstance(value, str) and value.startswith("{") and '"Statement"' in value:
                    yield f"{kind}.{label}", json.loads(value)


def as_list(value: str | list[str]) -> list[str]:
    """Return *value* as a list; IAM writes one item without."""
    return [value] if isinstance(value, str) else value


def _label(reference: str) -> str:
    match = re.fullmatch(r"\$\{aws_iam_role\.([\w-]+)\.(?:name|id)\}", reference)
    assert match, f"a role by name, not by reference: {reference}"
    return match[1]
