"""What a stack synthesizes to, asked in the words of a test."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from cdktf import App, TerraformStack, Testing

from constructs_lib.account import AwsAccount

Factory = Callable[[TerraformStack], object]


class Template:
    """The Terraform JSON of one stack; resources are found by type, never by their hashed id."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document

    @classmethod
    def of(cls, stack: TerraformStack) -> "Template":
        """Synthesize *stack* without the checks of `app.synth()`; references to other stacks dangle."""
        return cls(json.loads(Testing.synth(stack)))

    @classmethod
    def build(cls, factory: Factory, *, region: str = "us-east-1") -> "Template":
        """Synthesize what *factory* makes in a new stack that has an account."""
        stack = new_stack(region=region)
        factory(stack)
        return cls.of(stack)

    def resources(self, kind: str) -> list[dict[str, Any]]:
        """Return all resources of type *kind*, in the order of their names."""
        return _blocks(self.document, "resource", kind)

    def data(self, kind: str) -> list[dict[str, Any]]:
        """Return all data sources of type *kind*."""
        return _blocks(self.document, "data", kind)

    def ephemeral(self, kind: str) -> list[dict[str, Any]]:
        """Return all ephemeral resources of type *kind*."""
        return _blocks(self.document, "ephemeral", kind)

    def kinds(self) -> set[str]:
        """Return the types of all resources."""
        return set(self.document.get("resource", {}))

    def only(self, kind: str, **attributes: Any) -> dict[str, Any]:
        """Return the one resource of type *kind* (with these *attributes*, if any are given)."""
        found = [item for item in self.resources(kind) if contains(item, attributes)]
        assert len(found) == 1, f"{len(found)} resources of type {kind} with {attributes}, expected one"
        return found[0]

    def has(self, kind: str, subset: Mapping[str, Any]) -> bool:
        """Tell whether a resource of type *kind* has all that *subset* has, at any depth."""
        return any(contains(item, subset) for item in self.resources(kind))

    def address(self, kind: str, **attributes: Any) -> str:
        """Return the Terraform address of the one resource that :meth:`only` would return."""
        wanted = self.only(kind, **attributes)
        names = [name for name, item in self.document["resource"][kind].items() if item is wanted]
        return f"{kind}.{names[0]}"

    def policy(self, kind: str, attribute: str = "policy", **attributes: Any) -> dict[str, Any]:
        """Return the parsed policy document of the one resource of type *kind*."""
        return parsed(self.only(kind, **attributes)[attribute])

    def text(self) -> str:
        """Return the whole document as text, for tests that search it."""
        return json.dumps(self.document, indent=1, sort_keys=True)


def new_stack(name: str = "test", *, region: str = "us-east-1") -> TerraformStack:
    """Return an empty stack with an account, in an app of its own."""
    stack = TerraformStack(App(), name)
    AwsAccount(stack, region=region)
    return stack


def parsed(text: str) -> dict[str, Any]:
    """Return the JSON object in *text*."""
    document = json.loads(text)
    assert isinstance(document, dict), f"not a JSON object: {text!r}"
    return document


def contains(actual: Any, subset: Any) -> bool:
    """Tell whether *actual* has all that *subset* has: mappings by key, lists element by element."""
    if isinstance(subset, Mapping):
        return isinstance(actual, Mapping) and all(
            key in actual and contains(actual[key], value) for key, value in subset.items()
        )
    if isinstance(subset, list):
        return isinstance(actual, list) and len(actual) == len(subset) and all(map(contains, actual, subset))
    return bool(actual == subset)


def _blocks(document: Mapping[str, Any], block: str, kind: str) -> list[dict[str, Any]]:
    return list(document.get(block, {}).get(kind, {}).values())
