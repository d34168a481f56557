import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.markdown import Block, anchors, blocks
from tests.support.aws_cli import aws_cli_2, shell_for
from tests.support.local_account import LocalAccount
from tests.support.stand_in import backend_stand_in
from tests.support.synthesis import Synthesized
from tools.toolchain import ROOT

RUNBOOK = ROOT / "docs" / "runbook.md"
BLOCKS = [block for block in blocks(RUNBOOK) if block.language == "bash"]
SETUP = next(block for block in BLOCKS if "setup" in block.marks)
RUN = [block for block in BLOCKS if block.reason is None and block is not SETUP]

# the commands of the system that this one replaces, in today's terms
REQUIRED = [
    "git checkout -b",
    "gh pr create --base main",
    'curl -s "$SITE/health" | jq',
    "aws logs tail /ecs/edgemind-prod-backend --since 10m --format short",
    "aws logs tail /ecs/edgemind-prod-influxdb --since 10m --format short",
    "aws logs tail /ecs/edgemind-prod-chromadb --since 10m --format short",
    "aws logs tail /ecs/edgemind-prod-backend --follow --format short",
    'aws logs tail /ecs/edgemind-prod-backend --since 1h --format short --filter-pattern "ERROR"',
    "aws logs tail /ecs/edgemind-prod-influxdb --since 30m --format short",
    "tools.cdktf list",
    "tools.cdktf diff",
    "tools.cdktf deploy edgemind-prod-backend",
    "tools.cdktf deploy '*'",
    "tools.cdktf destroy",
    "status:status,running:runningCount,desired:desiredCount",
    "curl -s \"$SITE/api/trends\" | jq '.length'",
    'curl -s "$SITE/api/oee/v2?enterprise=ALL" | jq',
    "curl -s \"$SITE/api/schema/hierarchy\" | jq '.enterprises | length'",
    "--desired-status STOPPED",
    "stoppedReason",
    "aws logs tail /ecs/edgemind-prod-backend --since 15m --format short",
    "--family edgemind-prod-influxdb --desired-status RUNNING",
    'aws logs tail /ecs/edgemind-prod-backend --since 10m --format short --filter-pattern "MQTT"',
    "--service edgemind-prod-influxdb --force-new-deployment",
    "aws cloudfront list-invalidations",
    "aws cloudfront create-invalidation",
]


@pytest.mark.parametrize("command", REQUIRED)
def test_a_command_of_the_old_handbook_is_still_there(command: str) -> None:
    """Whoever knew the old handbook finds each of its commands in today's terms."""
    assert any(command in block.text for block in BLOCKS), command


def test_every_alarm_and_event_names_a_section_that_exists(synthesized: Synthesized) -> None:
    """The message at night ends in a section of the runbook that is there."""
    sections = anchors(RUNBOOK)
    said = [
        str(resource.get("alarm_description") or resource["description"])
        for stack in synthesized.of("prod").values()
        for kind in ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_event_rule")
        for resource in stack.resources(kind)
    ]
    assert len(said) >= 26
    for text in said:
        path, _, anchor = text.rpartition("Runbook: ")[2].partition("#")
        assert path == "docs/runbook.md", text
        assert anchor in sections, text


@pytest.fixture(scope="module")
def shell(local_account: LocalAccount, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A shell with the real AWS CLI, in front of the applied account with a stand-in for the backend's task."""
    aws = aws_cli_2()
    missing = [name for name in ("curl", "jq", "xargs") if shutil.which(name) is None]
    if aws is None or missing:
        pytest.skip(f"not on the PATH: {', '.join(['AWS CLI version 2'] * (aws is None) + missing)}")
    elb = local_account.client("elbv2")
    (group,) = elb.describe_target_groups(Names=["edgemind-prod-backend"])["TargetGroups"]
    with backend_stand_in() as port:
        target = [{"Id": "127.0.0.1", "Port": port}]
        elb.register_targets(TargetGroupArn=group["TargetGroupArn"], Targets=target)
        yield shell_for(local_account, tmp_path_factory.mktemp("shell"), aws)
        elb.deregister_targets(TargetGroupArn=group["TargetGroupArn"], Targets=target)


@pytest.mark.local_aws
@pytest.mark.parametrize("block", RUN, ids=lambda block: f"line-{block.line}")
def test_the_commands_run(block: Block, shell: dict[str, str], tmp_path: Path) -> None:
    """A block of the runbook ends without an error when the setup ran before it."""
    script = tmp_path / "block.sh"
    script.write_text(f"set -euo pipefail\n{SETUP.text}\n{block.text}")
    endless = ["timeout", "10"] if "endless" in block.marks else []
    ran = subprocess.run(
        [*endless, "bash", str(script)], cwd=ROOT, env=shell, capture_output=True, text=True, timeout=300, check=False
    )
    allowed = {0} | ({1} if "may-fail" in block.marks else set()) | ({124} if endless else set())
    assert ran.returncode in allowed, f"{block.text}\n{ran.stdout}\n{ran.stderr}"
    assert "Traceback" not in ran.stderr, ran.stderr


@pytest.mark.local_aws
def test_the_commands_say_something(shell: dict[str, str]) -> None:
    """What the runbook asks has an answer in the applied account: the commands don't pass by finding nothing."""
    asked = {
        'curl -s "$SITE/health" | jq -r .status': "online",
        "aws ecs describe-services --cluster $CLUSTER --services edgemind-prod-backend "
        "--query services[0].status --output text": "ACTIVE",
        'aws sns list-topics --output text | grep -c ":edgemind-prod-alarms"': "1",
    }
    for command, answer in asked.items():
        ran = subprocess.run(
            ["bash", "-c", f"{SETUP.text}\n{command}"], env=shell, capture_output=True, text=True, check=False
        )
        assert ran.stdout.strip() == answer, f"{command}\n{ran.stdout}\n{ran.stderr}"
