"""CloudWatch alarms that say what is wrong, where to read what to do, and what silence means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from constructs import Construct

from constructs_lib.alarm_topic import AlarmTopic
from constructs_lib.naming import checked_description, checked_name
from constructs_lib.numbers import checked_number

Comparison = Literal[
    "GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"
]
MissingData = Literal["notBreaching", "breaching", "missing", "ignore"]
_STATISTICS = ("Average", "Maximum", "Minimum", "SampleCount", "Sum")
_PERCENTILE = re.compile(r"p(?:100|\d{1,2}(?:\.\d{1,10})?)")
_DAY_SECONDS = 86_400
_PERIODS_SECONDS = frozenset({10, 20, 30, *range(60, _DAY_SECONDS + 1, 60)})
_ANCHOR = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """One CloudWatch metric and how it is read.

    Attributes:
        namespace: Such as ``AWS/ECS``.
        name: Such as ``CPUUtilization``.
        dimensions: What narrows it; Terraform expressions are allowed as values.
        statistic: ``Average``, ``Sum``, ``Maximum``, ``Minimum``, ``SampleCount`` or a percentile (``p99``).
        period_seconds: Length of one data point; 300 when omitted.

    Raises:
        ValueError: A namespace, name, statistic or period that CloudWatch does not have (CloudWatch: "PutMetricAlarm").
    """

    namespace: str
    name: str
    dimensions: Mapping[str, str] = field(default_factory=dict)
    statistic: str = "Average"
    period_seconds: int = 300

    def __post_init__(self) -> None:
        checked_name("metric namespace", self.namespace)
        checked_name("metric", self.name)
        if self.statistic not in _STATISTICS and not _PERCENTILE.fullmatch(self.statistic):
            raise ValueError(f"statistic={self.statistic!r} is unknown; use {', '.join(_STATISTICS)} or p0 to p100")
        if self.period_seconds not in _PERIODS_SECONDS:
            raise ValueError(f"period_seconds={self.period_seconds}; use 10, 20, 30, or multiples of 60 up to a day")


@dataclass(frozen=True, kw_only=True, slots=True)
class AlarmSpec:
    """When somebody is woken up, and what they then read.

    Attributes:
        name: Alarm name, unique in the account and region.
        summary: What is wrong, as one sentence.
        runbook: Anchor of the section that says what to do.
        metrics: The metrics by id; one without *expression*, any number with it.
        threshold: Limit of the value.
        missing_data: What periods without data mean. There is no default: silence means something else for each metric.
        expression: Metric math over the ids; none when omitted.
        comparison: How value and threshold compare; ``GreaterThanOrEqualToThreshold`` when omitted.
        periods: Last periods that are looked at; 3 when omitted.
        bad_periods: How many of them must be bad; all when omitted.

    Raises:
        ValueError: No anchor, no sentence, a count that can't be met, or metrics that don't go with the expression.
    """

    name: str
    summary: str
    runbook: str
    metrics: Mapping[str, Metric]
    threshold: float
    missing_data: MissingData
    expression: str | None = None
    comparison: Comparison = "GreaterThanOrEqualToThreshold"
    periods: int = 3
    bad_periods: int | None = None

    def __post_init__(self) -> None:
        if not _ANCHOR.fullmatch(self.runbook):
            raise ValueError(f"alarm {self.name!r}: runbook={self.runbook!r} is no anchor; write it like 'cpu-high'")
        if not self.summary.endswith("."):
            raise ValueError(f"alarm {self.name!r}: summary={self.summary!r} is no sentence; end it with a full stop")
        if not self.metrics or (self.expression is None and len(self.metrics) != 1):
            raise ValueError(
                f"alarm {self.name!r} has {len(self.metrics)} metrics; give one, or an expression over several"
            )
        checked_name("alarm", self.name)
        longest = max(metric.period_seconds for metric in self.metrics.values())
        most_days = 7 if longest >= 3600 else 1  # noqa: PLR2004 - periods of an hour and more are kept for longer
        checked_number(
            "periods",
            self.periods,
            least=1,
            most=most_days * _DAY_SECONDS // longest,
            source="CloudWatch: PutMetricAlarm",
        )
        if not 1 <= self.needed <= self.periods:
            raise ValueError(f"alarm {self.name!r}: bad_periods={self.needed} of periods={self.periods}; use 1 to it")

    @property
    def needed(self) -> int:
        """How many periods must be bad."""
        return self.periods if self.bad_periods is None else self.bad_periods


class Alarm(Construct):
    """A metric alarm that goes to a topic, and says when it is over.

    The description ends in the runbook's section: whoever gets the message at night needs no search.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, spec: AlarmSpec, topic: AlarmTopic, runbook_path: str
    ) -> None:
        super().__init__(scope, construct_id)
        self.spec = spec
        self.name = spec.name
        only = next(iter(spec.metrics.values())) if spec.expression is None else None
        percentile = only is not None and only.statistic.startswith("p")
        self.resource = CloudwatchMetricAlarm(
            self,
            "Resource",
            alarm_name=spec.name,
            alarm_description=checked_description("alarm", f"{spec.summary} Runbook: {runbook_path}#{spec.runbook}"),
            comparison_operator=spec.comparison,
            threshold=spec.threshold,
            evaluation_periods=spec.periods,
            datapoints_to_alarm=spec.needed,
            treat_missing_data=spec.missing_data,
            namespace=only.namespace if only else None,
            metric_name=only.name if only else None,
            dimensions=dict(only.dimensions) if only else None,
            period=only.period_seconds if only else None,
            statistic=only.statistic if only and not percentile else None,
            extended_statistic=only.statistic if only and percentile else None,
            metric_query=None if only else _queries(spec),
            alarm_actions=[topic.arn],
            ok_actions=[topic.arn],
        )


def _queries(spec: AlarmSpec) -> list[CloudwatchMetricAlarmMetricQuery]:
    result = CloudwatchMetricAlarmMetricQuery(
        id="result", expression=spec.expression, label=spec.name, return_data=True
    )
    inputs = [
        CloudwatchMetricAlarmMetricQuery(
            id=identifier,
            metric=CloudwatchMetricAlarmMetricQueryMetric(
                namespace=metric.namespace,
                metric_name=metric.name,
                dimensions=dict(metric.dimensions),
                period=metric.period_seconds,
                stat=metric.statistic,
            ),
        )
        for identifier, metric in spec.metrics.items()
    ]
    return [result, *inputs]
