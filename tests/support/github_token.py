"""Tokens as GitHub's OIDC provider issues them to workflow jobs, and the AWS sessions that they buy."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config

ISSUER = "token.actions.githubusercontent.com"
REPOSITORY = "concept-reply/edgemind"


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """The claims of a job's token that say where it runs.

    Attributes:
        environment: GitHub environment of the job; None for a job without one.
        ref: Branch, or pull request, that the workflow runs on.
        repository: Repository of the workflow.
        audience: Whom the token is for.
        subject: ``sub``; follows from the others when None, as GitHub makes it.
        issuer: Who issued it.
    """

    environment: str | None = None
    ref: str = "refs/heads/main"
    repository: str = REPOSITORY
    audience: str = "sts.amazonaws.com"
    subject: str | None = None
    issuer: str = ISSUER

    def claims(self) -> dict[str, str]:
        """Return the claims that matter to AWS."""
        pull_request = self.ref.startswith("refs/pull/")
        context = "pull_request" if pull_request else f"ref:{self.ref}"
        if self.environment:
            context = f"environment:{self.environment}"
        claims = {
            "iss": f"https://{self.issuer}",
            "aud": self.audience,
            "sub": f"repo:{self.repository}:{context}" if self.subject is None else self.subject,
            "ref": self.ref,
            "repository": self.repository,
        }
        return claims | ({"environment": self.environment} if self.environment else {})

    def encoded(self) -> str:
        """Return the token as a JWT, with a signature of nobody: the emulator doesn't verify it, AWS does."""
        parts = ({"alg": "RS256", "typ": "JWT"}, self.claims(), "unsigned")
        return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)


def assume(endpoint: str, role_arn: str, token: Token) -> dict[str, str]:
    """Exchange *token* for a session of *role_arn*; return it as environment variables."""
    sts: Any = boto3.client(
        "sts", endpoint_url=endpoint, region_name="us-east-1", config=Config(signature_version=UNSIGNED)
    )
    found = sts.assume_role_with_web_identity(
        RoleArn=role_arn, RoleSessionName="workflow", WebIdentityToken=token.encoded()
    )["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": found["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": found["SecretAccessKey"],
        "AWS_SESSION_TOKEN": found["SessionToken"],
    }


def client(endpoint: str, session: Mapping[str, str], service: str) -> Any:
    """Return a boto3 client of *service* that acts as *session* and never tries twice."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=session["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=session["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=session["AWS_SESSION_TOKEN"],
        config=Config(retries={"total_max_attempts": 1}),
    )
