"""The two roles that Terraform Cloud's runs assume: one that looks, one that changes."""

from cdktf import TerraformStack

from constructs_lib.account import AwsAccount
from constructs_lib.iam import Role
from constructs_lib.terraform_cloud_oidc import (
    TerraformCloudOidc,
    TerraformCloudWorkspace,
    terraform_cloud_trust,
)
from stacks.environment import Environment, TerraformCloud
from stacks.terraform_cloud_rights import changes, looks

PLAN = "plan"
APPLY = "apply"
SERVED_ROLES = ("network", "data", "backend", "frontend", "delivery")


def role_name(environment: Environment, phase: str) -> str:
    """Return the name of the role for *phase*.

    It does not start with the environment's prefix, so that the right to change the environment's roles does not
    reach the roles that Terraform itself has.
    """
    return f"{environment.project}-terraform-{environment.name}-{phase}"


def define_terraform_cloud_roles(stack: TerraformStack, *, environment: Environment, cloud: TerraformCloud) -> None:
    """Let the environment's workspaces in, by the exact subjects of their plans and of their applies.

    Whoever opens a pull request can start a plan, so a plan can change nothing. The delivery stack has to be applied
    once with an administrator's own credentials before Terraform Cloud can apply anything; changes to these roles
    need the same, as no run may widen its own rights.
    """
    account = AwsAccount.of(stack)
    provider = TerraformCloudOidc(stack, "TerraformCloud", hostname=cloud.hostname, existing=not cloud.create_provider)
    workspaces = [
        TerraformCloudWorkspace(
            organization=cloud.organization, project=cloud.project, workspace=f"{environment.prefix}-{role}"
        )
        for role in SERVED_ROLES
    ]
    planner = Role(
        stack,
        "TerraformPlanRole",
        name=role_name(environment, PLAN),
        description="Plans of Terraform Cloud: reads settings, changes nothing",
        trust=[
            terraform_cloud_trust(
                provider.provider_arn,
                [subject for workspace in workspaces for subject in workspace.plan()],
                hostname=cloud.hostname,
            )
        ],
    )
    planner.grant("look", *looks(account, environment))
    applier = Role(
        stack,
        "TerraformApplyRole",
        name=role_name(environment, APPLY),
        description="Applies of Terraform Cloud: changes what the stacks define",
        trust=[
            terraform_cloud_trust(
                provider.provider_arn,
                [subject for workspace in workspaces for subject in workspace.apply()],
                hostname=cloud.hostname,
            )
        ],
    )
    applier.grant("look", *looks(account, environment))
    applier.grant("change", *changes(account, environment))
