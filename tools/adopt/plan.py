"""What a plan says, reduced to what adoption needs: the creations, what each stands on, and the imports."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
_LOCAL = re.compile(r"\b(aws_[a-z0-9_]+\.[A-Za-z0-9_-]+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What a plan wants to do with one resource.

    Attributes:
        address: Terraform's address.
        kind: its type.
        actions: ``create``, ``update``, ``delete``, ``no-op``.
        before: its values now; empty for a creation.
        after: its values as planned; what only the apply can know is missing.
        imports: the id that it is imported by, if it is.
    """

    address: str
    kind: str
    actions: tuple[str, ...]
    before: Json
    after: Json
    imports: str | None = None


class Plan:
    """The JSON of ``terraform show -json PLAN``."""

    def __init__(self, document: Json) -> None:
        self.changes = [_change(found) for found in document.get("resource_changes", []) if found["mode"] == "managed"]
        self._configuration = document.get("configuration", {})
        self._prior = document.get("prior_state", {}).get("values", {}).get("root_module", {}).get("resources", [])

    @property
    def creations(self) -> dict[str, Change]:
        """What is planned to be made and isn't a replacement, by address."""
        return {found.address: found for found in self.changes if found.actions == ("create",)}

    @property
    def imported(self) -> dict[str, Change]:
        """What import blocks bring in, by address."""
        return {found.address: found for found in self.changes if found.imports}

    @property
    def known(self) -> set[str]:
        """The ids and ARNs of everything that the state holds or an import brings in."""
        values = [found["values"] for found in self._prior] + [found.before for found in self.imported.values()]
        return {str(value[key]) for value in values for key in ("id", "arn") if value.get(key)}

    @property
    def owner(self) -> dict[str, str]:
        """The tags that every resource of the stack carries: the provider's default tags."""
        provider = self._configuration.get("provider_config", {}).get("aws", {}).get("expressions", {})
        tags: dict[str, str] = {}
        for found in provider.get("default_tags", []):
            tags |= found.get("tags", {}).get("constant_value", {})
        return tags

    @property
    def region(self) -> str | None:
        """The region of the provider."""
        provider = self._configuration.get("provider_config", {}).get("aws", {}).get("expressions", {})
        region: str | None = provider.get("region", {}).get("constant_value")
        return region

    def ready(self) -> list[Change]:
        """Return the creations that stand on nothing that is itself still to be made.

        Terraform starts nothing else: what a killed run left behind is among these.
        """
        creations = self.creations
        needs = dict(self._needs())
        return [found for address, found in creations.items() if not needs.get(address, set()) & set(creations)]

    def _needs(self) -> Iterator[tuple[str, set[str]]]:
        for found in self._configuration.get("root_module", {}).get("resources", []):
            references = json.dumps([*_references(found.get("expressions", {})), *found.get("depends_on", [])])
            yield found["address"], set(_LOCAL.findall(references.replace("data.aws_", "data_"))) - {found["address"]}


def _change(found: Json) -> Change:
    change = found["change"]
    return Change(
        address=found["address"],
        kind=found["type"],
        actions=tuple(change["actions"]),
        before=change.get("before") or {},
        after=change.get("after") or {},
        imports=(change.get("importing") or {}).get("id"),
    )


def _references(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "references" and isinstance(inner, list):
                yield from inner
            else:
                yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
