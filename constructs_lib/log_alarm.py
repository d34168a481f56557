"""Lines of a log that count."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cloudwatch_log_metric_filter import (
    CloudwatchLogMetricFilter,
    CloudwatchLogMetricFilterMetricTransformation,
)
from constructs import Construct

from constructs_lib.alarm import Metric
from constructs_lib.log_group import LogGroup


@dataclass(frozen=True, kw_only=True, slots=True)
class LogPattern:
    """Lines that mean trouble.

    Attributes:
        name: Last part of the metric's and the alarm's name.
        pattern: CloudWatch Logs filter pattern.
        summary: What it means when such lines keep coming, as one sentence.
        runbook: Anchor of the section that says what to do.
        label: Words for the dashboard.
    """

    name: str
    pattern: str
    summary: str
    runbook: str
    label: str


class LogMetric(Construct):
    """A metric that counts the lines of a log group that match a pattern.

    A log group without matching lines publishes 0 as long as it receives lines at all, so that a flat line on the
    dashboard means quiet and not blind.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, namespace: str, log_group: LogGroup, pattern: LogPattern
    ) -> None:
        super().__init__(scope, construct_id)
        self.metric = Metric(namespace=namespace, name=pattern.name, statistic="Sum")
        CloudwatchLogMetricFilter(
            self,
            "Filter",
            name=f"{namespace}-{pattern.name}".replace("/", "-"),
            log_group_name=log_group.resource.name,
            pattern=pattern.pattern,
            metric_transformation=CloudwatchLogMetricFilterMetricTransformation(
                namespace=namespace, name=pattern.name, value="1", default_value="0", unit="Count"
            ),
        )
