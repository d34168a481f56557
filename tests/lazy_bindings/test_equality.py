"""The promise: what is synthesized is the same, byte for byte, with and without laziness."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENTS = sorted((ROOT / "environments").glob("*.toml"))


def tree(directory: Path) -> dict[str, bytes]:
    """All files under *directory* and what they hold."""
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if not path.is_dir()}


def synthesize(command: list[str], output: Path, *, cwd: Path, lazy: bool, **environ: str) -> dict[str, bytes]:
    """Run *command*, which writes *output*, and return the tree; move nothing, leave nothing."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LAZY_BINDINGS": "1" if lazy else "0", **environ}
    subprocess.run([sys.executable, *command], cwd=cwd, env=environment, check=True, capture_output=True)
    files = tree(output)
    shutil.rmtree(output)
    return files


@pytest.mark.slow
def test_the_sample_app_is_the_same_with_and_without(tmp_path: Path) -> None:
    """Two providers, tokens, cross-stack references and a Python aspect come out the same."""
    out = tmp_path / "out"
    command = ["-m", "tests.lazy_bindings.sample_app", str(out)]
    lazy = synthesize(command, out, cwd=tmp_path, lazy=True)
    assert {"manifest.json", "stacks/storage/cdk.tf.json", "stacks/compute/cdk.tf.json"} == lazy.keys()
    assert lazy == synthesize(command, out, cwd=tmp_path, lazy=False)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["local", "cloud"])
@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda path: path.stem)
def test_every_environment_is_the_same_with_and_without(tmp_path: Path, environment: Path, backend: str) -> None:
    """The whole app, for this environment, with state in files and with Terraform Cloud, comes out the same."""
    environments = tmp_path / "environments"
    environments.mkdir()
    shutil.copy(environment, environments)
    settings = {
        "EDGEMIND_ENVIRONMENTS_DIR": str(environments),
        "EDGEMIND_LOCAL_STATE_DIR": str(tmp_path / "state"),
        "EDGEMIND_BACKEND": backend,
    }
    command, out = [str(ROOT / "main.py")], tmp_path / "cdktf.out"
    lazy = synthesize(command, out, cwd=tmp_path, lazy=True, **settings)
    assert len(lazy) > 1
    assert lazy == synthesize(command, out, cwd=tmp_path, lazy=False, **settings)
