import json
from pathlib import Path

import pytest

from tests.support.synthesis import Synthesized
from tools.synthesized import Synthesis, SynthesisError


@pytest.fixture(scope="module")
def world(synthesized: Synthesized) -> Synthesis:
    """Production, read back from what was synthesized."""
    return Synthesis.load(synthesized.out).of_environment("edgemind-prod")


def test_stacks_come_after_those_that_they_need(world: Synthesis) -> None:
    """The network is first and delivery last."""
    roles = [name.removeprefix("edgemind-prod-") for name in world.stacks]
    assert roles == ["network", "data", "backend", "frontend", "delivery"]


def test_references_reach_into_other_stacks(world: Synthesis) -> None:
    """A service's subnets and cluster are found although another stack defines them."""
    service = next(s for s in world.all("aws_ecs_service") if s.name == "edgemind-prod-backend")
    cluster = world.first(service, "cluster")
    assert cluster is not None
    assert (cluster.stack, cluster.name) == ("edgemind-prod-network", "edgemind-prod-cluster")
    assert {r.kind for r in world.referred(service, "network_configuration")} >= {"aws_subnet", "aws_security_group"}


def test_expressions_are_told_in_words(world: Synthesis) -> None:
    """An ARN in a policy reads as the name of what it points to."""
    text = world.resolve("edgemind-prod-backend", "x ${aws_lb.LoadBalancer_BE9EEC3A.arn}:y ${data.a.b.account_id}")
    assert text == "x edgemind-prod-backend:y ACCOUNT"


def test_a_folder_without_a_synthesis_is_named(tmp_path: Path) -> None:
    """The message says which folder, and how to fill it."""
    with pytest.raises(SynthesisError, match="make synth"):
        Synthesis.load(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"stacks": {}}))
    with pytest.raises(SynthesisError, match="no stack"):
        Synthesis.load(tmp_path)


def test_an_unknown_environment_is_named(world: Synthesis) -> None:
    """The message names the stacks that there are."""
    with pytest.raises(SynthesisError, match="edgemind-prod-network"):
        world.of_environment("edgemind-staging")
