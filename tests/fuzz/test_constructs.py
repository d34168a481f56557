from collections.abc import Iterable
from itertools import count
from pathlib import Path

import pytest
from cdktf import TerraformStack
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.fuzz.constructs import GOOD, Draw, draws, one_odd_argument
from tests.support.terraform import refusals
from tests.support.world import World

_NUMBERS = count()


@pytest.fixture(scope="module")
def world() -> World:
    """What the constructs stand on; they do not meet each other."""
    return World()


def accepted(draw: Draw, world: World) -> bool:
    """Make the construct; tell whether it was accepted. A refusal is one line."""
    try:
        draw.make(world, f"Fuzz{next(_NUMBERS)}")
    except ValueError as refusal:
        said = str(refusal)
    else:
        return True
    assert said.strip()
    assert "\n" not in said
    return False


def complaints(draws_: Iterable[Draw], folder: Path) -> list[str]:
    """Return what Terraform says against a stack with all of these constructs."""

    def define(stack: TerraformStack) -> None:
        fresh = World(stack)
        for number, draw in enumerate(draws_):
            draw.make(fresh, f"Draw{number}")

    return refusals(define, folder)


@pytest.mark.parametrize("what", GOOD)
def test_the_arguments_that_the_draws_start_from_are_accepted(what: str, world: World) -> None:
    """Otherwise the tests below would only ever see refusals."""
    assert accepted(Draw(what=what, arguments=GOOD[what][1]), world)


@given(draw=draws(sorted(GOOD)))
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_arguments_are_accepted_or_refused_with_a_sentence(draw: Draw, world: World) -> None:
    """Whatever the numbers and texts, a construct takes them or raises a ValueError of one line."""
    accepted(draw, world)


@pytest.mark.slow
@pytest.mark.terraform
def test_each_odd_argument_that_is_accepted_is_one_that_terraform_accepts(world: World, tmp_path: Path) -> None:
    """Every argument of every construct with every odd value, one at a time: refused here, or fine with Terraform."""
    taken = [draw for draw in one_odd_argument() if accepted(draw, world)]
    assert len(taken) > 1000
    assert complaints(taken, tmp_path) == []


@pytest.mark.slow
@pytest.mark.terraform
@given(drawn=st.tuples(*(draws([what]) for what in GOOD for _ in range(3))))
# an example takes ten seconds: say what fails, do not look for the smallest one
@settings(max_examples=4, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
def test_odd_arguments_together_are_refused_or_accepted_by_terraform_too(
    drawn: tuple[Draw, ...], world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Up to three odd arguments at once: refused here, or fine with Terraform."""
    taken = [draw for draw in drawn if accepted(draw, world)]
    assert complaints(taken, tmp_path_factory.mktemp("constructs")) == []
