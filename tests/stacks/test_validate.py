import json
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.synthesis import Synthesized
from tools.toolchain import terraform_binary, terraform_environment

pytestmark = pytest.mark.terraform


class Validator:
    """`terraform validate` over many stacks, with the providers installed once."""

    def __init__(self, folder: Path, first: Path) -> None:
        self._folder = folder
        home = self._place("init", first)
        self._environment = terraform_environment() | {"TF_DATA_DIR": str(home / ".terraform")}
        self._run(home, "init", "-backend=false", "-input=false", "-no-color")
        self._lock = home / ".terraform.lock.hcl"

    def diagnostics(self, name: str, document: Path) -> list[str]:
        """Return what Terraform says against the stack in *document*."""
        folder = self._place(name, document)
        shutil.copy(self._lock, folder)
        verdict = json.loads(self._run(folder, "validate", "-json"))
        return [f"{found['summary']}: {found.get('detail', '')}" for found in verdict["diagnostics"]]

    def _place(self, name: str, document: Path) -> Path:
        folder = self._folder / name
        folder.mkdir(parents=True)
        shutil.copy(document, folder / "cdk.tf.json")
        return folder

    def _run(self, folder: Path, *arguments: str) -> str:
        done = subprocess.run(
            [terraform_binary(), *arguments],
            cwd=folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def validator(synthesized: Synthesized, tmp_path_factory: pytest.TempPathFactory) -> Validator:
    return Validator(tmp_path_factory.mktemp("validate"), _file(synthesized, "edgemind-prod-network"))


def _file(synthesized: Synthesized, stack: str) -> Path:
    return synthesized.out / "stacks" / stack / "cdk.tf.json"


def test_terraform_accepts_every_stack_of_every_environment(synthesized: Synthesized, validator: Validator) -> None:
    """`terraform validate` finds neither an error nor a warning, in the variants too."""
    names = list(synthesized.stacks)
    with ThreadPoolExecutor(max_workers=2) as two:
        verdicts = two.map(lambda name: validator.diagnostics(name, _file(synthesized, name)), names)
        found = dict(zip(names, verdicts, strict=True))
    assert {name: diagnostics for name, diagnostics in found.items() if diagnostics} == {}
    assert len(found) >= 15


def test_a_stack_that_terraform_refuses_is_noticed(
    synthesized: Synthesized, validator: Validator, tmp_path: Path
) -> None:
    """The check itself works: a stack with a made-up argument does not pass."""
    document = json.loads(_file(synthesized, "edgemind-prod-data").read_text(encoding="utf-8"))
    next(iter(document["resource"]["aws_kms_key"].values()))["no_such_argument"] = True
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps(document), encoding="utf-8")
    (error,) = validator.diagnostics("broken", broken)
    assert "no_such_argument" in error
