"""What a plan marks as sensitive. Marks have the shape of the value, with true where it is."""

from collections.abc import Mapping
from typing import Any


def any_marked(mark: object) -> bool:
    """Tell whether *mark*, of whatever shape, marks anything."""
    if isinstance(mark, Mapping):
        return any(any_marked(inner) for inner in mark.values())
    if isinstance(mark, list):
        return any(any_marked(inner) for inner in mark)
    return mark is True


def secrets_of(plan: Mapping[str, Any]) -> set[str]:
    """Return every string in *plan* that is marked sensitive: in resources, outputs and variables."""
    found: set[str] = set()
    for resource in plan.get("resource_changes", []):
        change = resource["change"]
        found |= _marked(change.get("before"), change.get("before_sensitive"))
        found |= _marked(change.get("after"), change.get("after_sensitive"))
    for output in plan.get("output_changes", {}).values():
        found |= _marked(output.get("before"), output.get("before_sensitive"))
        found |= _marked(output.get("after"), output.get("after_sensitive"))
    declared = plan.get("configuration", {}).get("root_module", {}).get("variables", {})
    for name, variable in plan.get("variables", {}).items():
        found |= _marked(variable.get("value"), declared.get(name, {}).get("sensitive"))
    return found


def _marked(value: object, mark: object) -> set[str]:
    """Return the strings in *value* that *mark*, of the same shape, says are sensitive."""
    if mark is True:
        return _strings(value)
    if isinstance(mark, Mapping) and isinstance(value, Mapping):
        return {text for key, inner in mark.items() for text in _marked(value.get(key), inner)}
    if isinstance(mark, list) and isinstance(value, list):
        return {text for item, inner in zip(value, mark, strict=False) for text in _marked(item, inner)}
    return set()


def _strings(value: object) -> set[str]:
    if isinstance(value, Mapping):
        return {text for inner in value.values() for text in _strings(inner)}
    if isinstance(value, list):
        return {text for inner in value for text in _strings(inner)}
    if value is None or isinstance(value, bool) or value == "":
        return set()
    return {str(value)}
