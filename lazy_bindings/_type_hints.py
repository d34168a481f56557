"""The run-time type checks of jsii's bindings: looked up once, or not made at all.

Before it calls the kernel, every constructor, method and setter of the bindings evaluates the annotations of a
stub function, `_typecheckingstub__<hash>`, and compares its arguments with them. The kernel then makes the same
comparison with the types of the assembly, and refuses what does not fit.
"""

import functools
import typing
from collections.abc import Callable
from typing import Any

_STUB = "_typecheckingstub__"

TypeHints = Callable[..., dict[str, Any]]


class _Anything(dict[str, Any]):
    """Type hints that every argument satisfies."""

    def __missing__(self, name: str) -> Any:  # noqa: ANN401 - that is its point
        return Any


def speed_up_type_checks(*, skip: bool) -> None:
    """Let the bindings evaluate the annotations of each stub once, or with *skip* never."""
    typing.get_type_hints = of_stubs(typing.get_type_hints, skip=skip)


def of_stubs(get_type_hints: TypeHints, *, skip: bool) -> TypeHints:
    """Wrap *get_type_hints*; what is no stub of jsii's passes through."""
    known: dict[Any, dict[str, Any]] = {}
    anything = _Anything()

    @functools.wraps(get_type_hints)
    def lookup(obj: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in typing
        if args or kwargs or not getattr(obj, "__name__", "").startswith(_STUB):
            return get_type_hints(obj, *args, **kwargs)
        if skip:
            return anything
        if obj not in known:
            known[obj] = get_type_hints(obj)
        return known[obj]

    return lookup
