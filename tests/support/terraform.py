"""Terraform's own verdict on what a stack synthesizes to."""

import json
import subprocess
from pathlib import Path

from cdktf_cdktf_provider_aws.provider import AwsProvider

from tests.support.template import Factory, Template, new_stack
from tools.toolchain import terraform_binary, terraform_environment


def refusals(factory: Factory, folder: Path) -> list[str]:
    """Return what `terraform validate` finds wrong with what *factory* makes, using *folder*."""
    stack = new_stack()
    AwsProvider(stack, "Aws", region="us-east-1")
    factory(stack)
    document = dict(Template.of(stack).document)
    document["terraform"] = {key: value for key, value in document["terraform"].items() if key == "required_providers"}
    (folder / "main.tf.json").write_text(json.dumps(document))
    _terraform(folder, "init", "-backend=false", "-input=false")
    verdict = json.loads(_terraform(folder, "validate", "-json", check=False))
    return [f"{found['summary']}: {found.get('detail', '')}" for found in verdict["diagnostics"]]


def _terraform(folder: Path, *arguments: str, check: bool = True) -> str:
    return subprocess.run(
        [terraform_binary(), *arguments],
        cwd=folder,
        env=terraform_environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=check,
    ).stdout
