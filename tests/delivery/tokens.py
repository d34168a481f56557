"""The tokens that the trust policies are tried with: by evaluation, and by the emulator."""

from dataclasses import replace

from tests.support.github_token import Token

JOBS = ("image", "backend", "frontend")
RIGHT = Token(environment="prod-backend")
WRONG: dict[str, Token] = {
    "another branch, in the environment": replace(RIGHT, ref="refs/heads/feature/x"),
    "a branch whose name begins alike": replace(RIGHT, ref="refs/heads/main-2"),
    "a tag named like the branch": replace(RIGHT, ref="refs/tags/main"),
    "the right branch, in no environment": replace(RIGHT, environment=None),
    "another environment": replace(RIGHT, environment="staging-backend"),
    "another job's environment": replace(RIGHT, environment="prod-docs"),
    "an environment whose name begins alike": replace(RIGHT, environment="prod-backend-2"),
    "a pull request": Token(ref="refs/pull/7/merge"),
    "a fork's pull request": Token(ref="refs/pull/7/merge", repository="stranger/edgemind"),
    "a fork, in an environment of the same name": replace(RIGHT, repository="stranger/edgemind"),
    "another repository of the owner": replace(RIGHT, repository="concept-reply/other"),
    "an owner in other letters": replace(RIGHT, repository="Concept-Reply/edgemind"),
    "another audience": replace(RIGHT, audience="https://github.com/concept-reply"),
    "no audience": replace(RIGHT, audience=""),
    "no subject": replace(RIGHT, subject=""),
    "a subject with a pattern": replace(RIGHT, subject="repo:concept-reply/edgemind:*"),
    "another issuer": replace(RIGHT, issuer="gitlab.com"),
    "an immutable subject of unknown numbers": replace(
        RIGHT, subject="repo:concept-reply@1/edgemind@2:environment:prod-backend"
    ),
}


def of_job(token: Token, job: str) -> Token:
    """Return *token* as *job* would show it instead of the backend's."""
    environment = token.environment and token.environment.replace("prod-backend", f"prod-{job}")
    subject = token.subject and token.subject.replace("prod-backend", f"prod-{job}")
    return replace(token, environment=environment, subject=subject)
