import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from rich.console import Console

from tests.support.local_account import LocalAccount
from tests.support.stand_in import backend_stand_in
from tests.tools.status.fakes import FakeAws
from tools.status import ecs, edge
from tools.status.__main__ import LOOKS, look, main, show
from tools.status.finding import Finding, healthy
from tools.status.target import Target, is_loopback
from tools.toolchain import ROOT


def _only(findings: Any) -> Finding:
    (found,) = list(findings)
    assert isinstance(found, Finding)
    return found


def _in_order(aws: FakeAws) -> None:
    del aws


def _too_few(aws: FakeAws) -> None:
    aws.service["runningCount"] = 0


def _failed(aws: FakeAws) -> None:
    aws.service["deployments"] = [{"rolloutState": "FAILED"}]


def _switched_off(aws: FakeAws) -> None:
    aws.service |= {"runningCount": 0, "desiredCount": 0}


def _unpublished(aws: FakeAws) -> None:
    _switched_off(aws)
    aws.image = "registry.example.com/shop-prod-api:unpublished"


@pytest.mark.parametrize(
    ("change", "state", "words"),
    [
        (_in_order, "ok", "1 of 1 tasks run"),
        (_too_few, "bad", "0 of 1 tasks run"),
        (_failed, "bad", "deployment failed"),
        (_switched_off, "bad", "0 of 0 tasks run"),
        (_unpublished, "ok", "waits for its first image"),
    ],
)
def test_a_service_is_judged_by_its_tasks(change: Callable[[FakeAws], None], state: str, words: str) -> None:
    """Too few tasks, a failed deployment and a service that somebody switched off are bad; day 0 is not."""
    aws = FakeAws()
    change(aws)
    found = _only(ecs.services(aws.target()))
    assert found.state == state
    assert words in found.detail


def test_a_deployment_tells_image_and_commit() -> None:
    """What runs is told with its image, its commit and its revision."""
    found = _only(ecs.deployments(FakeAws().target()))
    assert found.facts["commit"] == "0123abc"
    assert found.facts["task_definition"] == "shop-prod-api:7"


def test_an_image_that_nobody_delivered_is_drift() -> None:
    """A service that runs something else than the recorded image is bad; one without a record is left out."""
    aws = FakeAws()
    assert _only(ecs.image_drift(aws.target())).state == "ok"
    aws.delivered = "registry.example.com/shop-prod-api:feedbee"
    assert _only(ecs.image_drift(aws.target())).state == "bad"
    aws.delivered = None
    assert list(ecs.image_drift(aws.target())) == []


def test_a_stopped_task_tells_its_reason() -> None:
    """The reason, the exit codes and the service of a stopped task are told."""
    aws = FakeAws()
    aws.stopped = [
        {
            "taskArn": "t",
            "group": "service:shop-prod-api",
            "stoppedReason": "OutOfMemoryError",
            "containers": [{"name": "api", "exitCode": 137}],
        }
    ]
    found = _only(ecs.stopped_tasks(aws.target()))
    assert (found.subject, found.detail) == ("shop-prod-api", "OutOfMemoryError")
    assert found.facts["exit_codes"] == {"api": 137}


def test_an_alarm_that_is_on_is_bad_and_so_is_having_none() -> None:
    """An alarm shows its own description, which names the runbook; no alarm at all is not good news."""
    aws = FakeAws()
    aws.alarms.append(
        {"AlarmName": "shop-prod-api-latency", "StateValue": "ALARM", "AlarmDescription": "Slow. Runbook: x#y"}
    )
    bad, _ = list(edge.alarms(aws.target()))
    assert (bad.state, bad.detail) == ("bad", "Slow. Runbook: x#y")
    aws.alarms = []
    assert _only(edge.alarms(aws.target())).state == "bad"


def test_one_unhealthy_target_is_bad() -> None:
    """All registered targets must be healthy."""
    aws = FakeAws()
    aws.health = ["healthy", "unhealthy"]
    found = _only(edge.targets(aws.target()))
    assert (found.state, found.facts["healthy"]) == ("bad", 1)


def test_what_can_t_be_looked_at_is_not_healthy() -> None:
    """A missing right or missing credentials make every look unknown, and the whole not healthy."""
    denied = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListServices")
    for error in (denied, NoCredentialsError()):
        aws = FakeAws()
        aws.denied = error
        found = list(look(aws.target()))
        assert "unknown" in {finding.state for finding in found}
        assert not healthy(found)


