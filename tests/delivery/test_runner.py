"""What a GitHub runner has is enough: the programs import nothing that it lacks."""

import subprocess
import sys

import pytest

from tests.support.workflow import Workflow
from tools import toolchain

LOCKED = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")
# Refuses every import from site-packages whose top-level name is not listed
GUARD = """\
import sys, importlib
from importlib.machinery import PathFinder
allowed = set(sys.argv[2].split(",")) - {""}
class Guard:
    @staticmethod
    def find_spec(name, path=None, target=None):
        top = name.partition(".")[0]
        if top == "tools" or top in sys.stdlib_module_names or top in allowed or top.startswith("_"):
            return None
        raise ImportError(f"a runner has no {top}")
sys.meta_path.insert(0, Guard)
importlib.import_module(sys.argv[1])
"""


def _imports(module: str, *allowed: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", GUARD, module, ",".join(allowed)]
    return subprocess.run(command, cwd=toolchain.ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("module", ["is_newer", "publish_frontend", "record_image", "rollback"])
def test_a_program_needs_the_locked_library_only(module: str) -> None:
    """With the packages of requirements.txt and nothing else, the program loads."""
    ran = _imports(f"tools.delivery.{module}", *LOCKED)
    assert ran.returncode == 0, ran.stderr


def test_the_health_check_needs_nothing() -> None:
    """Where nothing is installed the health check loads, and the guard is no sieve."""
    assert _imports("tools.delivery.health").returncode == 0
    assert "a runner has no" in _imports("tools.delivery.rollback").stderr


@pytest.mark.parametrize("name", ["deploy-backend.yml", "deploy-frontend.yml", "rollback.yml"])
def test_every_program_that_a_workflow_runs_exists(name: str) -> None:
    """Each `python -m` in a workflow is a program that tells how it is used."""
    workflow = Workflow(name)
    words = [
        step["run"].split()
        for job in workflow.jobs
        for step in workflow.steps(job)
        if "-m tools." in step.get("run", "")
    ]
    assert words
    for module in {line[line.index("-m") + 1] for line in words}:
        ran = subprocess.run(
            [sys.executable, "-m", module, "--help"], cwd=toolchain.ROOT, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        assert "usage:" in ran.stdout
