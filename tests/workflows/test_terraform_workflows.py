"""How infrastructure is planned, applied and compared: who gets a token, and when."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.workflow import Workflow
from tools.toolchain import ROOT

NAMES = ("plan.yml", "apply.yml", "drift.yml")
WITH_TOKEN = {
    "plan.yml": ("plan", "terraform-plan"),
    "apply.yml": ("apply", "terraform-apply"),
    "drift.yml": ("drift", "terraform-plan"),
}


@pytest.fixture(params=NAMES)
def workflow(request: pytest.FixtureRequest) -> Workflow:
    """Return each of them."""
    return Workflow(request.param)


def _secrets(job: dict[str, Any]) -> set[str]:
    return set(re.findall(r"secrets\.(\w+)", str(job)))


def test_rights_are_none_at_the_top(workflow: Workflow) -> None:
    """A workflow has no permissions; each job has what it says, and no job gets a token for AWS."""
    assert workflow.document["permissions"] == {}
    for job in workflow.jobs.values():
        assert job["permissions"]["contents"] == "read"
        assert set(job["permissions"]) <= {"contents", "pull-requests", "issues"}
    assert "id-token" not in workflow.text


def test_one_job_has_the_token_in_its_environment(workflow: Workflow) -> None:
    """The token of Terraform Cloud is in one job, which runs in the GitHub environment that holds it."""
    name, environment = WITH_TOKEN[workflow.path.name]
    for job_name, job in workflow.jobs.items():
        assert bool(_secrets(job)) is (job_name == name)
        assert job.get("environment") == (environment if job_name == name else None)


def test_pull_requests_plan_and_never_apply() -> None:
    """The token of pull requests is the planners'; the appliers' is in the workflow of the branch only."""
    assert _secrets(Workflow("plan.yml").jobs["plan"]) == {"TERRAFORM_CLOUD_PLAN_TOKEN"}
    assert _secrets(Workflow("apply.yml").jobs["apply"]) == {"TERRAFORM_CLOUD_APPLY_TOKEN"}
    assert set(Workflow("plan.yml").on) == {"pull_request"}
    assert set(Workflow("apply.yml").on) == {"push", "workflow_dispatch"}


def test_forks_get_no_token() -> None:
    """A pull request from a fork is checked without a token, and never planned."""
    condition = Workflow("plan.yml").jobs["plan"]["if"]
    assert "github.event.pull_request.head.repo.full_name == github.repository" in condition
    assert "pull_request_target" not in Workflow("plan.yml").text


def test_without_terraform_cloud_nothing_runs(workflow: Workflow) -> None:
    """The job with the token waits for another one to see that the stacks are in Terraform Cloud."""
    name, _ = WITH_TOKEN[workflow.path.name]
    job = workflow.jobs[name]
    assert f"needs.{job['needs']}.outputs.cloud == 'true'" in job["if"]


def test_applies_and_comparisons_work_on_main() -> None:
    """What uses the branch's configuration refuses to run on another branch."""
    for name, job in (("apply.yml", "apply"), ("drift.yml", "drift")):
        assert "github.ref == 'refs/heads/main'" in Workflow(name).jobs[job]["if"]
    assert Workflow("apply.yml").on["push"]["branches"] == ["main"]


def test_one_apply_at_a_time() -> None:
    """Applies queue and are never cancelled half-way; plans of an older push are."""
    assert Workflow("apply.yml").document["concurrency"] == {"group": "terraform-prod", "cancel-in-progress": False}
    assert Workflow("plan.yml").document["concurrency"]["cancel-in-progress"] is True


def test_checks_come_before_the_plan() -> None:
    """Synthesis, checkov and policies pass before a run is started."""
    commands = [step.get("run", "") for step in Workflow("plan.yml").steps("check")]
    assert [c for c in commands if c.startswith("make")] == ["make synth", "make compliance", "make policy"]
    assert Workflow("plan.yml").jobs["plan"]["needs"] == "check"


def test_comment_is_written_whatever_the_plan_says() -> None:
    """A refused plan still gets its comment."""
    step = next(step for step in Workflow("plan.yml").steps("plan") if step["name"] == "Comment")
    assert step["if"] == "${{ !cancelled() && hashFiles('comment.md') != '' }}"


def test_no_expression_is_pasted_into_a_script(workflow: Workflow) -> None:
    """Scripts read variables; an expression in a script would run what it holds."""
    for name in workflow.jobs:
        for step in workflow.steps(name):
            assert "${{" not in step.get("run", ""), step["name"]


def test_checkouts_leave_no_credentials_behind(workflow: Workflow) -> None:
    """The token that checks out is not kept where later steps could find it."""
    for name in workflow.jobs:
        for step in workflow.steps(name):
            if "actions/checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False


def test_every_action_is_pinned(workflow: Workflow) -> None:
    """Every action is used by commit, with its version beside it; jobs end, on the pinned runner."""
    for action, comment in re.findall(r"uses: (\S+)(.*)", workflow.text):
        assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", action)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)
    for job in workflow.jobs.values():
        assert job["runs-on"] == "ubuntu-24.04"
        assert job["timeout-minutes"] <= 120


@pytest.mark.parametrize("file", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda file: file.stem)
def test_no_workflow_turns_the_providers_log_on(file: Path) -> None:
    """At its loud levels the provider logs what it sends, generated secrets too; a job's log is kept for months."""
    assert "TF_LOG" not in file.read_text(encoding="utf-8")
