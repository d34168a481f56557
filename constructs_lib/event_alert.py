"""Events of AWS that somebody should read, as sentences."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import (
    CloudwatchEventTarget,
    CloudwatchEventTargetInputTransformer,
)
from constructs import Construct

from constructs_lib.alarm_topic import AlarmTopic


@dataclass(frozen=True, kw_only=True, slots=True)
class EventAlertSpec:
    """Which events are reported, and in which words.

    Attributes:
        name: Rule name.
        summary: What happened, as one sentence.
        runbook: Anchor of the section that says what to do.
        pattern: EventBridge pattern; Terraform expressions are allowed as values.
        facts: JSON paths of what the message quotes, by name.
        message: Text with ``<name>`` for each fact.

    Raises:
        ValueError: The message quotes a fact that is not declared, or leaves one out.
    """

    name: str
    summary: str
    runbook: str
    pattern: Mapping[str, Any]
    facts: Mapping[str, str]
    message: str

    def __post_init__(self) -> None:
        for fact in self.facts:
            if f"<{fact}>" not in self.message:
                raise ValueError(f"event alert {self.name!r} declares fact {fact!r} and never says it; use <{fact}>")
        said = self.message.count("<")
        if said != sum(self.message.count(f"<{fact}>") for fact in self.facts):
            raise ValueError(f"event alert {self.name!r}: its message quotes a fact that facts does not have")


class EventAlert(Construct):
    """An EventBridge rule that sends one sentence to a topic.

    Metrics say that something is wrong, events say why: the reason that ECS gives for a stopped task is in the message
    itself, and ECS forgets it after an hour.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, spec: EventAlertSpec, topic: AlarmTopic, runbook_path: str
    ) -> None:
        super().__init__(scope, construct_id)
        self.spec = spec
        runbook = f"Runbook: {runbook_path}#{spec.runbook}"
        self.rule = CloudwatchEventRule(
            self,
            "Rule",
            name=spec.name,
            description=f"{spec.summary} {runbook}",
            event_pattern=json.dumps(spec.pattern, separators=(",", ":")),
        )
        CloudwatchEventTarget(
            self,
            "ToTopic",
            rule=self.rule.name,
            target_id="topic",
            arn=topic.arn,
            input_transformer=CloudwatchEventTargetInputTransformer(
                input_paths=dict(spec.facts),
                input_template=f'"{spec.message} {runbook}"',
            ),
        )
