import json
from typing import Any

import pytest

from constructs_lib.alarm import AlarmSpec, Metric
from constructs_lib.alarm_recipes import backup_alarms, file_system_alarms, service_alarms, target_alarms
from constructs_lib.alarm_topic import AlarmTopic
from constructs_lib.autoscaling import ScalingSpec
from constructs_lib.container_registry import ContainerRegistry
from constructs_lib.fargate_service import FargateService, RouteSpec, ServiceSpec
from constructs_lib.load_balancer import LoadBalancer
from constructs_lib.log_alarm import LogPattern
from constructs_lib.log_bucket import LogBucket
from constructs_lib.monitoring import Monitoring, rollback_alarms
from constructs_lib.published_image import PublishedImage
from tests.support.template import Template
from tests.support.world import World, task_spec

ALARM = "aws_cloudwatch_metric_alarm"
LINES = LogPattern(
    name="broker-lost", pattern="%lost%", summary="The broker is lost.", runbook="connection-lost", label="Broker"
)


def _monitored(deployment_alarms: tuple[str, ...] = rollback_alarms("shop-api")) -> Template:
    world = World()
    stack = world.stack
    registry = ContainerRegistry(stack, "Registry", name="shop-api", key=world.key)
    load_balancer = LoadBalancer(
        stack,
        "Alb",
        name="shop",
        network=world.network,
        certificate=None,
        log_bucket=LogBucket(stack, "Logs", name="shop-logs", retention_days=365),
    )
    service = FargateService(
        stack,
        "Api",
        network=world.network,
        cluster=world.cluster,
        spec=ServiceSpec(
            task=task_spec(), scaling=ScalingSpec(min_tasks=1, max_tasks=2), deployment_alarms=deployment_alarms
        ),
        image=PublishedImage(stack, "Image", parameter_prefix="/shop/api", registry=registry),
        log_key=world.key,
        load_balancer=load_balancer,
        route=RouteSpec(path_prefixes=("/api",), health_path="/health"),
    )
    monitoring = Monitoring(stack, "Monitoring", topic=AlarmTopic(stack, "Topic", name="shop-alarms"))
    monitoring.watch_cluster(world.cluster)
    monitoring.watch_routed_service(service, load_balancer)
    monitoring.watch_log(service, [LINES])
    return world.template()


@pytest.fixture(scope="module")
def monitored() -> Template:
    """A routed service with everything that is watched of it."""
    return _monitored()


def test_one_line_gives_a_service_its_alarms(monitored: Template) -> None:
    """CPU, memory, missing tasks, errors, latency, health and lost connections are watched."""
    names = {alarm["alarm_name"] for alarm in monitored.resources(ALARM)}
    wanted = {"cpu", "memory", "tasks-missing", "target-5xx", "latency", "unhealthy-targets", "no-healthy-target"}
    assert {f"shop-api-{name}" for name in wanted} | {"shop-alb-5xx", "shop-api-broker-lost"} == names


def test_every_alarm_reports_both_ways_and_names_its_runbook(monitored: Template) -> None:
    """Each alarm goes to the topic when it starts and when it ends, and says what missing data means."""
    for alarm in monitored.resources(ALARM):
        assert alarm["alarm_actions"] == alarm["ok_actions"] == ["${aws_sns_topic.Topic_D6E1A0B7.arn}"] or (
            len(alarm["alarm_actions"]) == len(alarm["ok_actions"]) == 1
        )
        assert alarm["treat_missing_data"] == "notBreaching"
        assert "Runbook: docs/runbook.md#" in alarm["alarm_description"]


def test_deployment_alarms_exist_before_the_service(monitored: Template) -> None:
    """A bad deployment is rolled back by errors and slow answers, from the first deployment on."""
    service = monitored.only("aws_ecs_service")
    assert service["alarms"] == {
        "alarm_names": ["shop-api-target-5xx", "shop-api-latency"],
        "enable": True,
        "rollback": True,
    }
    for name in service["alarms"]["alarm_names"]:
        assert monitored.address(ALARM, alarm_name=name) in service["depends_on"]


def test_a_deployment_alarm_that_nobody_has_is_refused() -> None:
    """A misspelt alarm would never roll anything back, so it stops the synthesis."""
    with pytest.raises(ValueError, match=r"no alarm has.*use rollback_alarms"):
        _monitored(deployment_alarms=("shop-api-typo",))


def test_missing_tasks_are_counted_against_the_desired_ones(monitored: Template) -> None:
    """A service that is meant to run nothing does not page; one that should run and does not, does."""
    alarm = monitored.only(ALARM, alarm_name="shop-api-tasks-missing")
    queries = {query["id"]: query for query in alarm["metric_query"]}
    assert queries["result"]["expression"] == "desired - FILL(running, 0)"
    assert queries["desired"]["metric"]["metric_name"] == "DesiredTaskCount"
    assert queries["running"]["metric"]["namespace"] == "ECS/ContainerInsights"


