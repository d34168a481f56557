from typing import Any

import pytest
from cdktf import TerraformStack

from constructs_lib.alarm_topic import AlarmTopic
from constructs_lib.budget import MonthlyBudget
from constructs_lib.event_alert import EventAlert, EventAlertSpec
from constructs_lib.event_recipes import backup_events, cluster_events
from tests.support.template import Template

GOOD: dict[str, Any] = {
    "name": "shop-crashed",
    "summary": "A task crashed.",
    "runbook": "task-stopped",
    "pattern": {"source": ["aws.ecs"]},
    "facts": {"reason": "$.detail.stoppedReason"},
    "message": "It stopped: <reason>.",
}


def test_an_event_becomes_a_sentence_with_its_runbook() -> None:
    """The message quotes the facts of the event and ends in the section that says what to do."""

    def define(stack: TerraformStack) -> None:
        topic = AlarmTopic(stack, "Topic", name="shop-alarms")
        EventAlert(stack, "Alert", spec=EventAlertSpec(**GOOD), topic=topic, runbook_path="docs/runbook.md")

    template = Template.build(define)
    assert "Runbook: docs/runbook.md#task-stopped" in template.only("aws_cloudwatch_event_rule")["description"]
    told = template.only("aws_cloudwatch_event_target")["input_transformer"]
    assert told["input_template"] == '"It stopped: <reason>. Runbook: docs/runbook.md#task-stopped"'
    assert told["input_paths"] == {"reason": "$.detail.stoppedReason"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"message": "It stopped."}, "never says it"),
        ({"message": "<task> stopped: <reason>."}, "facts does not have"),
    ],
)
def test_a_message_that_can_t_be_filled_in_is_refused(changes: dict[str, Any], message: str) -> None:
    """Facts and message must name the same things, or the message would arrive with holes."""
    with pytest.raises(ValueError, match=message):
        EventAlertSpec(**GOOD | changes)


def test_all_recipes_can_be_filled_in() -> None:
    """Every event that we report has a message with all of its facts, and no name twice."""
    specs = [*cluster_events("c", cluster_arn="a", service_arn_prefix="p"), *backup_events("v")]
    assert len({spec.name for spec in specs}) == len(specs) == 5


def test_people_subscribe_by_e_mail() -> None:
    """Each address gets a subscription of its own."""
    template = Template.build(
        lambda stack: AlarmTopic(stack, "Topic", name="shop-alarms", emails=["a@example.com", "b@example.com"])
    )
    subscriptions = template.resources("aws_sns_topic_subscription")
    assert [s["endpoint"] for s in subscriptions] == ["a@example.com", "b@example.com"]
    assert {s["protocol"] for s in subscriptions} == {"email"}


def test_a_budget_of_nothing_is_refused() -> None:
    """A limit below one dollar would report every month from its first minute."""

    def define(stack: TerraformStack) -> None:
        MonthlyBudget(stack, "Budget", name="b", limit_usd=0, topic=AlarmTopic(stack, "Topic", name="t"))

    with pytest.raises(ValueError, match="limit_usd=0 is no budget"):
        Template.build(define)
