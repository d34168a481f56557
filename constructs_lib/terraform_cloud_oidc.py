"""Trust in Terraform Cloud: which run of which workspace may assume which role."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from constructs import Construct

from constructs_lib.web_identity import WebIdentityProvider, require_exact, web_identity_trust

HOSTNAME: Final = "app.terraform.io"
AUDIENCE: Final = "aws.workload.identity"
_PART: Final = re.compile(r"[A-Za-z0-9_ -]+")


class TerraformCloudOidc(WebIdentityProvider):
    """Terraform Cloud's (or a Terraform Enterprise host's) issuer of tokens for runs, known to the account."""

    def __init__(
        self, scope: Construct, construct_id: str, *, hostname: str = HOSTNAME, existing: bool = False
    ) -> None:
        super().__init__(scope, construct_id, hostname=hostname, audience=AUDIENCE, existing=existing)


def terraform_cloud_trust(provider_arn: str, subjects: Sequence[str], *, hostname: str = HOSTNAME) -> dict[str, Any]:
    """Return the trust statement for runs with one of *subjects*.

    Raises:
        ValueError: No subject, or one with a wildcard.
    """
    return web_identity_trust(provider_arn, hostname=hostname, audience=AUDIENCE, subjects=subjects)


@dataclass(frozen=True, kw_only=True, slots=True)
class TerraformCloudWorkspace:
    """A workspace, and the subjects of the tokens that its runs get.

    A plan and an apply have different subjects (Terraform Cloud: "Workload identity tokens"), so that planning,
    which anyone's pull request can start, needs no right to change anything.

    Attributes:
        organization: Name of the organization.
        project: Name of the project.
        workspace: Name of the workspace.

    Raises:
        ValueError: A name with a wildcard, or one that Terraform Cloud does not give.
    """

    organization: str
    project: str
    workspace: str

    def __post_init__(self) -> None:
        for what, text in (
            ("organization", self.organization),
            ("project", self.project),
            ("workspace", self.workspace),
        ):
            require_exact(what, text)
            if not _PART.fullmatch(text):
                raise ValueError(f"{what} {text!r} is no such name; use letters, digits, spaces, _ and -")

    def plan(self) -> tuple[str, ...]:
        """Return the subject of the workspace's plans."""
        return (self._subject("plan"),)

    def apply(self) -> tuple[str, ...]:
        """Return the subject of the workspace's applies."""
        return (self._subject("apply"),)

    def _subject(self, phase: str) -> str:
        return f"organization:{self.organization}:project:{self.project}:workspace:{self.workspace}:run_phase:{phase}"
