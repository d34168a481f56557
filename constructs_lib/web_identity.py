"""Trust in tokens of an OpenID Connect issuer: whole subjects, one audience, nothing by pattern."""

from collections.abc import Sequence
from typing import Any

from cdktf_cdktf_provider_aws.data_aws_iam_openid_connect_provider import DataAwsIamOpenidConnectProvider
from cdktf_cdktf_provider_aws.iam_openid_connect_provider import IamOpenidConnectProvider
from constructs import Construct

_WILDCARDS = ("*", "?")


class WebIdentityProvider(Construct):
    """An OpenID Connect provider in IAM.

    Without thumbprints: AWS checks such issuers against its own trusted authorities (IAM: "Obtain the thumbprint
    for an OpenID Connect identity provider"), and IAM fills the field by itself. An account has one provider an
    issuer; a second stack or environment in the same account looks it up.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, hostname: str, audience: str, existing: bool = False
    ) -> None:
        """Define the provider.

        Args:
            scope: Parent construct.
            construct_id: Id below it.
            hostname: Host of the issuer.
            audience: The audience that tokens for this account name.
            existing: Whether the account has the provider already; it is looked up then.
        """
        super().__init__(scope, construct_id)
        self.hostname = hostname
        self.audience = audience
        url = f"https://{hostname}"
        self.provider_arn: str = (
            DataAwsIamOpenidConnectProvider(self, "Existing", url=url).arn
            if existing
            else IamOpenidConnectProvider(self, "Resource", url=url, client_id_list=[audience]).arn
        )

    def trust(self, subjects: Sequence[str]) -> dict[str, Any]:
        """Return the trust statement for tokens whose subject is one of *subjects*."""
        return web_identity_trust(self.provider_arn, hostname=self.hostname, audience=self.audience, subjects=subjects)


def web_identity_trust(provider_arn: str, *, hostname: str, audience: str, subjects: Sequence[str]) -> dict[str, Any]:
    """Return the trust statement for tokens of *hostname* with this audience and one of *subjects*.

    Compared with ``StringEquals``, which a token without the claim fails (unlike ``ForAllValues``).

    Raises:
        ValueError: No subject, an empty one, or one with a wildcard.
    """
    if isinstance(subjects, str) or not subjects:
        raise ValueError(f"subjects={subjects!r}: name at least one subject, in a list")
    for subject in subjects:
        require_exact("subject", subject)
    return {
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{hostname}:aud": audience, f"{hostname}:sub": list(subjects)}},
    }


def require_exact(what: str, text: str) -> None:
    """Refuse a *text* that is empty or a pattern.

    Raises:
        ValueError: It is empty, or has ``*`` or ``?`` in it.
    """
    if not text.strip():
        raise ValueError(f"{what} {text!r} is empty; name the one that is trusted")
    if any(wildcard in text for wildcard in _WILDCARDS):
        raise ValueError(f"{what} {text!r} has a wildcard, which would trust more than is named; name each one in full")