def test_lines_of_the_log_become_a_metric_that_is_zero_when_quiet(monitored: Template) -> None:
    """A quiet log counts as zero lines, and the alarm reads that very metric."""
    lines = monitored.only("aws_cloudwatch_log_metric_filter")
    made = lines["metric_transformation"]
    assert made["default_value"] == "0"
    alarm = monitored.only(ALARM, alarm_name="shop-api-broker-lost")
    assert (alarm["namespace"], alarm["metric_name"]) == (made["namespace"], made["name"])
    assert (alarm["datapoints_to_alarm"], alarm["evaluation_periods"]) == (2, 3)


def test_stopped_tasks_are_reported_with_their_reason(monitored: Template) -> None:
    """A crash or a failed health check is reported with ECS's reason; scaling in is not."""
    rule = monitored.only("aws_cloudwatch_event_rule", name="shop-cluster-task-stopped")
    pattern = json.loads(rule["event_pattern"])
    assert {"stopCode": ["EssentialContainerExited", "TaskFailedToStart"]} in pattern["detail"]["$or"]
    assert "ServiceSchedulerInitiated" not in rule["event_pattern"]
    texts = [
        target["input_transformer"]["input_template"] for target in monitored.resources("aws_cloudwatch_event_target")
    ]
    assert any("<reason>" in text and "#task-stopped" in text for text in texts)


def test_only_three_services_of_this_account_publish_to_the_topic(monitored: Template) -> None:
    """Alarms, events and budgets publish, each for this account only, and nobody without TLS."""
    policy = monitored.policy("aws_sns_topic_policy")
    allowed = [s for s in policy["Statement"] if s["Effect"] == "Allow"]
    assert {s["Principal"]["Service"].split(".")[0] for s in allowed} == {"cloudwatch", "events", "budgets"}
    assert all("aws:SourceAccount" in s["Condition"]["StringEquals"] for s in allowed)
    assert any(s["Effect"] == "Deny" and "aws:SecureTransport" in str(s) for s in policy["Statement"])


def test_events_may_use_the_topics_key_without_a_source_account(monitored: Template) -> None:
    """EventBridge sends no source account to KMS: its statement is bound to the topic instead."""
    topic = monitored.only("aws_sns_topic")
    assert "kms_key" in topic["kms_master_key_id"]
    keys = [json.loads(key["policy"]) for key in monitored.resources("aws_kms_key")]
    (events,) = [s for key in keys for s in key["Statement"] if s["Principal"].get("Service") == "events.amazonaws.com"]
    assert list(events["Condition"]["StringEquals"]) == ["kms:EncryptionContext:aws:sns:topicArn"]


def test_burst_credits_are_watched_where_they_exist() -> None:
    """A bursting file system is watched for credits, an elastic one for operations."""
    (bursting,) = file_system_alarms("db", file_system_id="fs-1", throughput_mode="bursting")
    (elastic,) = file_system_alarms("db", file_system_id="fs-1", throughput_mode="elastic")
    assert bursting.metrics["credits"].name == "BurstCreditBalance"
    assert elastic.metrics["use"].name == "PercentIOLimit"


def test_a_new_account_misses_no_backup() -> None:
    """A day without a backup counts only when the file system existed for all of it."""
    (alarm,) = backup_alarms("vault", file_system_id="fs-1")
    assert alarm.expression == "IF(samples >= 90, FILL(completed, 0), 1)"
    assert alarm.missing_data == "notBreaching"
    assert alarm.periods * alarm.metrics["completed"].period_seconds <= 7 * 86_400


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"runbook": "CPU high"}, "is no anchor"),
        ({"summary": "busy"}, "is no sentence"),
        ({"metrics": {}}, "0 metrics"),
        ({"bad_periods": 4}, "bad_periods=4"),
    ],
)
def test_an_alarm_that_can_t_work_is_refused(changes: dict[str, Any], message: str) -> None:
    """An alarm without section, sentence, metric or reachable count stops the synthesis."""
    good: dict[str, Any] = {
        "name": "a",
        "summary": "It is busy.",
        "runbook": "cpu-high",
        "metrics": {"m": Metric(namespace="AWS/ECS", name="CPUUtilization")},
        "threshold": 80,
        "missing_data": "notBreaching",
    }
    with pytest.raises(ValueError, match=message):
        AlarmSpec(**good | changes)


def test_alarms_stay_within_what_cloudwatch_evaluates() -> None:
    """No alarm on periods below an hour looks back further than a day (CloudWatch: PutMetricAlarm)."""
    specs = [
        *service_alarms("c", "s"),
        *target_alarms("s", load_balancer="app/a/1", target_group="targetgroup/t/1"),
    ]
    for spec in specs:
        for metric in spec.metrics.values():
            assert metric.period_seconds * spec.periods <= 86_400
