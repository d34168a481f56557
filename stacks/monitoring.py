"""What is watched in each stack of EdgeMind, and the dashboard over all of them."""

from collections.abc import Sequence
from typing import Final

from cdktf_cdktf_provider_aws.cloudfront_distribution import CloudfrontDistribution

from constructs_lib.alarm_topic import AlarmTopic
from constructs_lib.backup import Backups
from constructs_lib.budget import MonthlyBudget
from constructs_lib.cluster import Cluster
from constructs_lib.dashboard import Dashboard
from constructs_lib.fargate_service import FargateService
from constructs_lib.fargate_task import FargateTask
from constructs_lib.load_balancer import LoadBalancer
from constructs_lib.log_alarm import LogPattern
from constructs_lib.monitoring import Monitoring
from constructs_lib.stateful_service import StatefulService
from stacks.base import BaseStack

RUNBOOK: Final = "docs/runbook.md"
_TROUBLE: Final = ("[Dd]isconnect", "[Oo]ffline", "[Cc]losed", "[Ll]ost", "[Ee]rror", "[Rr]efused", "[Tt]imeout")


def lost_connections() -> tuple[LogPattern, ...]:
    """Return the backend's log lines that tell of a lost broker or database.

    Written loosely, because the wording is the application's: the name of the peer, then a word of trouble.
    """
    return tuple(
        LogPattern(
            name=f"{peer.lower()}-disconnected",
            pattern="%" + "|".join(f"{spelling}.*{word}" for word in _TROUBLE) + "%",
            summary=f"The backend keeps losing {peer}: its log says so in two of the last three five minutes.",
            runbook="connection-lost",
            label=peer,
        )
        for peer, spelling in (("MQTT", "[Mm][Qq][Tt][Tt]"), ("InfluxDB", "[Ii]nflux"))
    )


def watch_platform(stack: BaseStack, *, cluster: Cluster) -> AlarmTopic:
    """Declare where alarms go, the budget if there is one, and watch the cluster's events."""
    topic = AlarmTopic(
        stack,
        "Alarms",
        name=f"{stack.prefix}-alarms",
        emails=stack.env.alarms.emails,
        dangerously_allow_destroy=stack.allow_destroy,
    )
    if stack.env.alarms.monthly_budget_usd:
        MonthlyBudget(
            stack,
            "Budget",
            name=f"{stack.prefix}-monthly",
            limit_usd=stack.env.alarms.monthly_budget_usd,
            topic=topic,
        )
    Monitoring(stack, "Monitoring", topic=topic, runbook_path=RUNBOOK).watch_cluster(cluster)
    stack.output("alarm_topic_arn", topic.arn, "Subscribe to this topic to hear of alarms")
    return topic


def watch_data(stack: BaseStack, *, topic: AlarmTopic, services: Sequence[StatefulService], backups: Backups) -> None:
    """Watch the data services, their files and their backups."""
    monitoring = Monitoring(stack, "Monitoring", topic=topic, runbook_path=RUNBOOK)
    for service in services:
        monitoring.watch_service(service)
        monitoring.watch_file_system(service.file_system, name=service.name)
    monitoring.watch_backups(backups, of=services[0].file_system)


def watch_backend(stack: BaseStack, *, topic: AlarmTopic, service: FargateService, load_balancer: LoadBalancer) -> None:
    """Watch the backend as its callers see it, and its connections to broker and database."""
    monitoring = Monitoring(stack, "Monitoring", topic=topic, runbook_path=RUNBOOK)
    monitoring.watch_routed_service(service, load_balancer)
    monitoring.watch_log(service, lost_connections())


def watch_site(stack: BaseStack, *, topic: AlarmTopic, distribution: CloudfrontDistribution) -> None:
    """Watch the site as its visitors see it."""
    monitoring = Monitoring(stack, "Monitoring", topic=topic, runbook_path=RUNBOOK)
    monitoring.watch_distribution(distribution.id, name=f"{stack.prefix}-frontend")


def define_dashboard(stack: BaseStack) -> None:
    """Draw the dashboard of *stack*'s environment from what all of its stacks watch. Called by the last stack.

    Raises:
        ValueError: A service that nothing watches: it would fail unseen.
    """
    siblings = [
        one for one in stack.node.root.node.children if isinstance(one, BaseStack) and one.prefix == stack.prefix
    ]
    watched: list[Monitoring] = []
    tasks: list[FargateTask] = []
    for construct in (found for sibling in siblings for found in sibling.node.find_all()):
        if isinstance(construct, Monitoring):
            watched.append(construct)
        elif isinstance(construct, FargateTask):
            tasks.append(construct)
    seen = {task.spec.name for monitoring in watched for task in monitoring.tasks}
    for task in tasks:
        if task.spec.name not in seen:
            raise ValueError(
                f"{task.node.path}: nothing watches {task.spec.name!r}; "
                "call watch_service(…) of its stack's Monitoring, so that it has alarms and is on the dashboard"
            )
    Dashboard(stack, "Dashboard", name=stack.prefix, watched=watched, runbook_path=RUNBOOK)
