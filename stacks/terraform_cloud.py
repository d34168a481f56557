"""Terraform Cloud itself: project, workspaces, credentials, policies, teams, notifications.

Applied from an administrator's machine (its workspace runs locally), before and apart from the stacks that it
serves. It needs the account numbers as a variable and reads nothing of AWS.
"""

from collections.abc import Mapping, Sequence

from cdktf import TerraformStack, TerraformVariable
from cdktf_cdktf_provider_tfe.notification_configuration import NotificationConfiguration
from cdktf_cdktf_provider_tfe.policy import Policy
from cdktf_cdktf_provider_tfe.policy_set import PolicySet
from cdktf_cdktf_provider_tfe.project import Project
from cdktf_cdktf_provider_tfe.provider import TfeProvider
from cdktf_cdktf_provider_tfe.run_trigger import RunTrigger
from cdktf_cdktf_provider_tfe.team import Team
from cdktf_cdktf_provider_tfe.team_project_access import (
    TeamProjectAccess,
    TeamProjectAccessProjectAccess,
    TeamProjectAccessWorkspaceAccess,
)
from cdktf_cdktf_provider_tfe.variable import Variable
from cdktf_cdktf_provider_tfe.variable_set import VariableSet
from cdktf_cdktf_provider_tfe.workspace import Workspace
from cdktf_cdktf_provider_tfe.workspace_settings import WorkspaceSettings
from constructs import Construct

from stacks.base import RunSettings
from stacks.environment import Environment
from stacks.state import place_state
from stacks.terraform_cloud_roles import APPLY, PLAN, role_name

STACK = "terraform-cloud"
TERRAFORM_VERSION = "1.11.4"
_TOLD_ABOUT = (
    "run:needs_attention",
    "run:errored",
    "assessment:drifted",
    "assessment:check_failure",
    "assessment:failed",
)


