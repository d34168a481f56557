"""Roles that hold exactly what they were granted, and the statements of the grants."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from constructs_lib.naming import checked_description, checked_name
from constructs_lib.numbers import checked_number

Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One statement that allows something.

    Attributes:
        sid: What the statement is for, in letters and digits.
        actions: API actions, such as ``ecr:BatchGetImage``.
        resources: ARNs that they apply to.
        conditions: IAM conditions by operator and key; none when omitted.
        wildcard_reason: Why an action or a resource has a ``*``. Required then, refused otherwise.

    Raises:
        ValueError: A wildcard has no reason, or a reason has no wildcard.
    """

    sid: str
    actions: Sequence[str]
    resources: Sequence[str]
    conditions: Conditions = field(default_factory=dict)
    wildcard_reason: str | None = None

    def __post_init__(self) -> None:
        wild = [item for item in (*self.actions, *self.resources) if "*" in item]
        if wild and not self.wildcard_reason:
            raise ValueError(
                f"statement {self.sid!r} has the wildcard {wild[0]!r} without a reason; "
                "name the resource, or say in wildcard_reason why it can't be named"
            )
        if self.wildcard_reason and not wild:
            raise ValueError(f"statement {self.sid!r} explains a wildcard that it does not have; drop wildcard_reason")

    def document(self) -> dict[str, Any]:
        """Return the statement as IAM writes it."""
        body: dict[str, Any] = {
            "Sid": self.sid,
            "Effect": "Allow",
            "Action": list(self.actions),
            "Resource": list(self.resources),
        }
        return body | (
            {"Condition": {op: dict(keys) for op, keys in self.conditions.items()}} if self.conditions else {}
        )


def policy_document(statements: Sequence[Mapping[str, Any]], *, policy_id: str | None = None) -> str:
    """Return the JSON text of a policy; tokens in it are resolved at synthesis."""
    head: dict[str, Any] = {"Version": "2012-10-17"} | ({"Id": policy_id} if policy_id else {})
    return json.dumps(head | {"Statement": list(statements)}, separators=(",", ":"))


def service_trust(service: str, *, account_id: str, source_arn: str | None = None) -> dict[str, Any]:
    """Return the trust statement for an AWS *service*, limited to this account.

    The conditions close the confused-deputy hole (IAM: "The confused deputy problem").
    """
    conditions: dict[str, Any] = {"StringEquals": {"aws:SourceAccount": account_id}}
    if source_arn:
        conditions["ArnLike"] = {"aws:SourceArn": source_arn}
    return {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
        "Condition": conditions,
    }


class Role(Construct):
    """An IAM role without any right but those granted to it.

    Each grant is an inline policy of its own, so that a plan shows which grant changes, and none can be attached to
    another role by mistake.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        description: str,
        trust: Sequence[Mapping[str, Any]],
        max_session_seconds: int = 3600,
    ) -> None:
        super().__init__(scope, construct_id)
        self._statements: list[Statement] = []
        self.resource = IamRole(
            self,
            "Resource",
            name=checked_name("IAM role", name),
            description=checked_description("IAM role", description),
            assume_role_policy=policy_document(trust),
            max_session_duration=checked_number(
                "max_session_seconds", max_session_seconds, least=3600, most=43200, source="IAM: CreateRole"
            ),
        )
        self.name = name
        self.arn: str = self.resource.arn
        self.trust = tuple(trust)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """All that the role was granted."""
        return tuple(self._statements)

    def grant(self, grant_id: str, *statements: Statement) -> None:
        """Allow what *statements* say, as one inline policy called *grant_id*."""
        self._statements.extend(statements)
        IamRolePolicy(
            self,
            grant_id,
            name=grant_id,
            role=self.resource.name,
            policy=policy_document([statement.document() for statement in statements]),
        )
