import json
import re
from pathlib import Path

import pytest
from cdktf import App

from constructs_lib.cluster import Cluster
from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.fargate_task import FargateTask
from constructs_lib.network import ExistingNetwork
from stacks.base import BaseStack, RunSettings
from stacks.environment_files import load_environments
from stacks.monitoring import define_dashboard, lost_connections
from tests.support.synthesis import Synthesized
from tests.support.world import task_spec
from tools.toolchain import ROOT

ALARM = "aws_cloudwatch_metric_alarm"


def test_every_service_of_the_contract_has_its_alarms(synthesized: Synthesized) -> None:
    """Backend, InfluxDB and ChromaDB are watched for CPU, memory and missing tasks, each in its own stack."""
    stacks = synthesized.of("prod")
    for service, stack in (("backend", "backend"), ("influxdb", "data"), ("chromadb", "data")):
        names = {alarm["alarm_name"] for alarm in stacks[stack].resources(ALARM)}
        assert {f"edgemind-prod-{service}-{kind}" for kind in ("cpu", "memory", "tasks-missing")} <= names


def test_the_thresholds_are_those_of_the_handbook(synthesized: Synthesized) -> None:
    """CPU and memory are healthy below 80 percent."""
    for stack in synthesized.of("prod").values():
        for alarm in stack.resources(ALARM):
            if alarm["alarm_name"].endswith(("-cpu", "-memory")):
                assert (alarm["threshold"], alarm["comparison_operator"]) == (80, "GreaterThanOrEqualToThreshold")


def test_the_dashboard_shows_every_service_alarm_and_event(synthesized: Synthesized) -> None:
    """What any stack watches is on the one dashboard of the environment."""
    stacks = synthesized.of("prod")
    body = stacks["delivery"].only("aws_cloudwatch_dashboard")["dashboard_body"]
    assert json.loads(body)["widgets"]
    for stack in stacks.values():
        for alarm in stack.resources(ALARM):
            assert f"alarm:{alarm['alarm_name']}" in body
        for rule in stack.resources("aws_cloudwatch_event_rule"):
            assert rule["name"] in body
        for service in stack.resources("aws_ecs_service"):
            assert f"{service['name']}: tasks" in body


def test_a_deployment_of_the_backend_is_rolled_back_by_what_callers_notice(synthesized: Synthesized) -> None:
    """Errors and slow answers roll back; CPU and memory don't."""
    service = synthesized.of("prod")["backend"].only("aws_ecs_service")
    assert service["alarms"]["alarm_names"] == ["edgemind-prod-backend-target-5xx", "edgemind-prod-backend-latency"]


def test_the_budget_is_as_large_as_the_environment_says(synthesized: Synthesized) -> None:
    """A budget exists where the file names an amount."""
    budget = synthesized.of("prod")["network"].only("aws_budgets_budget")
    assert (budget["limit_amount"], budget["limit_unit"]) == ("500", "USD")
    assert {n["notification_type"] for n in budget["notification"]} == {"ACTUAL", "FORECASTED"}


@pytest.mark.parametrize(
    ("line", "peer"),
    [
        ("MQTT disconnected, retrying in 5 s", "MQTT"),
        ("[mqtt] connection closed", "MQTT"),
        ("MQTT client offline", "MQTT"),
        ("InfluxDB write error: ECONNREFUSED", "InfluxDB"),
        ("influx: connection refused", "InfluxDB"),
        ("connected to MQTT broker", None),
        ("wrote 500 points to InfluxDB", None),
        ("error in /api/oee", None),
    ],
)
def test_lost_connections_are_told_from_other_lines(line: str, peer: str | None) -> None:
    """A line counts when it names the peer and trouble, in whatever spelling."""
    found = [p.label for p in lost_connections() if re.search(p.pattern.strip("%"), line)]
    assert found == ([peer] if peer else [])


def test_patterns_are_within_the_limits_of_cloudwatch() -> None:
    """At most 1024 characters, and only the operators that CloudWatch Logs has for regular expressions."""
    for pattern in lost_connections():
        assert len(pattern.pattern) <= 1024
        assert not set("(){}") & set(pattern.pattern)


def test_a_service_that_nobody_watches_stops_the_synthesis(tmp_path: Path) -> None:
    """A new service without the line that gives it alarms is refused, with that line."""
    environment = next(e for e in load_environments(ROOT / "environments") if e.name == "prod")
    stack = BaseStack(App(), "extra", environment=environment, run=RunSettings(local_state_dir=tmp_path))
    key = EncryptionKey(stack, "Key", alias="extra", description="Logs")
    network = ExistingNetwork(vpc_id="vpc-1", private_subnet_ids=("subnet-1", "subnet-2"))
    cluster = Cluster(stack, "Cluster", name="extra", network=network, namespace="extra.local", key=key)
    FargateTask(
        stack,
        "Unseen",
        network=network,
        cluster=cluster,
        spec=task_spec("unseen"),
        image="nginx:1.27.0",
        log_key=key,
        environment={},
        secrets={},
    )
    with pytest.raises(ValueError, match=r"nothing watches 'unseen'; call watch_service"):
        define_dashboard(stack)
