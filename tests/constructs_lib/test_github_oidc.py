from typing import Any

import pytest
from cdktf import TerraformStack

from constructs_lib.github_oidc import GithubOidc, GithubRepository, github_trust
from constructs_lib.iam import Role
from tests.support.template import Template

ISSUER = "token.actions.githubusercontent.com"
BY_NAME = GithubRepository(owner="acme", name="shop")
BY_NUMBER = GithubRepository(owner="acme", name="shop", owner_id=11, id=22)


def _admits(trust: dict[str, Any], token: dict[str, str]) -> bool:
    """Evaluate a statement of string equalities as IAM does: every key present, and equal to one of its values."""
    assert set(trust["Condition"]) == {"StringEquals"}
    for key, allowed in trust["Condition"]["StringEquals"].items():
        values = [allowed] if isinstance(allowed, str) else allowed
        if token.get(key) not in values:
            return False
    return bool(trust["Effect"] == "Allow")


def _token(subject: str | None, audience: str = "sts.amazonaws.com") -> dict[str, str]:
    token = {f"{ISSUER}:aud": audience}
    return token | ({f"{ISSUER}:sub": subject} if subject is not None else {})


def test_subjects_without_numbers_are_by_name() -> None:
    """A repository whose numbers are unknown has the legacy subjects."""
    assert BY_NAME.branch("main") == ("repo:acme/shop:ref:refs/heads/main",)
    assert BY_NAME.environment("production") == ("repo:acme/shop:environment:production",)
    assert BY_NAME.pull_request() == ("repo:acme/shop:pull_request",)


def test_subjects_with_numbers_have_both_forms() -> None:
    """With numbers, the immutable form is there as well."""
    assert BY_NUMBER.branch("release/1.x") == (
        "repo:acme/shop:ref:refs/heads/release/1.x",
        "repo:acme@11/shop@22:ref:refs/heads/release/1.x",
    )


@pytest.mark.parametrize(
    ("subject", "audience", "admitted"),
    [
        ("repo:acme/shop:ref:refs/heads/main", "sts.amazonaws.com", True),
        ("repo:acme@11/shop@22:ref:refs/heads/main", "sts.amazonaws.com", True),
        ("repo:acme@11/shop@23:ref:refs/heads/main", "sts.amazonaws.com", False),
        ("repo:acme@12/shop@22:ref:refs/heads/main", "sts.amazonaws.com", False),
        ("repo:acme/shop:ref:refs/heads/feature", "sts.amazonaws.com", False),
        ("repo:acme/shop:ref:refs/heads/main2", "sts.amazonaws.com", False),
        ("repo:acme/shop:ref:refs/tags/main", "sts.amazonaws.com", False),
        ("repo:acme/shop:pull_request", "sts.amazonaws.com", False),
        ("repo:acme/shop:environment:production", "sts.amazonaws.com", False),
        ("repo:mallory/shop:ref:refs/heads/main", "sts.amazonaws.com", False),
        ("repo:acme/shop-fork:ref:refs/heads/main", "sts.amazonaws.com", False),
        ("repo:acme/shop:ref:refs/heads/main", "https://github.com/acme", False),
        ("repo:acme/shop:ref:refs/heads/main", "", False),
        (None, "sts.amazonaws.com", False),
    ],
)
def test_a_role_for_a_branch_admits_that_branch_only(
    subject: str | None,
    audience: str,
    admitted: bool,  # noqa: FBT001
) -> None:
    """A token is admitted for its whole subject and its audience, in either form."""
    trust = github_trust("arn:aws:iam::111122223333:oidc-provider/x", BY_NUMBER.branch("main"))
    assert _admits(trust, _token(subject, audience)) is admitted


def test_a_trust_has_no_pattern_in_it() -> None:
    """Neither operators that match patterns or tolerate missing claims, nor wildcards."""
    text = str(github_trust("arn", [*BY_NUMBER.branch("main"), *BY_NUMBER.environment("production")]))
    assert not any(pattern in text for pattern in ("*", "?", "Like", "ForAllValues", "IfExists"))


@pytest.mark.parametrize(
    "subjects", [[], "repo:acme/shop:ref:refs/heads/main", [""], ["repo:acme/*"], ["repo:acme/sho?"]]
)
def test_open_trust_is_refused(subjects: Any) -> None:
    """No subject, an empty one and one with a wildcard can't be trusted."""
    with pytest.raises(ValueError, match=r"subject"):
        github_trust("arn", subjects)


@pytest.mark.parametrize("name", ["", "*", "release/*", "mai?", "a:b"])
def test_branches_and_environments_are_named_in_full(name: str) -> None:
    """A pattern, or a colon that would start another part of the subject, is refused."""
    with pytest.raises(ValueError, match="branch"):
        BY_NAME.branch(name)
    with pytest.raises(ValueError, match="environment"):
        BY_NAME.environment(name)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"owner": "acme/shop"}, "owner 'acme/shop'"),
        ({"owner": "*"}, "owner"),
        ({"name": "shop/x"}, "name 'shop/x'"),
        ({"name": "*"}, "name"),
        ({"owner_id": 1}, "both numbers or none"),
        ({"id": 1}, "both numbers or none"),
        ({"owner_id": 0, "id": 1}, "owner_id=0"),
    ],
)
def test_wrong_repositories_are_refused(arguments: dict[str, Any], message: str) -> None:
    """A repository that GitHub can't have isn't trusted."""
    with pytest.raises(ValueError, match=message):
        GithubRepository(**{"owner": "acme", "name": "shop"} | arguments)


def test_a_provider_is_made_without_thumbprints() -> None:
    """AWS ignores thumbprints for this issuer, so none is written down to go stale."""

    def define(stack: TerraformStack) -> None:
        provider = GithubOidc(stack, "Github")
        Role(stack, "Role", name="r", description="d", trust=[provider.trust(BY_NAME.branch("main"))])

    template = Template.build(define)
    provider = template.only("aws_iam_openid_connect_provider")
    assert (provider["url"], provider["client_id_list"]) == (f"https://{ISSUER}", ["sts.amazonaws.com"])
    assert "thumbprint_list" not in provider
    trust = template.policy("aws_iam_role", "assume_role_policy")["Statement"][0]
    address = template.address("aws_iam_openid_connect_provider")
    assert trust["Principal"] == {"Federated": f"${{{address}.arn}}"}
    assert trust["Action"] == "sts:AssumeRoleWithWebIdentity"


def test_an_existing_provider_is_looked_up() -> None:
    """An account has one provider an issuer; a second stack finds it."""
    template = Template.build(lambda stack: GithubOidc(stack, "Github", existing=True))
    assert template.resources("aws_iam_openid_connect_provider") == []
    assert [item["url"] for item in template.data("aws_iam_openid_connect_provider")] == [f"https://{ISSUER}"]
