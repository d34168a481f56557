"""Trust in GitHub Actions: which workflow may assume which role."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from constructs import Construct

from constructs_lib.web_identity import WebIdentityProvider, require_exact, web_identity_trust

HOSTNAME: Final = "token.actions.githubusercontent.com"
AUDIENCE: Final = "sts.amazonaws.com"
_OWNER: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?")
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,100}")


class GithubOidc(WebIdentityProvider):
    """GitHub's issuer of tokens for workflows, known to the account.

    With it no long-lived key is needed: a workflow shows a token that says where it runs, and gets a session of a
    role that trusts exactly that.
    """

    def __init__(self, scope: Construct, construct_id: str, *, existing: bool = False) -> None:
        super().__init__(scope, construct_id, hostname=HOSTNAME, audience=AUDIENCE, existing=existing)


def github_trust(provider_arn: str, subjects: Sequence[str]) -> dict[str, Any]:
    """Return the trust statement for workflows with one of *subjects*.

    Raises:
        ValueError: No subject, or one with a wildcard.
    """
    return web_identity_trust(provider_arn, hostname=HOSTNAME, audience=AUDIENCE, subjects=subjects)


@dataclass(frozen=True, kw_only=True, slots=True)
class GithubRepository:
    """A repository, and the subjects of the tokens that its workflows get.

    GitHub writes subjects in one of two forms (GitHub: "OpenID Connect reference"): by name, or by name and
    immutable number. A name can be taken over after a rename or a deletion, a number can't. With the numbers both
    forms are returned, so that a role works before and after a repository changes over.

    Attributes:
        owner: Organization or user.
        name: Name below the owner.
        owner_id: The owner's number; None when unknown.
        id: The repository's number; None when unknown.

    Raises:
        ValueError: A name that GitHub does not give, or one number without the other.
    """

    owner: str
    name: str
    owner_id: int | None = None
    id: int | None = None

    def __post_init__(self) -> None:
        for what, text, pattern in (("owner", self.owner, _OWNER), ("name", self.name, _NAME)):
            if not pattern.fullmatch(text):
                raise ValueError(
                    f"GitHub repository {what} {text!r} is no such name; write the part before or after the slash"
                )
        if (self.owner_id is None) != (self.id is None):
            raise ValueError(
                f"GitHub repository {self.owner}/{self.name} has owner_id={self.owner_id} and id={self.id}; "
                "give both numbers or none (GET /repos/OWNER/NAME shows them as owner.id and id)"
            )
        for field, number in (("owner_id", self.owner_id), ("id", self.id)):
            if number is not None and number < 1:
                raise ValueError(f"GitHub repository {self.owner}/{self.name}: {field}={number} is no number")

    def branch(self, name: str) -> tuple[str, ...]:
        """Return the subjects of workflows that run on branch *name*, in no environment."""
        _check_part("branch", name)
        return self._subjects(f"ref:refs/heads/{name}")

    def environment(self, name: str) -> tuple[str, ...]:
        """Return the subjects of jobs in the environment *name*, on whichever branch that admits."""
        _check_part("environment", name)
        return self._subjects(f"environment:{name}")

    def pull_request(self) -> tuple[str, ...]:
        """Return the subjects of workflows on pull requests."""
        return self._subjects("pull_request")

    def _subjects(self, context: str) -> tuple[str, ...]:
        by_name = f"repo:{self.owner}/{self.name}:{context}"
        if self.id is None:
            return (by_name,)
        return (by_name, f"repo:{self.owner}@{self.owner_id}/{self.name}@{self.id}:{context}")


def _check_part(what: str, name: str) -> None:
    require_exact(what, name)
    if ":" in name:
        raise ValueError(f"{what} {name!r} has a colon, which separates the parts of a subject; rename it")
