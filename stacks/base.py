"""What every stack of EdgeMind has: provider, tags, state and the facts about itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cdktf import TerraformOutput, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from constructs import Construct

from constructs_lib.account import AwsAccount
from stacks.environment import Environment, TerraformCloud
from stacks.state import declare_consent, place_state


@dataclass(frozen=True, kw_only=True, slots=True)
class RunSettings:
    """How this run synthesizes; read from the process environment by ``main.py`` and nowhere else.

    Attributes:
        local_state_dir: Directory of the local backend's state files.
        allow_destroy: Whether what holds data may be destroyed in this run.
        local_backend: Whether state is in local files even where the environment has Terraform Cloud.
        policies: Rego sources by name, for Terraform Cloud's policy set.
    """

    local_state_dir: Path
    allow_destroy: bool = False
    local_backend: bool = False
    policies: Mapping[str, str] = field(default_factory=dict)

    def cloud(self, environment: Environment) -> TerraformCloud | None:
        """Return the Terraform Cloud that this run uses for *environment*, if any."""
        return None if self.local_backend else environment.terraform_cloud


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
        place_state(self, cloud=run.cloud(environment), local_state_dir=run.local_state_dir)
        declare_consent(self)
        self.output(
            "deployment",
            {"stack": self.stack_name, "environment": environment.name, "region": environment.region},
            "Which stack this is, and where",
        )

    def output(self, name: str, value: Any, description: str) -> None:  # noqa: ANN401 - any Terraform value
        """Declare an output that somebody reads: a person, a workflow or a test."""
        TerraformOutput(self, name, value=value, description=description)
