"""What workflows and stacks say of each other is the same: a rename in one place fails here."""

import re

import pytest

from stacks.delivery_roles import JOBS, github_environment
from tests.support.synthesis import Synthesized
from tests.support.template import Template, parsed
from tests.support.workflow import Workflow
from tools import toolchain
from tools.delivery.github_settings import SECRETS
from tools.delivery.settings import Backend, Site

BACKEND, FRONTEND, ROLLBACK = Workflow("deploy-backend.yml"), Workflow("deploy-frontend.yml"), Workflow("rollback.yml")
DELIVERY_DOCS = toolchain.ROOT / "docs" / "delivery.md"


@pytest.fixture(scope="module")
def prod(synthesized: Synthesized) -> dict[str, Template]:
    return synthesized.of("prod")


def _output(template: Template, name: str) -> str:
    """Return the value that an output is known to have before anything is applied."""
    value: str = template.document["output"][name]["value"]
    resource = re.fullmatch(r"\$\{([a-z0-9_]+)\.([A-Za-z0-9_-]+)\.([a-z_]+)\}", value)
    if resource is None:
        return value
    found = template.document["resource"][resource[1]][resource[2]]
    return str(found[resource[3]] if resource[3] in found else found["name"])


@pytest.mark.parametrize("workflow", [BACKEND, ROLLBACK], ids=["deploy-backend", "rollback"])
def test_names_of_the_backend_are_the_stacks_outputs(prod: dict[str, Template], workflow: Workflow) -> None:
    """Cluster, service, repository, container and parameters in ``env:`` are what the stacks create."""
    env, backend = workflow.env(), prod["backend"]
    assert env["ECS_CLUSTER"] == prod["network"].only("aws_ecs_cluster")["name"]
    assert env["ECS_SERVICE"] == backend.only("aws_ecs_service")["name"] == _output(backend, "ecs_service_name")
    assert env["ECS_SERVICE"] == backend.only("aws_ecs_task_definition")["family"]
    assert env["ECR_REPOSITORY"] == backend.only("aws_ecr_repository")["name"]
    assert env["ECR_REPOSITORY"] == _output(backend, "ecr_repository_name")
    assert env["IMAGE_PARAMETER"] == _output(backend, "image_parameter_name")
    names = {item["name"] for item in backend.resources("aws_ssm_parameter")}
    assert {env["IMAGE_PARAMETER"], env["MIN_TASKS_PARAMETER"]} <= names
    assert env["CONTAINER_NAME"] == _output(backend, "container_name")


def test_container_and_port_are_the_task_definitions(prod: dict[str, Template]) -> None:
    """The container that gets the image is in the task definition, and listens where the specification says."""
    task = prod["backend"].only("aws_ecs_task_definition")
    text = re.sub(r"\$\{[^}]*\}", "TOKEN", task["container_definitions"])
    (container,) = parsed(f'{{"all": {text}}}')["all"]
    assert container["name"] == BACKEND.env()["CONTAINER_NAME"] == "backend"
    assert [mapping["containerPort"] for mapping in container["portMappings"]] == [3000]


@pytest.mark.parametrize("workflow", [FRONTEND, ROLLBACK], ids=["deploy-frontend", "rollback"])
def test_names_of_the_site_are_the_stacks_outputs(prod: dict[str, Template], workflow: Workflow) -> None:
    """Bucket and address in ``env:`` are what the stacks create."""
    env, frontend = workflow.env(), prod["frontend"]
    assert env["S3_BUCKET"] == _output(frontend, "bucket_name")
    assert env["SITE_URL"] == _output(frontend, "site_url")


@pytest.mark.parametrize("workflow", [BACKEND, FRONTEND, ROLLBACK], ids=["backend", "frontend", "rollback"])
def test_region_is_the_stacks(prod: dict[str, Template], workflow: Workflow) -> None:
    """Workflows work in the region that the stacks are in."""
    (provider,) = prod["delivery"].document["provider"]["aws"]
    assert workflow.env()["AWS_REGION"] == provider["region"]


def test_the_tools_know_the_same_names() -> None:
    """Without a workflow's variables, the tools work on the very names that the workflows give them."""
    for workflow in (BACKEND, ROLLBACK):
        assert Backend.read({"GITHUB_ACTIONS": "true", **workflow.env()}) == Backend.read({"CONTAINER_NAME": "other"})
    for workflow in (FRONTEND, ROLLBACK):
        assert Site.read({"GITHUB_ACTIONS": "true", **workflow.env()}).bucket == Site.read({}).bucket


def test_each_job_runs_in_the_environment_that_its_role_trusts() -> None:
    """The GitHub environments in the workflows are those in the trust policies, job by job."""
    assert BACKEND.environment("image") == github_environment("prod", "image")
    assert BACKEND.environment("deploy") == github_environment("prod", "backend")
    assert FRONTEND.environment("publish") == github_environment("prod", "frontend")
    for what in ("backend", "frontend"):
        assert ROLLBACK.environment("rollback", what=what) == github_environment("prod", what)
    assert set(JOBS) == set(SECRETS)


def test_secrets_used_are_the_documented_ones(prod: dict[str, Template]) -> None:
    """Workflows use the two secrets of the specification; each is an output and in the documentation."""
    used = {
        name
        for workflow in (BACKEND, FRONTEND, ROLLBACK)
        for name in re.findall(r"secrets\.([A-Za-z_]+)", workflow.text)
    }
    documentation = DELIVERY_DOCS.read_text(encoding="utf-8")
    assert used == {"AWS_ROLE_ARN", "CLOUDFRONT_DISTRIBUTION_ID"} == {n for names in SECRETS.values() for n in names}
    outputs = prod["delivery"].document["output"]
    for job, secrets in SECRETS.items():
        for secret, output in secrets.items():
            assert output in outputs, f"{secret} of {job} has no output {output}"
            assert f"gh secret set {secret} --env prod-{job}" in documentation


def test_delivery_works_on_the_branch_that_the_roles_trust(prod: dict[str, Template]) -> None:
    """The branch that triggers, the branch that jobs insist on and the branch in the trust policies are one."""
    for workflow in (BACKEND, FRONTEND):
        assert workflow.on["push"]["branches"] == ["main"]
    for role in prod["delivery"].resources("aws_iam_role"):
        if "-delivery-" in role["name"]:
            assert '"token.actions.githubusercontent.com:ref":"refs/heads/main"' in role["assume_role_policy"]
    for workflow in (BACKEND, FRONTEND, ROLLBACK):
        guarded = [job for job in workflow.jobs.values() if "environment" in job and "needs" not in job]
        guarded += [workflow.jobs["image"]] if "image" in workflow.jobs else []
        assert guarded, workflow.path
        assert all(job["if"] == "github.ref == 'refs/heads/main'" for job in guarded)