def test_a_service_that_the_local_aws_lacks_does_not_count() -> None:
    """Only in front of the local AWS is a missing service no fault."""
    aws = FakeAws()
    aws.denied = ClientError({"Error": {"Code": "NotImplemented", "Message": "no"}}, "ListServices")
    there = aws.target()
    local = Target(
        prefix=there.prefix,
        region=there.region,
        domain=None,
        clients=there.clients,
        local_endpoint="http://127.0.0.1:1",
    )
    assert {f.state for f in look(there) if f.section == "services"} == {"unknown"}
    assert {f.state for f in look(local) if f.section == "services"} == {"info"}


@pytest.mark.parametrize(
    ("status", "text", "state"),
    [
        (200, '{"status": "online", "mqtt": true, "influxdb": true}', "ok"),
        (200, '{"status": "online", "mqtt": false, "influxdb": true}', "bad"),
        (200, '{"status": "starting", "mqtt": true, "influxdb": true}', "bad"),
        (200, "<html>", "bad"),
        (503, "", "bad"),
    ],
)
def test_health_is_what_the_backend_says(status: int, text: str, state: str) -> None:
    """Online with both connections is healthy, everything else is not, a page of HTML included."""
    assert edge._verdict("u", status, text).state == state  # noqa: SLF001


def test_colours_end_where_a_pipe_begins() -> None:
    """A terminal gets colours, a file plain text, and brackets in a message stay what they are."""
    found = [Finding(section="alarms", subject="a", state="bad", detail="[red]not markup[/red]")]
    plain, coloured = io.StringIO(), io.StringIO()
    show(FakeAws().target(), found, Console(file=plain, width=120))
    show(FakeAws().target(), found, Console(file=coloured, width=120, force_terminal=True, color_system="standard"))
    assert "\x1b[" not in plain.getvalue()
    assert "[red]not markup[/red]" in plain.getvalue()
    assert "\x1b[" in coloured.getvalue()


def test_an_unknown_environment_is_a_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and the message names the environments that there are."""
    assert main(["--environment", "nowhere"]) == 2
    assert "there is prod" in capsys.readouterr().err


def test_the_policy_is_printed_as_it_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    """The documented policy is the one that the tool prints, and only reads."""
    assert main(["--policy"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((ROOT / "docs" / "status-policy.json").read_text())
    actions = [action.split(":")[1] for statement in printed["Statement"] for action in statement["Action"]]
    assert all(action.startswith(("Describe", "List", "Get")) for action in actions)


@pytest.mark.parametrize(
    ("url", "here"),
    [("http://127.0.0.1:4566", True), ("http://localhost", True), ("https://sns.us-east-1.amazonaws.com", False)],
)
def test_the_local_aws_is_known_by_its_address(url: str, here: bool) -> None:  # noqa: FBT001 - a parameter
    """Only an endpoint on this machine is taken for the local AWS."""
    assert is_loopback(url) is here


@pytest.mark.local_aws
def test_a_fresh_environment_is_healthy(local_account: LocalAccount) -> None:
    """Right after the first deployment every look succeeds and the command says healthy, for scripts too."""
    ran = local_account.run(["python", "-m", "tools.status", "--json"])
    document = json.loads(ran.output)
    assert ran.code == 0, ran.output
    assert document["healthy"] is True
    sections = {finding["section"] for finding in document["findings"]}
    assert sections >= set(LOOKS) - {"targets"}
    assert not [finding for finding in document["findings"] if finding["state"] == "unknown"]


@pytest.mark.local_aws
def test_health_is_asked_the_way_visitors_ask(local_account: LocalAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """The look at `/health` goes through the distribution and the load balancer to the task."""
    monkeypatch.setattr(ecs, "described", lambda _: [])
    target = Target(
        prefix="edgemind-prod",
        region="us-east-1",
        domain="edge-mind.concept-reply-sandbox.com",
        clients=local_account.client,
        local_endpoint=local_account.endpoint,
    )
    elb = local_account.client("elbv2")
    (group,) = elb.describe_target_groups(Names=["edgemind-prod-backend"])["TargetGroups"]
    with backend_stand_in() as port:
        one = [{"Id": "127.0.0.1", "Port": port}]
        elb.register_targets(TargetGroupArn=group["TargetGroupArn"], Targets=one)
        try:
            assert _only(edge.health(target)).detail == "online, all connected"
        finally:
            elb.deregister_targets(TargetGroupArn=group["TargetGroupArn"], Targets=one)
    assert _only(edge.health(target)).state == "bad"