class TerraformCloudStack(TerraformStack):
    """All that Terraform Cloud is told, for every environment that uses it.

    One project and policy set for all environments, and one workspace per stack. A workspace shares its state with
    the stacks that read it and with no other.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        environments: Sequence[Environment],
        run: RunSettings,
        reads: Mapping[str, Sequence[str]],
    ) -> None:
        first = environments[0]
        cloud = first.terraform_cloud
        if cloud is None:
            raise ValueError(f"environment {first.name!r} has no [terraform_cloud]; leave it out here")
        super().__init__(scope, f"{first.project}-{STACK}")
        self._organization = cloud.organization
        self._reads = reads
        TfeProvider(self, "Tfe", hostname=cloud.hostname, organization=cloud.organization)
        place_state(self, cloud=run.cloud(first), local_state_dir=run.local_state_dir)
        self._accounts = TerraformVariable(
            self,
            "aws_account_ids",
            type="map(string)",
            nullable=False,
            description="AWS account number of each environment, by its name",
        )
        self._notification_url = TerraformVariable(
            self,
            "notification_url",
            type="string",
            nullable=False,
            sensitive=True,
            description="Slack webhook that is told about failed runs and drift",
        )
        self._project = Project(self, "Project", name=cloud.project, description="Stacks of this repository")
        self._workspaces = {name: self._define_workspace(name) for name in reads}
        for name in reads:
            self._share_state(name)
            self._trigger(name)
            self._notify(name)
        for environment in environments:
            self._define_credentials(environment)
        self._define_policies(run.policies)
        self._define_team("Planners", f"{first.project}-planners", runs="plan", state="read-outputs")
        self._define_team("Appliers", f"{first.project}-appliers", runs="apply", state="read")

    def _define_workspace(self, name: str) -> Workspace:
        return Workspace(
            self,
            f"Workspace-{name}",
            name=name,
            description=f"Stack {name}; its configuration comes from CI",
            organization=self._organization,
            project_id=self._project.id,
            terraform_version=TERRAFORM_VERSION,
            auto_apply=False,
            auto_apply_run_trigger=False,
            queue_all_runs=False,
            speculative_enabled=True,
            allow_destroy_plan=False,
            force_delete=False,
            structured_run_output_enabled=True,
        )

    def _share_state(self, name: str) -> None:
        readers = [reader for reader, read in self._reads.items() if name in read]
        WorkspaceSettings(
            self,
            f"Settings-{name}",
            workspace_id=self._workspaces[name].id,
            execution_mode="remote",
            assessments_enabled=True,
            global_remote_state=False,
            remote_state_consumer_ids=[self._workspaces[reader].id for reader in readers],
        )

    def _trigger(self, name: str) -> None:
        """Queue a run of *name* when what it reads was applied; through the last one where it reads several."""
        for source in nearest(name, self._reads):
            RunTrigger(
                self,
                f"Trigger-{source}-to-{name}",
                workspace_id=self._workspaces[name].id,
                sourceable_id=self._workspaces[source].id,
            )

    def _notify(self, name: str) -> None:
        NotificationConfiguration(
            self,
            f"Notification-{name}",
            name="Failed runs and drift",
            workspace_id=self._workspaces[name].id,
            destination_type="slack",
            url=self._notification_url.string_value,
            triggers=list(_TOLD_ABOUT),
            enabled=True,
        )

    def _define_credentials(self, environment: Environment) -> None:
        """Give an environment's runs two AWS roles, assumed with the run's own token: no key is stored."""
        own = [
            workspace.id for name, workspace in self._workspaces.items() if name.startswith(f"{environment.prefix}-")
        ]
        credentials = VariableSet(
            self,
            f"Credentials-{environment.name}",
            name=f"{environment.prefix}-aws",
            description="AWS roles of the runs, assumed by OIDC",
            organization=self._organization,
            workspace_ids=own,
        )
        account = f'${{{self._accounts.fqn}["{environment.name}"]}}'
        values = {
            "TFC_AWS_PROVIDER_AUTH": "true",
            "TFC_AWS_PLAN_ROLE_ARN": f"arn:aws:iam::{account}:role/{role_name(environment, PLAN)}",
            "TFC_AWS_APPLY_ROLE_ARN": f"arn:aws:iam::{account}:role/{role_name(environment, APPLY)}",
        }
        for key, value in values.items():
            Variable(
                self,
                f"{key}-{environment.name}",
                key=key,
                value=value,
                category="env",
                variable_set_id=credentials.id,
                description="Terraform Cloud: dynamic credentials with the AWS provider",
            )

    def _define_policies(self, policies: Mapping[str, str]) -> None:
        """Make the files of ``policies/`` mandatory for every run; one by one, which every edition allows."""
        defined = [
            Policy(
                self,
                f"Policy-{name}",
                name=name,
                organization=self._organization,
                kind="opa",
                query=f"data.terraform.policies.{name}.deny",
                policy=source,
                enforce_mode="mandatory",
            )
            for name, source in policies.items()
        ]
        PolicySet(
            self,
            "Policies",
            name=f"{self.node.id.removesuffix(f'-{STACK}')}-policies",
            organization=self._organization,
            kind="opa",
            description="What no run may do",
            policy_ids=[policy.id for policy in defined],
            workspace_ids=[workspace.id for workspace in self._workspaces.values()],
            overridable=False,
        )

    def _define_team(self, construct_id: str, name: str, *, runs: str, state: str) -> None:
        """Make a team for CI's token that may start *runs* in the project, and nothing else."""
        team = Team(self, construct_id, name=name, organization=self._organization, visibility="organization")
        TeamProjectAccess(
            self,
            f"{construct_id}Access",
            team_id=team.id,
            project_id=self._project.id,
            access="custom",
            project_access=[TeamProjectAccessProjectAccess(settings="read", teams="none")],
            workspace_access=[
                TeamProjectAccessWorkspaceAccess(
                    runs=runs,
                    state_versions=state,
                    variables="none",
                    sentinel_mocks="none",
                    create=False,
                    delete=False,
                    locking=False,
                    move=False,
                    run_tasks=False,
                )
            ],
        )


def nearest(name: str, reads: Mapping[str, Sequence[str]]) -> list[str]:
    """Return which of the stacks that *name* reads are not read by another one that it reads too."""
    return [one for one in reads[name] if not any(one in reads[other] for other in reads[name])]


def declare_terraform_cloud(
    app: Construct, *, environments: Sequence[Environment], run: RunSettings, reads: Mapping[str, Sequence[str]]
) -> None:
    """Declare the one stack that sets up Terraform Cloud for those of *environments* that use it."""
    using = [environment for environment in environments if run.cloud(environment)]
    prefixes = tuple(f"{environment.prefix}-" for environment in using)
    own = {name: read for name, read in reads.items() if name.startswith(prefixes)}
    TerraformCloudStack(app, environments=using, run=run, reads=own)
