import pytest

from constructs_lib.iam import Role, Statement, service_trust
from tests.support.template import Template, parsed

TRUST = [service_trust("ecs-tasks.amazonaws.com", account_id="111122223333")]


def test_a_role_starts_without_rights() -> None:
    """A new role has a trust policy and nothing else."""
    template = Template.build(lambda stack: Role(stack, "Role", name="r", description="d", trust=TRUST))
    assert template.kinds() == {"aws_iam_role"}


def test_a_service_is_trusted_for_one_account() -> None:
    """Trust in a service names the account, so that no other account's resource can use the role."""
    template = Template.build(lambda stack: Role(stack, "Role", name="r", description="d", trust=TRUST))
    (statement,) = template.policy("aws_iam_role", "assume_role_policy")["Statement"]
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}


def test_each_grant_is_a_policy_of_its_own() -> None:
    """Two grants are two inline policies that hold exactly what was granted."""
    role_arn = "arn:aws:s3:::b"

    def define(stack: object) -> None:
        role = Role(stack, "Role", name="r", description="d", trust=TRUST)  # type: ignore[arg-type]
        role.grant("read", Statement(sid="Read", actions=["s3:GetObject"], resources=[role_arn]))
        role.grant("write", Statement(sid="Write", actions=["s3:PutObject"], resources=[role_arn]))

    policies = {p["name"]: parsed(p["policy"]) for p in Template.build(define).resources("aws_iam_role_policy")}
    assert set(policies) == {"read", "write"}
    assert policies["read"]["Statement"] == [
        {"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": [role_arn]}
    ]


def test_a_wildcard_needs_a_reason() -> None:
    """A statement with a wildcard and no reason is refused."""
    with pytest.raises(ValueError, match="without a reason"):
        Statement(sid="Bad", actions=["s3:*"], resources=["arn:aws:s3:::b"])


def test_a_reason_needs_a_wildcard() -> None:
    """A reason that explains nothing is refused, so that reasons stay true."""
    with pytest.raises(ValueError, match="explains a wildcard that it does not have"):
        Statement(sid="Odd", actions=["s3:GetObject"], resources=["arn:aws:s3:::b"], wildcard_reason="why not")


def test_a_name_too_long_for_iam_is_refused() -> None:
    """A role name of 65 characters is refused with the limit."""
    with pytest.raises(ValueError, match="has 65 characters, AWS allows 64"):
        Template.build(lambda stack: Role(stack, "Role", name="r" * 65, description="d", trust=TRUST))
