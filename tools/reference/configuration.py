"""``docs/configuration.md``: every key of an environment's file, from the model that checks it."""

import json
import re
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from stacks.environment import Environment
from stacks.environment_files import load_environment

# examples for keys that production leaves alone
_EXAMPLES: Final[dict[str, Any]] = {
    "network.vpc_id": "vpc-0123456789abcdef0",
    "network.private_subnet_ids": ["subnet-0123456789abcdef0", "subnet-0fedcba9876543210"],
    "network.interface_endpoints": ["ecr.api", "ecr.dkr", "logs", "secretsmanager"],
    "backend.environment": {"LOG_LEVEL": "info"},
    "frontend.content_security_policy": {"img-src": ["https://images.example.com"]},
    "github.owner_id": 1234567,
    "github.repository_id": 7654321,
    "alarms.emails": ["ops@example.com"],
    "terraform_cloud.organization": "example",
    "terraform_cloud.hostname": "app.terraform.io",
    "terraform_cloud.project": "edgemind",
}


def page(production: Path) -> str:
    """Return the page; *production* is the file that examples come from."""
    example = load_environment(production).model_dump(mode="json")
    lines = [
        "# Configuration",
        "",
        "<!-- Written by `python -m tools.reference` from stacks/environment.py. Edit the model, not this page. -->",
        "",
        "One file an environment: `environments/NAME.toml`. Everything that differs between environments is in it, and",
        "nothing else is configured anywhere. A file is read strictly: an unknown key, a value of another type or one",
        "that AWS would refuse stops the synthesis within a tenth of a second, with key, value, what is allowed and",
        "the fix.",
        "",
        "A new environment is a new file: copy `environments/prod.toml`, change `name` to the file's name, give it its",
        "own `secret_prefix`, `private_namespace`, domain and address range (two environments that would collide are",
        "refused), and open a pull request.",
        "",
        "Required keys have no default. Examples are production's own values where production sets the key.",
        "",
    ]
    for path, model, optional in _tables(Environment, ""):
        lines += _section(path, model, example, optional=optional)
    return "\n".join(lines).rstrip() + "\n"


def _tables(
    model: type[BaseModel], path: str, *, optional: bool = False
) -> Iterator[tuple[str, type[BaseModel], bool]]:
    yield path, model, optional
    for name, field in model.model_fields.items():
        inner = _table_of(field.annotation)
        if inner:
            yield from _tables(inner, f"{path}.{name}" if path else name, optional=not field.is_required())


def _section(path: str, model: type[BaseModel], example: dict[str, Any], *, optional: bool) -> list[str]:
    about = " ".join((model.__doc__ or "").split("\n\n")[0].split())
    title = f"## `[{path}]`" if path else "## The file itself"
    lines = [title, "", _plain(about) + (" The whole table can be left out." if optional and path else ""), ""]
    lines += ["| Key | Type | Default | Example | Meaning |", "| --- | --- | --- | --- | --- |"]
    tables = []
    for name, field in model.model_fields.items():
        key = f"{path}.{name}" if path else name
        if _table_of(field.annotation):
            tables.append(f"[`[{key}]`](#{re.sub(r'[^a-z0-9_]', '', key)})")
            continue
        cells = [
            f"`{name}`",
            _type(field),
            _default(field),
            f"`{_toml(example_of(key, field, example))}`",
            _meaning(field),
        ]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    if tables:
        lines += ["", f"Tables in it: {', '.join(tables)}."]
    return [*lines, ""]


def example_of(key: str, field: FieldInfo, example: dict[str, Any]) -> Any:  # noqa: ANN401 - any value of TOML
    """Return a valid example of *key*: the model's own, ours, production's, or the default."""
    if field.examples:
        return field.examples[0]
    if key in _EXAMPLES:
        return _EXAMPLES[key]
    value: Any = example
    for part in key.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if value not in (None, [], {}):
        return value
    if not field.is_required() and field.default not in (None, ()):
        return field.default
    raise LookupError(f"configuration key {key} has no example; give its Field examples=[…]")


def _table_of(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - a type expression
    candidates = [annotation, *typing.get_args(annotation)]
    found = [c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)]
    return found[0] if found else None


def _type(field: FieldInfo) -> str:
    return _words(field.annotation) + _limits(field)


def _words(annotation: Any) -> str:  # noqa: ANN401 - a type expression
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _words(inner[0])
    if origin in (typing.Union, types.UnionType):
        return _words(next(part for part in inner if part is not type(None)))
    if origin is Literal:
        return "one of " + ", ".join(f"`{_toml(value)}`" for value in inner)
    if origin is tuple:
        return f"list of {_words(inner[0])}s"
    if origin is dict:
        return f"table of {_words(inner[1])}s"
    names = {str: "string", int: "integer", bool: "true or false", float: "number"}
    return names.get(annotation, str(annotation))


def _limits(field: FieldInfo) -> str:
    least = [m.ge for m in field.metadata if isinstance(m, annotated_types.Ge)]
    most = [m.le for m in field.metadata if isinstance(m, annotated_types.Le)]
    if least and most:
        return f", {least[0]} to {most[0]}"
    return f", {least[0]} or more" if least else ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "*required*"
    value = field.get_default(call_default_factory=True)
    return "none" if value is None else f"`{_toml(value)}`"


def _meaning(field: FieldInfo) -> str:
    return _plain(field.description or "")


def _plain(text: str) -> str:
    return text.replace("``", "`")


def _toml(value: Any) -> str:  # noqa: ANN401 - any value of TOML
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + " }" if value else "{}"
    return json.dumps(value)
