"""A plan-shaped view of what is synthesized, so that the policies speak before anything is planned.

It shows what we write, not what the provider would add: a value with a reference in it counts as known after apply,
and a default that we leave to the provider is absent. Real plans stay the judge; this is the quick one.
"""

from collections.abc import Mapping
from typing import Any

from tools.cloud.stacks import configuration

_META = frozenset({"//", "provider", "lifecycle", "depends_on", "count", "for_each"})


def as_plan(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the Terraform JSON *document* in the shape of a plan that creates everything."""
    return {
        "format_version": "1.2",
        "variables": {name: {"value": v.get("default")} for name, v in document.get("variable", {}).items()},
        "resource_changes": [
            _creation(kind, name, body)
            for kind, named in document.get("resource", {}).items()
            for name, body in named.items()
        ],
        "configuration": configuration(document),
    }


def _creation(kind: str, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    arguments = {key: value for key, value in body.items() if key not in _META}
    unknown = {key: True for key, value in arguments.items() if isinstance(value, str) and "${" in value}
    after = {key: _listed(value) for key, value in arguments.items() if key not in unknown}
    change = {"actions": ["create"], "before": None, "after": after, "after_unknown": unknown}
    return {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name, "change": change}


def _listed(value: object) -> object:
    """Return *value* with its blocks as a plan has them: lists, also where there can be one only."""
    if isinstance(value, Mapping):
        return [_inner(value)]
    if isinstance(value, list):
        return [_inner(item) for item in value]
    return value


def _inner(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _listed(inner) for key, inner in value.items()}
    return value
