"""What every stack of EdgeMind has: provider, tags, state and the facts about itself."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdktf import LocalBackend, TerraformOutput, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from constructs import Construct

from constructs_lib.account import AwsAccount
from stacks.environment import Environment


@dataclass(frozen=True, kw_only=True, slots=True)
class RunSettings:
    """How this run synthesizes; read from the process environment by ``main.py`` and nowhere else.

    Attributes:
        local_state_dir: Directory of the local backend's state files.
        allow_destroy: Whether what holds data may be destroyed in this run.
    """

    local_state_dir: Path
    allow_destroy: bool = False


class BaseStack(TerraformStack):
    """A stack named ``PROJECT-ENVIRONMENT-ROLE``.

    Every resource carries the same four tags through the provider, so that none can be forgotten and no lookup is
    filtered by them.
    """

    def __init__(self, scope: Construct, role: str, *, environment: Environment, run: RunSettings) -> None:
        self.stack_name = f"{environment.prefix}-{role}"
        super().__init__(scope, self.stack_name)
        self.env = environment
        self.prefix = environment.prefix
        self.allow_destroy = run.allow_destroy
        tags = {
            "Project": environment.project,
            "Environment": environment.name,
            "Stack": self.stack_name,
            "ManagedBy": "terraform",
        }
        AwsProvider(self, "Aws", region=environment.region, default_tags=[AwsProviderDefaultTags(tags=tags)])
        self.account = AwsAccount(self, region=environment.region)
        LocalBackend(self, path=str(run.local_state_dir / f"{self.stack_name}.tfstate"))
        self.output(
            "deployment",
            {"stack": self.stack_name, "environment": environment.name, "region": environment.region},
            "Which stack this is, and where",
        )

    def output(self, name: str, value: Any, description: str) -> None:  # noqa: ANN401 - any Terraform value
        """Declare an output that somebody reads: a person, a workflow or a test."""
        TerraformOutput(self, name, value=value, description=description)
