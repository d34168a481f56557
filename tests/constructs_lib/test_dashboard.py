import json
from typing import Any

import pytest

from constructs_lib.alarm_topic import AlarmTopic
from constructs_lib.dashboard import Dashboard
from constructs_lib.dashboard_widgets import GRID_COLUMNS, place
from constructs_lib.fargate_task import FargateTask
from constructs_lib.monitoring import Monitoring
from tests.support.world import World, task_spec


class _Service:
    def __init__(self, world: World, name: str) -> None:
        self.task = FargateTask(
            world.stack,
            name,
            network=world.network,
            cluster=world.cluster,
            spec=task_spec(name),
            image="nginx:1.27.0",
            log_key=world.key,
            environment={},
            secrets={},
        )


def _body(*services: str) -> dict[str, Any]:
    world = World()
    monitoring = Monitoring(world.stack, "Monitoring", topic=AlarmTopic(world.stack, "Topic", name="shop-alarms"))
    for name in services:
        monitoring.watch_service(_Service(world, name))
    Dashboard(world.stack, "Dashboard", name="shop", watched=[monitoring], runbook_path="docs/runbook.md")
    body: dict[str, Any] = json.loads(world.template().only("aws_cloudwatch_dashboard")["dashboard_body"])
    return body


def test_it_answers_three_questions_in_order() -> None:
    """From top to bottom: is it up, is data flowing, what changed."""
    headings = [w["properties"]["markdown"] for w in _body("shop-api")["widgets"] if w["type"] == "text"]
    assert [heading.split("?")[0] for heading in headings] == ["## Is it up", "## Is data flowing", "## What changed"]


def test_a_new_service_appears_by_itself() -> None:
    """Watching a second service is all that it takes to see its tasks, its use and its alarms."""
    one, two = (json.dumps(_body(*names)) for names in (["shop-api"], ["shop-api", "shop-jobs"]))
    assert "shop-jobs" not in one
    for shown in ("shop-jobs: tasks", "shop-jobs: CPU and memory", "alarm:shop-jobs-cpu", "/ecs/shop-jobs"):
        assert shown in two


def test_widgets_neither_overlap_nor_leave_the_grid() -> None:
    """Every widget has a place of its own on the grid."""
    taken: set[tuple[int, int]] = set()
    for widget in _body("shop-api", "shop-jobs")["widgets"]:
        assert widget["x"] + widget["width"] <= GRID_COLUMNS
        cells = {
            (x, y)
            for x in range(widget["x"], widget["x"] + widget["width"])
            for y in range(widget["y"], widget["y"] + widget["height"])
        }
        assert not cells & taken
        taken |= cells


def test_a_full_line_is_followed_by_the_next_one() -> None:
    """Widgets that don't fit beside each other go below each other, and a section starts on a new line."""
    wide, narrow = {"width": 24, "height": 1}, {"width": 8, "height": 6}
    placed = place([[wide, narrow, narrow], [narrow]])
    assert [(w["x"], w["y"]) for w in placed] == [(0, 0), (0, 1), (8, 1), (0, 7)]


def test_a_dashboard_of_nothing_is_refused() -> None:
    """A dashboard without a service says who must be passed."""
    with pytest.raises(ValueError, match="nothing is watched"):
        _body()
