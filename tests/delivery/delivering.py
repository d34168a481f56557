"""Delivers into an account as the workflows do: each job's commands, with the session that its token buys."""

import sys
from pathlib import Path

from tests.delivery.calls import Actor
from tests.delivery.tokens import RIGHT, of_job
from tests.support.github_token import assume
from tests.support.local_account import LocalAccount, Ran
from tests.support.oci_image import write_image
from tests.support.workflow import Workflow
from tools.delivery.oci_layout import OciLayout
from tools.delivery.registry import Registry

# What the actions render-task-definition and deploy-task-definition call, in their order
_DEPLOY = """\
import os, sys
from tools.delivery.service import Service
from tools.delivery.settings import Backend, client
backend = Backend.read(os.environ)
Service(client("ecs", backend.region), backend).deploy(sys.argv[1])
"""


def role_arn(account: LocalAccount, job: str) -> str:
    """Return the role of *job*, from the output that people copy into the secret."""
    return str(account.outputs("delivery")[f"AWS_ROLE_ARN_{job}"])


def as_job(account: LocalAccount, job: str) -> Actor:
    """Return who *job* is once it showed its token."""
    return Actor(account=account, session=assume(account.endpoint, role_arn(account, job), of_job(RIGHT, job)))


def step(actor: Actor, workflow: str, *command: str, **more: str) -> Ran:
    """Run Python with the variables of *workflow* and the actor's session."""
    variables = {**Workflow(workflow).env(), **actor.session, "GITHUB_ACTIONS": "true", **more}
    return actor.account.run([sys.executable, *command], more=variables)


def push(account: LocalAccount, directory: Path, commit: str) -> str:
    """Push a new image as the image job does; return its digest."""
    digest = write_image(directory, f"console.log('{commit}')")
    login = as_job(account, "image").client("ecr")
    registry = Registry.of_ecr(login, "edgemind-prod-backend", {"AWS_ENDPOINT_URL": account.endpoint})
    assert registry.push(OciLayout(directory), [commit, "latest"]) == digest
    return digest


def deploy(account: LocalAccount, commit: str) -> None:
    """Do as the deploy job does: compare, register, update, wait, record."""
    actor, workflow = as_job(account, "backend"), "deploy-backend.yml"
    reference = f"{account.outputs('backend')['ecr_repository_url']}:{commit}"
    step(actor, workflow, "-m", "tools.delivery.is_newer", "backend", "--commit", commit).check()
    step(actor, workflow, "-c", _DEPLOY, reference).check()
    step(actor, workflow, "-m", "tools.delivery.record_image", reference).check()


def publish_site(account: LocalAccount, directory: Path, commit: str) -> Ran:
    """Do as the publish job does: compare, publish, invalidate, look."""
    actor, workflow = as_job(account, "frontend"), "deploy-frontend.yml"
    step(actor, workflow, "-m", "tools.delivery.is_newer", "frontend", "--commit", commit).check()
    command = ["-m", "tools.delivery.publish_frontend", str(directory), "--commit", commit]
    return step(actor, workflow, *command, **site(account)).check()


def roll_back(account: LocalAccount, what: str, commit: str = "") -> Ran:
    """Do as the rollback workflow does."""
    command = ["-m", "tools.delivery.rollback", what, "--commit", commit]
    return step(as_job(account, what), "rollback.yml", *command, **site(account)).check()


def site(account: LocalAccount) -> dict[str, str]:
    """Return where the site is: the emulator serves it on its own port, under the site's name."""
    return {
        "CLOUDFRONT_DISTRIBUTION_ID": str(account.outputs("delivery")["CLOUDFRONT_DISTRIBUTION_ID"]),
        "SITE_URL": account.endpoint,
        "SITE_HOST": str(account.outputs("frontend")["site_url"]).removeprefix("https://"),
    }


def write_site(directory: Path, text: str) -> Path:
    """Write a small site that says *text*."""
    for name, content in {
        "index.html": f'<!doctype html><link rel="stylesheet" href="css/a.css"><script src="js/a.js"></script>{text}',
        "css/a.css": "body { color: black }",
        "js/a.js": f"console.log('{text}')",
        "assets/logo.svg": "<svg/>",
        "server.js": "not the site's",
    }.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return directory
