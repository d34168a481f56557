"""STS: a token's claims of GitHub count in trust policies.

Defect: only ``aud``, ``sub`` and ``amr`` reach the conditions of a trust policy, so one that asks for the branch
(``ref``) refuses everybody. AWS knows GitHub's claims since January 2026 (IAM: "IAM and AWS STS condition context
keys"). The token's signature is not verified here, as the emulator doesn't; AWS does.
"""

from typing import Any

from tools.local_aws.gateway import Gateway, Json

GITHUB = "token.actions.githubusercontent.com"
CLAIMS = (
    "actor",
    "actor_id",
    "enterprise_id",
    "environment",
    "job_workflow_ref",
    "ref",
    "repository",
    "repository_id",
    "workflow",
)


def install(gateway: Gateway) -> None:
    """Attach the completions of this service."""
    sts: Any = gateway.module("sts")
    cognito: Any = gateway.module("cognito")
    principal = sts._web_identity_principal  # noqa: SLF001 - the emulator has no hook for claims

    def with_claims(token: str, provider_id: str, role_arn: str) -> tuple[str, Json]:
        provider, keys = principal(token, provider_id, role_arn)
        if not provider.endswith(f"/{GITHUB}"):
            return provider, keys
        claims = cognito._decode_id_token_unverified(token)  # noqa: SLF001
        return provider, keys | {f"{GITHUB}:{name}": claims[name] for name in CLAIMS if name in claims}

    sts._web_identity_principal = with_claims  # noqa: SLF001
