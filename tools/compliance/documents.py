"""What is to be scanned: the stacks that a manifest lists, the plans made of them, and their exceptions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any


class ComplianceError(RuntimeError):
    """The scan can't be trusted or can't be made; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckException:
    """An exception as ``constructs_lib.exceptions`` wrote it into a stack.

    Attributes:
        stack: Name of the stack.
        address: Terraform address of the resource.
        path: Its construct path, for people.
        check: Id of the check.
        reason: Why.
        expires: Last day on which it counts.
        frameworks: Where the check is expected to fail.
    """

    stack: str
    address: str
    path: str
    check: str
    reason: str
    expires: date
    frameworks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stack:
    """One synthesized stack.

    Attributes:
        name: Its name.
        file: Its Terraform JSON.
        resources: Addresses of its resources.
        exceptions: The exceptions in it.
    """

    name: str
    file: Path
    resources: frozenset[str]
    exceptions: tuple[CheckException, ...]


def read_stacks(out: Path) -> list[Stack]:
    """Return every stack that the manifest in *out* lists.

    Raises:
        ComplianceError: No manifest, no stack in it, or a listed stack whose file is missing or unreadable.
    """
    manifest = read_json(out / "manifest.json")
    listed = manifest.get("stacks")
    if not isinstance(listed, Mapping) or not listed:
        raise ComplianceError(f"{out / 'manifest.json'} lists no stack; synthesize first: make synth")
    return [_read_stack(name, out / entry["synthesizedStackPath"]) for name, entry in sorted(listed.items())]


def read_json(file: Path) -> dict[str, Any]:
    """Return the JSON object in *file*.

    Raises:
        ComplianceError: It is missing or holds anything else.
    """
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ComplianceError(f"{file} can't be read ({error.strerror}); synthesize (or plan) again") from error
    except ValueError as error:
        raise ComplianceError(f"{file} is not JSON ({error}); synthesize (or plan) again") from error
    if not isinstance(document, dict):
        raise ComplianceError(f"{file} holds no JSON object; synthesize (or plan) again")
    return document


def _read_stack(name: str, file: Path) -> Stack:
    blocks = {
        f"{kind}.{block_name}": block
        for kind, named in read_json(file).get("resource", {}).items()
        for block_name, block in named.items()
    }
    return Stack(
        name=name,
        file=file,
        resources=frozenset(blocks),
        exceptions=tuple(
            exception for address, block in blocks.items() for exception in _exceptions(name, address, block)
        ),
    )


def _exceptions(stack: str, address: str, block: Mapping[str, Any]) -> list[CheckException]:
    comment = block.get("//", {})
    return [
        CheckException(
            stack=stack,
            address=address,
            path=comment.get("metadata", {}).get("path", address),
            check=check,
            reason=entry["reason"],
            expires=date.fromisoformat(entry["expires"]),
            frameworks=tuple(entry["frameworks"]),
        )
        for check, entry in comment.get("exceptions", {}).items()
    ]
