"""The bindings' own type checks: cheaper, or left to the kernel."""

import typing
from typing import Any

import pytest

from lazy_bindings._type_hints import of_stubs


def _typecheckingstub__0123(*, bucket: str) -> None:
    """A stub, as jsii generates them."""


def ordinary(*, bucket: str) -> None:
    """A function that is no stub."""


class Counting:
    """Type hints as `typing` gives them, and how often it was asked."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, obj: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: D102
        self.calls += 1
        return typing.get_type_hints(obj, *args, **kwargs)


@pytest.fixture
def stock() -> Counting:
    """The function that is wrapped."""
    return Counting()


def test_the_hints_of_a_stub_are_evaluated_once(stock: Counting) -> None:
    """A stub's hints are the stock ones, looked up a single time."""
    lookup = of_stubs(stock, skip=False)
    assert lookup(_typecheckingstub__0123) == {"bucket": str, "return": type(None)}
    assert lookup(_typecheckingstub__0123)["bucket"] is str
    assert stock.calls == 1


def test_skipping_makes_every_argument_fit(stock: Counting) -> None:
    """Where the checks are skipped, any value fits any argument of a stub."""
    lookup = of_stubs(stock, skip=True)
    assert lookup(_typecheckingstub__0123)["bucket"] is Any
    assert stock.calls == 0


@pytest.mark.parametrize("skip", [False, True])
def test_other_functions_are_none_of_its_business(stock: Counting, skip: bool) -> None:  # noqa: FBT001
    """Whoever else asks `typing` for hints gets them, with options or without, every time."""
    lookup = of_stubs(stock, skip=skip)
    assert lookup(ordinary)["bucket"] is str
    assert lookup(ordinary, include_extras=True)["bucket"] is str
    assert stock.calls == 2
