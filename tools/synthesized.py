"""What was synthesized, as resources that refer to each other, across stacks too.

For tools that show the stacks: they read the same JSON that Terraform applies, so that a picture can't say anything
else than what is deployed.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from tools import toolchain

_EXPRESSION = re.compile(r"\$\{(.*?)\}", re.DOTALL)
_REMOTE = re.compile(r"data\.terraform_remote_state\.[\w-]+\.outputs(?:\.|\[\\?\")([\w-]+)")
_ADDRESS = re.compile(r"\b((?:aws|tfe)_[a-z0-9_]+)\.([A-Za-z0-9_-]+)")
_DATA_ADDRESS = re.compile(r"data\.(?:aws|tfe)_[a-z0-9_]+\.[\w-]+")


class SynthesisError(RuntimeError):
    """The stacks can't be read; the message says how to get them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """One resource of one stack.

    Attributes:
        stack: Name of its stack.
        kind: Terraform type.
        label: Name in the Terraform address.
        path: Construct path without the stack.
        values: Its arguments as synthesized.
    """

    stack: str
    kind: str
    label: str
    path: str
    values: dict[str, Any]

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from all others."""
        return (self.stack, self.kind, self.label)

    @property
    def name(self) -> str:
        """What people call it: the first argument that is a plain name, or the construct path."""
        tags = self.values.get("tags")
        named = [
            self.values.get(key)
            for key in ("name", "alarm_name", "bucket", "family", "dashboard_name", "comment", "url")
        ]
        named += [tags.get("Name") if isinstance(tags, dict) else None]
        plain = [text for text in named if isinstance(text, str) and "${" not in text]
        return plain[0] if plain else self.path


class Synthesis:
    """All stacks of a synthesis."""

    def __init__(self, documents: dict[str, dict[str, Any]]) -> None:
        if not documents:
            raise SynthesisError("no stack was synthesized; run `make synth`, and look at its messages")
        self._documents = documents
        self.stacks = tuple(documents)
        self._by_key = {resource.key: resource for resource in self._read()}

    @classmethod
    def load(cls, folder: Path) -> "Synthesis":
        """Return what is in *folder* (``cdktf.out``), each stack after those that it needs.

        Raises:
            SynthesisError: There is none.
        """
        try:
            manifest = json.loads((folder / "manifest.json").read_text())
            order = _in_order({name: stack["dependencies"] for name, stack in manifest["stacks"].items()})
            paths = {name: folder / manifest["stacks"][name]["synthesizedStackPath"] for name in order}
            return cls({name: json.loads(path.read_text()) for name, path in paths.items()})
        except (OSError, ValueError, KeyError) as error:
            raise SynthesisError(f"{folder} holds no synthesis ({error}); run `make synth`") from error

    @classmethod
    def fresh(cls) -> "Synthesis":
        """Synthesize the project into a temporary folder and return it; ``cdktf.out`` is left alone.

        Raises:
            SynthesisError: The synthesis fails.
        """
        with tempfile.TemporaryDirectory() as folder:
            synthesize_into(Path(folder))
            return cls.load(Path(folder))

    def of_environment(self, prefix: str) -> "Synthesis":
        """Return only the stacks whose names start with *prefix* (``edgemind-prod``).

        Raises:
            SynthesisError: There is none.
        """
        chosen = {name: doc for name, doc in self._documents.items() if name.startswith(f"{prefix}-")}
        if not chosen:
            raise SynthesisError(f"no stack of {prefix!r}; there are {', '.join(self.stacks)}")
        return Synthesis(chosen)

    def prefixes(self) -> list[str]:
        """Return the environments' prefixes: what a network stack's name has before its role."""
        return [name.removesuffix("-network") for name in self.stacks if name.endswith("-network")]

    def all(self, *kinds: str) -> list[Resource]:
        """Return the resources of these *kinds*, or all, by stack and construct path."""
        return [resource for resource in self._by_key.values() if not kinds or resource.kind in kinds]

    def document(self, stack: str) -> dict[str, Any]:
        """Return the JSON of one stack."""
        return self._documents[stack]

    def referred(self, resource: Resource, argument: str | None = None) -> list[Resource]:
        """Return what *resource* (or only its *argument*) refers to, in the order of appearance."""
        value = resource.values if argument is None else resource.values.get(argument)
        found: dict[tuple[str, str, str], Resource] = {}
        for other in self._targets(resource.stack, json.dumps(value)):
            if other.key != resource.key:
                found.setdefault(other.key, other)
        return list(found.values())

    def first(self, resource: Resource, argument: str) -> Resource | None:
        """Return the first resource that *argument* refers to."""
        found = self.referred(resource, argument)
        return found[0] if found else None

    def resolve(self, stack: str, text: str) -> str:
        """Return *text* with each reference replaced by what people call the thing."""

        def plain(match: re.Match[str]) -> str:
            found = list(self._targets(stack, match[0]))
            return found[0].name if found else ("ACCOUNT" if "account_id" in match[1] else "…")

        return _EXPRESSION.sub(plain, text)

    @cached_property
    def _outputs(self) -> dict[str, tuple[str, str]]:
        return {
            name: (stack, json.dumps(output.get("value")))
            for stack, document in self._documents.items()
            for name, output in document.get("output", {}).items()
            if name.startswith("cross-stack-output-")
        }

    def _targets(self, stack: str, text: str) -> Iterator[Resource]:
        for match in _EXPRESSION.finditer(text):
            for name in _REMOTE.findall(match[1]):
                if name in self._outputs:
                    yield from self._targets(*self._outputs[name])
            local = _DATA_ADDRESS.sub("", match[1])
            for kind, label in _ADDRESS.findall(local):
                if (found := self._by_key.get((stack, kind, label))) is not None:
                    yield found

    def _read(self) -> Iterator[Resource]:
        for stack, document in self._documents.items():
            found = [
                Resource(
                    stack=stack,
                    kind=kind,
                    label=label,
                    path=values.get("//", {}).get("metadata", {}).get("path", label).removeprefix(f"{stack}/"),
                    values={key: value for key, value in values.items() if key != "//"},
                )
                for kind, items in document.get("resource", {}).items()
                for label, values in items.items()
            ]
            yield from sorted(found, key=lambda resource: (resource.path, resource.kind))


def synthesize_into(folder: Path) -> list[str]:
    """Synthesize the project into *folder* and return the stacks' names, each after those that it needs.

    Raises:
        SynthesisError: The synthesis fails.
    """
    node = str(toolchain.node_home() / "bin" / "node")
    run = subprocess.run(
        [sys.executable, str(toolchain.ROOT / "main.py")],
        cwd=toolchain.ROOT,
        env=os.environ | {"CDKTF_OUTDIR": str(folder), "JSII_NODE": node},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise SynthesisError(f"the synthesis failed:\n{run.stderr}")
    stacks = json.loads((folder / "manifest.json").read_text())["stacks"]
    return _in_order({name: stack["dependencies"] for name, stack in stacks.items()})


def _in_order(needs: dict[str, list[str]]) -> list[str]:
    """Return the keys of *needs*, each after those that it needs, otherwise by name."""
    return list(TopologicalSorter({name: sorted(needs[name]) for name in sorted(needs)}).static_order())
