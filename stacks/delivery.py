"""Who may deliver: GitHub's workflows, each job with a role of its own."""

from constructs import Construct

from constructs_lib.github_oidc import GithubOidc
from stacks.backend import BackendStack
from stacks.base import BaseStack, RunSettings
from stacks.delivery_roles import DeliveryRoles
from stacks.environment import Environment
from stacks.frontend import FrontendStack
from stacks.monitoring import define_dashboard
from stacks.terraform_cloud_roles import define_terraform_cloud_roles


class DeliveryStack(BaseStack):
    """The roles of the delivery workflows, and nothing that they could change by themselves."""

    def __init__(
        self,
        scope: Construct,
        *,
        environment: Environment,
        run: RunSettings,
        backend: BackendStack,
        frontend: FrontendStack,
    ) -> None:
        super().__init__(scope, "delivery", environment=environment, run=run)
        provider = GithubOidc(self, "Github", existing=not environment.github.create_provider)
        self.roles = DeliveryRoles(self, "Roles", environment=environment, provider=provider)
        backend.registry.grant_push(self.roles.image)
        backend.service.grant_deploy(self.roles.backend)
        backend.image.grant_publish(self.roles.backend)
        backend.registry.grant_mark(self.roles.backend)
        frontend.site.grant_publish(self.roles.frontend)
        frontend.site.grant_invalidate(self.roles.frontend)
        for job, role in self.roles.by_job.items():
            self.output(f"AWS_ROLE_ARN_{job}", role.arn, f"Secret AWS_ROLE_ARN of {self.roles.environment(job)}")
        self.output(
            "CLOUDFRONT_DISTRIBUTION_ID",
            frontend.site.distribution_id,
            f"Secret CLOUDFRONT_DISTRIBUTION_ID of {self.roles.environment('frontend')}",
        )
        if cloud := run.cloud(environment):
            define_terraform_cloud_roles(self, environment=environment, cloud=cloud)
        define_dashboard(self)
