"""Alarms and events for any service, file system or distribution, in a line each."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from cdktf_cdktf_provider_aws.cloudfront_monitoring_subscription import (
    CloudfrontMonitoringSubscription,
    CloudfrontMonitoringSubscriptionMonitoringSubscription,
    CloudfrontMonitoringSubscriptionMonitoringSubscriptionRealtimeMetricsSubscriptionConfig,
)
from constructs import Construct

from constructs_lib import alarm_recipes, event_recipes
from constructs_lib.account import AwsAccount
from constructs_lib.alarm import Alarm, AlarmSpec, Metric
from constructs_lib.alarm_topic import AlarmTopic
from constructs_lib.backup import Backups
from constructs_lib.cluster import Cluster
from constructs_lib.event_alert import EventAlert, EventAlertSpec
from constructs_lib.fargate_service import FargateService
from constructs_lib.fargate_task import FargateTask
from constructs_lib.file_system import FileSystem
from constructs_lib.load_balancer import LoadBalancer
from constructs_lib.log_alarm import LogMetric, LogPattern
from constructs_lib.ordering import create_after


class HasTask(Protocol):
    """Any service: what matters is its task."""

    @property
    def task(self) -> FargateTask:
        """Its task definition, log group and cluster."""
        ...


class Monitoring(Construct):
    """What wakes somebody up, for the things that it is told to watch.

    One per stack, beside what it watches, so that a stack is never without its alarms. Every alarm names a section of
    the runbook, says what missing data means and goes to one topic; what was watched is kept in attributes, from which
    a dashboard is drawn.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, topic: AlarmTopic, runbook_path: str = "docs/runbook.md"
    ) -> None:
        super().__init__(scope, construct_id)
        self._topic = topic
        self._runbook_path = runbook_path
        self.alarms: dict[str, Alarm] = {}
        self.events: dict[str, EventAlert] = {}
        self.tasks: list[FargateTask] = []
        self.targets: list[tuple[str, str, str]] = []
        self.distributions: list[tuple[str, str]] = []
        self.file_systems: list[tuple[str, str]] = []
        self.log_metrics: list[tuple[str, Metric]] = []

    def watch_service(self, service: HasTask) -> None:
        """CPU, memory, and as many tasks running as desired."""
        task = service.task
        self.tasks.append(task)
        self._add(alarm_recipes.service_alarms(task.cluster.name, task.spec.name))

    def watch_routed_service(self, service: FargateService, load_balancer: LoadBalancer) -> None:
        """All of :meth:`watch_service`, and errors, latency and health as the load balancer sees them.

        The alarms that the service's spec names in *deployment_alarms* exist before the service, so that they guard
        its first deployment.

        Raises:
            ValueError: The spec names an alarm that does not exist: its deployments would never roll back.
        """
        self.watch_service(service)
        suffix, group = load_balancer.resource.arn_suffix, service.target_group.arn_suffix
        self.targets.append((service.name, suffix, group))
        self._add(alarm_recipes.target_alarms(service.name, load_balancer=suffix, target_group=group))
        self._add(alarm_recipes.load_balancer_alarms(load_balancer.name, load_balancer=suffix))
        for name in service.spec.deployment_alarms:
            if name not in self.alarms:
                raise ValueError(
                    f"{service.node.path}: deployment_alarms has {name!r}, which no alarm has; "
                    f"use rollback_alarms({service.name!r}), or one of {', '.join(sorted(self.alarms))}"
                )
            create_after(service.resource, self.alarms[name])

    def watch_file_system(self, file_system: FileSystem, *, name: str) -> None:
        """What slows a file system down; burst credits only in the mode that has them."""
        mode = file_system.resource.throughput_mode_input or "bursting"  # EFS's own default
        self.file_systems.append((name, file_system.id))
        self._add(alarm_recipes.file_system_alarms(name, file_system_id=file_system.id, throughput_mode=mode))

    def watch_backups(self, backups: Backups, *, of: FileSystem) -> None:
        """Backups that fail, that never start, and restore tests that fail."""
        self._add(alarm_recipes.backup_alarms(backups.vault_name, file_system_id=of.id))
        self._add_events(event_recipes.backup_events(backups.vault_name))

    def watch_cluster(self, cluster: Cluster) -> None:
        """Tasks that crash or can't start, with the reason; deployments that fail."""
        account = AwsAccount.of(self)
        prefix = account.arn("ecs", f"service/{cluster.name}/")
        self._add_events(event_recipes.cluster_events(cluster.name, cluster_arn=cluster.arn, service_arn_prefix=prefix))

    def watch_distribution(self, distribution_id: str, *, name: str) -> None:
        """Errors and latency at the edge; latency is one of the additional metrics, which this turns on."""
        real_time = CloudfrontMonitoringSubscriptionMonitoringSubscriptionRealtimeMetricsSubscriptionConfig(
            realtime_metrics_subscription_status="Enabled"
        )
        CloudfrontMonitoringSubscription(
            self,
            f"Metrics-{name}",
            distribution_id=distribution_id,
            monitoring_subscription=CloudfrontMonitoringSubscriptionMonitoringSubscription(
                realtime_metrics_subscription_config=real_time
            ),
        )
        self.distributions.append((name, distribution_id))
        self._add(alarm_recipes.distribution_alarms(name, distribution_id=distribution_id))

    def watch_log(self, service: HasTask, patterns: Sequence[LogPattern]) -> None:
        """Lines in the service's log that mean trouble when they keep coming."""
        task = service.task
        for pattern in patterns:
            lines = LogMetric(
                self,
                f"Lines-{pattern.name}",
                namespace=f"Logs/{task.spec.name}",
                log_group=task.log_group,
                pattern=pattern,
            )
            self.log_metrics.append((pattern.label, lines.metric))
            self._add(
                [
                    alarm_recipes.log_alarm(
                        task.spec.name,
                        name=pattern.name,
                        summary=pattern.summary,
                        runbook=pattern.runbook,
                        metric=lines.metric,
                    )
                ]
            )

    def _add(self, specs: Iterable[AlarmSpec]) -> None:
        for spec in specs:
            self.alarms[spec.name] = Alarm(
                self, spec.name, spec=spec, topic=self._topic, runbook_path=self._runbook_path
            )

    def _add_events(self, specs: Iterable[EventAlertSpec]) -> None:
        for spec in specs:
            self.events[spec.name] = EventAlert(
                self, spec.name, spec=spec, topic=self._topic, runbook_path=self._runbook_path
            )


def rollback_alarms(service_name: str) -> tuple[str, ...]:
    """Return the names of the alarms that tell a bad deployment: what callers notice, never CPU or memory.

    A new version may well use more CPU than the old one; errors and slow answers are what a rollback mends (ECS: "How
    CloudWatch alarms detect Amazon ECS deployment failures").
    """
    return (f"{service_name}-target-5xx", f"{service_name}-latency")
