"""The synthesized stacks: their order, which ones a change affects, and their configuration as a plan has it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

_REFERENCE = re.compile(r"\b((?:data\.)?[a-z][a-z0-9_]*\.[A-Za-z][\w-]*)((?:\.[\w-]+|\[[^\]]*\])*)")
_PLAIN = frozenset({"//", "provider", "lifecycle", "depends_on", "count", "for_each"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Synthesized:
    """One stack in cdktf's output directory.

    Attributes:
        name: The stack.
        folder: Where Terraform runs.
        document: Its Terraform JSON.
        reads: Stacks that it depends on.
    """

    name: str
    folder: Path
    document: Mapping[str, Any]
    reads: tuple[str, ...]


def in_order(outdir: Path, *, environment: str) -> list[Synthesized]:
    """Return the stacks of *environment* in *outdir*, each after those that it reads."""
    manifest = json.loads((outdir / "manifest.json").read_text("utf-8"))["stacks"]
    found = {
        name: Synthesized(
            name=name,
            folder=outdir / stack["workingDirectory"],
            document=json.loads((outdir / stack["synthesizedStackPath"]).read_text("utf-8")),
            reads=tuple(stack["dependencies"]),
        )
        for name, stack in manifest.items()
        if name.split("-")[1] == environment
    }
    order = TopologicalSorter({name: stack.reads for name, stack in sorted(found.items())}).static_order()
    return [found[name] for name in order if name in found]


def affected(stacks: list[Synthesized], base: list[Synthesized]) -> list[Synthesized]:
    """Return those of *stacks* that differ from *base*, and those that read one of them."""
    before = {stack.name: stack.document for stack in base}
    names: set[str] = set()
    for stack in stacks:
        if stack.document != before.get(stack.name) or names & set(stack.reads):
            names.add(stack.name)
    return [stack for stack in stacks if stack.name in names]


def configuration(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of a plan that says what refers to what, made from a stack's Terraform JSON.

    Terraform Cloud gives a plan's full JSON to administrators of a workspace only, and this part of it to nobody
    else; but we wrote it ourselves.
    """
    resources = [
        {
            "address": f"{kind}.{name}",
            "mode": "managed",
            "type": kind,
            "expressions": {
                key: {"references": sorted(set(_references(value)))} for key, value in body.items() if key not in _PLAIN
            },
        }
        for kind, named in document.get("resource", {}).items()
        for name, body in named.items()
    ]
    return {"provider_config": _providers(document), "root_module": {"resources": resources}}


def _providers(document: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, blocks in document.get("provider", {}).items():
        for block in blocks:
            key = f"{name}.{block['alias']}" if "alias" in block else name
            tags = block.get("default_tags", [])
            expressions: dict[str, Any] = {"default_tags": [{"tags": {"constant_value": tag["tags"]}} for tag in tags]}
            if "region" in block:
                expressions["region"] = {"constant_value": block["region"]}
            source = document["terraform"]["required_providers"][name]["source"]
            full = source if "/" in source else f"hashicorp/{source}"
            found[key] = {"full_name": f"registry.terraform.io/{full}", "expressions": expressions}
    return found


def _references(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
    elif isinstance(value, str):
        for template in re.findall(r"\$\{([^}]*)\}", value):
            for match in _REFERENCE.finditer(template):
                yield match[1]
                yield match[1] + match[2]
