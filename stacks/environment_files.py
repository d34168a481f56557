"""Reads the environment files, and says what is wrong with them in the words of the file."""

import difflib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Network
from itertools import combinations
from pathlib import Path
from typing import Any, Final, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from stacks.environment import Environment

_TABLE = "a table, with its keys below [its name]"
_LONGEST_SHOWN: Final = 120
_WANTED: Final[Mapping[str, str]] = {
    "int_type": "an integer, without quotes",
    "bool_type": "a boolean: true or false, without quotes",
    "string_type": "a string, in quotes",
    "tuple_type": "a list, in square brackets",
    "dict_type": _TABLE,
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
}


class ConfigurationError(Exception):
    """An environment file can't be used. The text names file, key, value, what is allowed and the fix."""


class RefusedError(Exception):
    """A construct refused what an environment made of it. The text names the construct and the refusal.

    Attributes:
        environment: Name of the environment.
    """

    def __init__(self, environment: str, text: str) -> None:
        super().__init__(text)
        self.environment = environment


def load_environments(directory: Path) -> list[Environment]:
    """Return the environments in *directory*, one a ``.toml`` file, in the order of their names.

    Raises:
        ConfigurationError: No file, a file that is no valid environment, or two that would collide.
    """
    files = sorted(directory.glob("*.toml"))
    if not files:
        raise ConfigurationError(f"{directory}: no environment file here; add one such as {directory}/prod.toml")
    environments = [load_environment(file) for file in files]
    _refuse_collisions(environments, directory)
    return environments


def load_environment(file: Path) -> Environment:
    """Return the environment that *file* describes.

    Raises:
        ConfigurationError: The file is empty, no TOML, or has a key or value that is not allowed.
    """
    try:
        text = file.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: can't be read as UTF-8 text ({error})") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{file}: is not TOML: {error}; correct that line") from error
    if not values:
        raise ConfigurationError(f"{file}: is empty; start from environments/prod.toml, or remove the file")
    try:
        environment = Environment.model_validate(values)
    except ValidationError as error:
        raise ConfigurationError("\n".join(sentences(file, error.errors()))) from error
    if environment.name != file.stem:
        raise ConfigurationError(
            f"{file}: name = {environment.name!r} is not the file's name; "
            f'use name = "{file.stem}", or rename the file to {environment.name}.toml'
        )
    return environment


def sentences(file: Path, errors: Iterable[ErrorDetails]) -> list[str]:
    """Return what is wrong with *file*: a line a mistake, whatever characters the file has."""
    return [_printable(f"{file}: {_sentence(error)}") for error in errors]


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _sentence(error: ErrorDetails) -> str:
    location = [str(part) for part in error["loc"]]
    key = ".".join(location) or "the file"
    kind = error["type"]
    if kind == "extra_forbidden":
        known = _known_keys(location[:-1])
        near = difflib.get_close_matches(location[-1], known, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        return f"{key} = {_shown(error['input'])}: unknown key; {hint}allowed here: {', '.join(known)}"
    if kind == "missing":
        return f"{key}: is missing; add it ({_description(location)})"
    if kind == "value_error":
        reason = str(cast("Mapping[str, Any]", error["ctx"])["error"])
        value = error["input"]
        shown = f"{key} = {_shown(value)}" if isinstance(value, str | int | float | bool) else f"[{key}]"
        return f"{shown}: {reason}"
    return f"{key} = {_shown(error['input'])}: {_refusal(error)} ({_description(location)})"


def _refusal(error: ErrorDetails) -> str:
    """Say what is wrong with a value in the file's words, not in Python's."""
    kind = error["type"]
    if kind in _WANTED:
        return f"must be {_WANTED[kind]}"
    if kind == "literal_error":
        return f"must be one of {error['ctx']['expected']}"
    if kind == "string_pattern_mismatch":
        return "does not have the right form"
    return error["msg"].lower().replace("input should", "must")


def _model_at(location: Sequence[str]) -> type[BaseModel] | None:
    model: type[BaseModel] = Environment
    for part in location:
        field = model.model_fields.get(part)
        if field is None:
            return None
        candidates = [field.annotation, *getattr(field.annotation, "__args__", ())]
        inner = [c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)]
        if not inner:
            return None
        model = inner[0]
    return model


def _known_keys(location: Sequence[str]) -> list[str]:
    model = _model_at(location)
    return list(model.model_fields) if model else []


def _description(location: Sequence[str]) -> str:
    for depth in range(len(location), 0, -1):
        model = _model_at(location[: depth - 1])
        field = model.model_fields.get(location[depth - 1]) if model else None
        if field and field.description:
            return field.description.rstrip(".")
    return "see docs/configuration.md"


def _refuse_collisions(environments: Sequence[Environment], directory: Path) -> None:
    for one, other in combinations(environments, 2):
        pair = f"{directory}: {one.name}.toml and {other.name}.toml"
        for key in ("prefix", "secret_prefix", "private_namespace"):
            if getattr(one, key) == getattr(other, key):
                raise ConfigurationError(
                    f"{pair} have the same {key} = {getattr(one, key)!r}; give each its own, or they share resources"
                )
        if one.domain and other.domain and one.domain.name == other.domain.name:
            raise ConfigurationError(f"{pair} have the same domain.name = {one.domain.name!r}; give each its own")
        clouds = [e.terraform_cloud for e in (one, other) if e.terraform_cloud]
        if len({(cloud.hostname, cloud.organization, cloud.project) for cloud in clouds}) > 1:
            raise ConfigurationError(
                f"{pair} have different [terraform_cloud]; use one hostname, organization and project for all, "
                "because one stack sets up all of it"
            )
        ranges = [IPv4Network(e.network.cidr) for e in (one, other) if e.network.cidr]
        if len(ranges) == 2 and ranges[0].overlaps(ranges[1]):  # noqa: PLR2004 - both have one
            raise ConfigurationError(
                f"{pair} have overlapping network.cidr ({ranges[0]} and {ranges[1]}); "
                "use ranges apart, so that the networks can be connected one day"
            )
