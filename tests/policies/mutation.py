"""Break one thing in a real plan: an attribute changed or gone, a resource gone or added."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

PLANS = Path(__file__).parent / "plans"
GONE: Any = object()


@cache
def _text(name: str) -> str:
    return (PLANS / f"{name}.json").read_text(encoding="utf-8")


def load(name: str) -> dict[str, Any]:
    """Return a fresh copy of the recorded plan *name*."""
    plan: dict[str, Any] = json.loads(_text(name))
    return plan


def names(prefix: str = "") -> list[str]:
    """Return the names of the recorded plans that start with *prefix*."""
    return sorted(file.stem for file in PLANS.glob(f"{prefix}*.json"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Mutant:
    """One way to break the plan of an applied stack, and the rule that must notice.

    Attributes:
        rule: Id of the rule, as its message starts.
        stack: Whose plan.
        kind: Type of the resource that is broken.
        path: Where, below `change`: keys and indexes with dots; after a `:` inside a JSON document. Empty: the
            resource itself.
        value: What to put there; GONE removes it.
        name: Part of the address, where a type has several resources.
    """

    rule: str
    stack: str
    kind: str
    path: str = ""
    value: Any = field(default=GONE)
    name: str = ""

    def __str__(self) -> str:
        shown = "gone" if self.value is GONE else f"= {json.dumps(self.value)}"
        return f"{self.stack}: {self.kind} {self.path or 'itself'} {shown} → {self.rule}"

    def plan(self) -> dict[str, Any]:
        """Return the broken plan."""
        plan = load(f"applied-{self.stack}")
        if self.path == "added":
            plan["resource_changes"].append(added(self.kind, self.value))
            return plan
        found = [r for r in plan["resource_changes"] if r["type"] == self.kind and self.name in r["address"]]
        if not found:
            raise LookupError(f"{self}: the plan has no such resource")
        if self.path == "":
            for part in (plan["resource_changes"], plan["configuration"]["root_module"]["resources"]):
                part[:] = [r for r in part if r["type"] != self.kind]
            return plan
        put(found[0]["change"], self.path, self.value)
        return plan


def added(kind: str, after: dict[str, Any]) -> dict[str, Any]:
    """Return a resource that a plan would create."""
    change = {"actions": ["create"], "before": None, "after": after, "after_unknown": {"id": True}}
    return {"address": f"{kind}.Added", "mode": "managed", "type": kind, "name": "Added", "change": change}


def put(target: Any, path: str, value: Any) -> None:
    """Set (or remove) what *path* names in *target*, also inside a JSON document."""
    outer, _, inner = path.partition(":")
    if inner:
        *way, last = outer.split(".")
        holder = _walk(target, way)
        document = json.loads(holder[last])
        put(document, inner, value)
        holder[last] = json.dumps(document)
        return
    *way, last = outer.split(".")
    holder = _walk(target, way)
    key: Any = int(last) if isinstance(holder, list) else last
    if isinstance(holder, dict) and key not in holder and value is GONE:
        raise LookupError(f"{path}: nothing there to remove")
    if value is GONE:
        del holder[key]
    else:
        holder[key] = copy.deepcopy(value)


def _walk(target: Any, way: list[str]) -> Any:
    for part in way:
        target = target[int(part) if isinstance(target, list) else part]
    return target


def flips(plan: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every boolean of every resource type in *plan*, turned round, as a plan with that resource only."""
    seen: set[str] = set()
    for resource in plan["resource_changes"]:
        after = resource["change"]["after"]
        if resource["type"] in seen or not isinstance(after, dict):
            continue
        seen.add(resource["type"])
        for path, turn in _booleans(after, "after"):
            broken = copy.deepcopy(resource)
            turn(broken["change"])
            yield f"{resource['type']} {path}", {**plan, "resource_changes": [broken]}


def _booleans(value: Any, path: str) -> Iterator[tuple[str, Callable[[Any], None]]]:
    if isinstance(value, bool):
        yield path, lambda change, path=path, value=value: put(change, path, not value)  # type: ignore[misc]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _booleans(inner, f"{path}.{key}")
