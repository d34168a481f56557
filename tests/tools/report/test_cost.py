import datetime as dt
import tomllib

import pytest

from tests.support.synthesis import Synthesized
from tools.report.cost import PRICES, Estimate, estimate
from tools.report.groups import INTERNET, edges
from tools.report.rights import RoleRights, roles
from tools.synthesized import Synthesis


@pytest.fixture(scope="module")
def world(synthesized: Synthesized) -> Synthesis:
    """Production."""
    return Synthesis.load(synthesized.out).of_environment("edgemind-prod")


@pytest.fixture(scope="module")
def month(world: Synthesis) -> Estimate:
    """What production costs in a month."""
    return estimate(world)


def test_prices_have_a_date_sources_and_limits(month: Estimate) -> None:
    """Whoever reads the estimate learns how old the prices are, where they come from and what is missing."""
    assert dt.date.fromisoformat(month.as_of)
    assert month.sources
    assert any("not measured" in limit or "nothing is measured" in limit for limit in month.limits)


def test_a_task_costs_what_its_size_costs(month: Estimate) -> None:
    """2 vCPU and 4 GiB, 730 hours: 2 x 0.04048 x 730 + 4 x 0.004445 x 730."""
    (line,) = [line for line in month.lines if line.what == "Fargate: edgemind-prod-influxdb"]
    assert line.usd == pytest.approx(72.08, abs=0.01)


def test_each_nat_gateway_counts(month: Estimate) -> None:
    """Two gateways of 0.045 an hour, before traffic."""
    (line,) = [line for line in month.lines if line.what == "NAT gateways"]
    assert line.usd == pytest.approx(65.70, abs=0.01)


def test_the_budget_leaves_room(month: Estimate, world: Synthesis) -> None:
    """The estimate stays below the monthly budget of the environment."""
    (budget,) = world.all("aws_budgets_budget")
    assert month.total < float(budget.values["limit_amount"])


def test_every_price_is_used_or_explained() -> None:
    """No number in the table is dead, and none is negative."""
    table = tomllib.loads(PRICES.read_text())
    source = (PRICES.parent / "cost.py").read_text()
    for name, price in table["price"].items():
        assert price > 0
        assert name in source or name.startswith("fargate_"), name
    assert set(table["assumed"]) <= {word.strip('",') for word in source.split()}


def test_every_permission_to_connect_is_in_the_graph(world: Synthesis) -> None:
    """The graph has each link once, with its port."""
    found = {(e.source, e.target, e.ports) for e in edges(world)}
    assert ("edgemind-prod-backend", "edgemind-prod-influxdb", "8086") in found
    assert ("CloudFront", "edgemind-prod-backend-alb", "443") in found
    assert ("edgemind-prod-backend", INTERNET, "1883") in found
    assert not [e for e in edges(world) if e.source == INTERNET]


def test_every_role_is_listed_with_its_rights(world: Synthesis) -> None:
    """Roles, their trust and their statements are read from the policies, references in words."""
    found: dict[str, RoleRights] = {role.name: role for role in roles(world)}
    assert len(found) == len(world.all("aws_iam_role"))
    task = found["edgemind-prod-backend-task"]
    assert task.trusted == ("ecs-tasks.amazonaws.com",)
    assert {right.sid for right in task.rights} >= {"InvokeModels", "InvokeAgents"}
    image = found["edgemind-prod-delivery-image"]
    assert any("repo:" in who for who in image.trusted)
