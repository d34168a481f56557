"""What the workflows do is what production's documentation says that they do."""

from typing import Any

import pytest

from tests.support.workflow import Workflow
from tools.delivery.trigger_paths import copied, trigger_patterns, untriggered

BACKEND, FRONTEND, ROLLBACK = Workflow("deploy-backend.yml"), Workflow("deploy-frontend.yml"), Workflow("rollback.yml")
# The application's: what it copies decides what triggers
DOCKERFILE = """\
FROM node:20-slim
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY server.js ./
COPY lib/ ./lib/
COPY config/ ./config/
COPY index.html ./
COPY css/ ./css/
COPY js/ ./js/
CMD ["node", "server.js"]
"""


def _uses(workflow: Workflow, job: str) -> list[str]:
    return [step.get("uses", step.get("run", "")).partition("@")[0] for step in workflow.steps(job)]


def _step(workflow: Workflow, job: str, fragment: str) -> dict[str, Any]:
    (found,) = [s for s in workflow.steps(job) if fragment in s.get("uses", "") or fragment in s.get("run", "")]
    return found


def test_backend_deploys_when_any_path_of_the_specification_changes() -> None:
    """A push to main that touches one of the documented paths deploys the backend."""
    paths = BACKEND.on["push"]["paths"]
    assert {"server.js", "lib/**", "package.json", "package-lock.json", "Dockerfile"} <= set(paths)


def test_backend_deploys_when_anything_in_its_image_changes() -> None:
    """Whatever the Dockerfile copies triggers a deployment, configuration and pages included."""
    assert untriggered(DOCKERFILE, trigger_patterns(BACKEND.text)) == []
    assert untriggered(DOCKERFILE, ["server.js", "lib/**", "package.json", "package-lock.json", "Dockerfile"]) == [
        "config/",
        "index.html",
        "css/",
        "js/",
    ]


@pytest.mark.parametrize(
    ("line", "sources"),
    [
        ("COPY --chown=node:node a b/ ./", ["a", "b/"]),
        ('COPY ["with space", "./"]', ["with space"]),
        ("COPY --from=build /app/dist ./dist", []),
        ("add https://example.com/x.tgz local.tgz /tmp/", ["local.tgz"]),
        ("COPY a \\\n  b ./", ["a", "b"]),
        ("RUN echo COPY x y", []),
    ],
)
def test_sources_of_a_copy(line: str, sources: list[str]) -> None:
    """Only what comes from the build's context counts."""
    assert list(copied(f"FROM x\n{line}\n")) == sources


def test_frontend_publishes_on_the_paths_of_the_specification() -> None:
    """A push to main that touches the page, styles, scripts or assets publishes the site."""
    paths = [path for path in FRONTEND.on["push"]["paths"] if not path.startswith(".github/")]
    assert paths == ["index.html", "css/**", "js/**", "assets/**"]


@pytest.mark.parametrize("workflow", [BACKEND, FRONTEND, ROLLBACK], ids=["backend", "frontend", "rollback"])
def test_workflows_can_be_run_by_hand_and_called(workflow: Workflow) -> None:
    """Each can be dispatched in GitHub's interface, and called by the application's repository with its directory."""
    assert {"workflow_dispatch", "workflow_call"} <= set(workflow.on)
    assert workflow.on["workflow_dispatch"]["inputs"].keys() == workflow.on["workflow_call"]["inputs"].keys()
    if workflow is not ROLLBACK:
        assert workflow.on["workflow_call"]["inputs"]["directory"]["default"] == "."


def test_backend_steps_are_those_of_the_specification_in_order() -> None:
    """Checkout, Node, install, lint, test, OIDC, login, build and push, definition, deploy, wait, record, health."""
    steps = [use for job in ("test", "image", "deploy", "health") for use in _uses(BACKEND, job)]
    expected = [
        "actions/checkout",
        "actions/setup-node",
        "npm ci",
        "npm run lint",
        "npm test",
        "aws-actions/configure-aws-credentials",
        "aws-actions/amazon-ecr-login",
        "docker/build-push-action",
        "aws ecs describe-task-definition",
        "aws-actions/amazon-ecs-render-task-definition",
        "aws-actions/amazon-ecs-deploy-task-definition",
        "python -m tools.delivery.record_image",
        "python3 -m tools.delivery.health",
    ]
    position = -1
    for step in expected:
        position = next(i for i, use in enumerate(steps) if i > position and use.startswith(step))
    assert BACKEND.jobs["image"]["needs"] == "test"
    assert BACKEND.jobs["deploy"]["needs"] == "image"


def test_one_build_carries_both_tags() -> None:
    """The image is built once and pushed as the commit and as latest; what is deployed is the commit's."""
    step = _step(BACKEND, "image", "docker/build-push-action")
    tags = [tag.rpartition(":")[2] for tag in step["with"]["tags"].split()]
    assert "github.sha" in BACKEND.jobs["image"]["outputs"]["reference"]
    assert step["with"]["push"] is True
    assert " ".join(step["with"]["tags"].split()).count("${{ github.sha }}") == 1
    assert tags[-1] == "latest"


def test_a_rolled_back_deployment_is_a_failure() -> None:
    """The deployment waits for stability, with the version of the action that tells a rollback from a success."""
    step = _step(BACKEND, "deploy", "amazon-ecs-deploy-task-definition")
    assert step["with"]["wait-for-service-stability"] is True
    assert "c465972ecbd160473f22e683363b422a5412a3de # v2.6.3" in BACKEND.text


def test_a_failed_deployment_leaves_the_recorded_image() -> None:
    """When a deployment fails, the recorded image is deployed again, so that Terraform plans no change."""
    step = _step(BACKEND, "deploy", "tools.delivery.rollback")
    assert step["run"].endswith("rollback backend --in-use")
    assert step["if"].startswith("failure()")


def test_an_older_commit_replaces_nothing() -> None:
    """Every step that changes something waits for the answer that the commit is newer."""
    for workflow, job, marks in (
        (BACKEND, "deploy", ("render-task", "deploy-task", "record_image", "describe-task-definition")),
        (FRONTEND, "publish", ("publish_frontend",)),
    ):
        for mark in marks:
            assert "steps.order.outputs.proceed == 'true'" in _step(workflow, job, mark)["if"]
    assert "needs.deploy.outputs.deployed == 'true'" in BACKEND.jobs["health"]["if"]
    for workflow, job in ((BACKEND, "deploy"), (FRONTEND, "publish")):
        assert workflow.steps(job)[0]["with"]["fetch-depth"] == 0


def test_node_is_the_version_of_the_specification() -> None:
    """Lint and test run on Node 18, without a cache that other runs could have filled."""
    step = _step(BACKEND, "test", "actions/setup-node")
    assert step["with"] == {"node-version": 18, "package-manager-cache": False}


def test_what_runs_on_aws_is_scanned_and_listed() -> None:
    """Before an image is deployed its parts are listed, its origin attested and critical vulnerabilities refused."""
    uses = _uses(BACKEND, "image")
    assert uses.count("aquasecurity/trivy-action") == 2
    assert "actions/attest-build-provenance" in uses
    assert "actions/upload-artifact" in uses
    scan = [s for s in BACKEND.steps("image") if s.get("with", {}).get("exit-code")]
    assert scan[0]["with"]["severity"] == "CRITICAL"
