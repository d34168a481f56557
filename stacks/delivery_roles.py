"""The roles of the delivery workflows: one a job, each trusted in one GitHub environment on one branch."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from constructs import Construct

from constructs_lib.github_oidc import HOSTNAME, GithubOidc, GithubRepository
from constructs_lib.iam import Role
from stacks.environment import Environment

JOBS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "image": "pushes images of the backend",
        "backend": "deploys the backend, or brings back an image",
        "frontend": "publishes the site, or brings back a release",
    }
)
"""What is delivered, and what the role of that job does."""


class DeliveryRoles(Construct):
    """A role for each delivery job. None has a right before the owner of a resource grants it one.

    A job gets its role by running in a GitHub environment named after the job (``prod-backend``): the secret with
    the role's ARN is that environment's, and so are approvals. The token must name that environment in its subject
    *and* the delivering branch in its ``ref``, so that an environment without a branch rule opens nothing
    (AWS STS: condition keys for GitHub's claims).
    """

    def __init__(self, scope: Construct, construct_id: str, *, environment: Environment, provider: GithubOidc) -> None:
        super().__init__(scope, construct_id)
        self._environment = environment.name
        self._prefix = environment.prefix
        self._branch = environment.github.branch
        self._provider = provider
        self._repository = GithubRepository(
            owner=environment.github.owner,
            name=environment.github.repository,
            owner_id=environment.github.owner_id,
            id=environment.github.repository_id,
        )
        self.image = self._role("image")
        self.backend = self._role("backend")
        self.frontend = self._role("frontend")
        self.by_job: Mapping[str, Role] = {"image": self.image, "backend": self.backend, "frontend": self.frontend}

    def environment(self, job: str) -> str:
        """Return the name of the GitHub environment that *job* runs in."""
        return github_environment(self._environment, job)

    def _role(self, job: str) -> Role:
        subjects = self._repository.environment(self.environment(job))
        return Role(
            self,
            job.capitalize(),
            name=f"{self._prefix}-delivery-{job}",
            description=f"GitHub Actions: {JOBS[job]}",
            trust=[_on_branch(self._provider.trust(subjects), self._branch)],
        )


def github_environment(environment: str, job: str) -> str:
    """Return the name of the GitHub environment in which *job* delivers to *environment*."""
    return f"{environment}-{job}"


def _on_branch(trust: Mapping[str, Any], branch: str) -> dict[str, Any]:
    equals = {**trust["Condition"]["StringEquals"], f"{HOSTNAME}:ref": f"refs/heads/{branch}"}
    return {**trust, "Condition": {"StringEquals": equals}}
