"""Who may assume a delivery role: tokens against the synthesized trust policies, evaluated as IAM does."""

from dataclasses import replace
from typing import Any

import pytest
from cdktf import TerraformStack

from constructs_lib.github_oidc import GithubOidc
from stacks.delivery_roles import DeliveryRoles
from stacks.environment_files import load_environments
from tests.delivery.tokens import JOBS, RIGHT, WRONG, of_job
from tests.support.github_token import ISSUER, Token
from tests.support.iam_policy import trusts
from tests.support.synthesis import Synthesized
from tests.support.template import Template, parsed
from tools import toolchain


def _trusted(template: Template, job: str, token: Token) -> bool:
    provider = f"${{{template.address('aws_iam_openid_connect_provider', url=f'https://{ISSUER}')}.arn}}"
    policy = template.policy("aws_iam_role", "assume_role_policy", name=f"edgemind-prod-delivery-{job}")
    shown = provider if token.issuer == ISSUER else f"arn:aws:iam::123456789012:oidc-provider/{token.issuer}"
    return trusts(policy, provider=shown, claims=token.claims(), host=token.issuer)


@pytest.fixture(scope="module")
def delivery(synthesized: Synthesized) -> Template:
    return synthesized.of("prod")["delivery"]


@pytest.fixture(scope="module")
def numbered() -> Template:
    """The roles of a repository whose immutable numbers the environment names."""
    prod = next(e for e in load_environments(toolchain.ROOT / "environments") if e.name == "prod")
    github = prod.github.model_copy(update={"owner_id": 41, "repository_id": 42})

    def define(stack: TerraformStack) -> None:
        provider = GithubOidc(stack, "Github")
        DeliveryRoles(stack, "Roles", environment=prod.model_copy(update={"github": github}), provider=provider)

    return Template.build(define)


@pytest.mark.parametrize("job", JOBS)
def test_a_job_in_its_environment_on_main_is_let_in(delivery: Template, job: str) -> None:
    """The token of the right job, repository, environment and branch is trusted."""
    assert _trusted(delivery, job, of_job(RIGHT, job))


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("token", WRONG.values(), ids=WRONG)
def test_any_other_token_is_refused(delivery: Template, job: str, token: Token) -> None:
    """A token that differs in one thing is not trusted."""
    assert not _trusted(delivery, job, of_job(token, job))


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("other", JOBS)
def test_no_job_gets_the_role_of_another(delivery: Template, job: str, other: str) -> None:
    """A job's token opens its own role and neither of the others."""
    assert _trusted(delivery, other, of_job(RIGHT, job)) is (job == other)


@pytest.mark.parametrize(
    ("subject", "trusted"),
    [
        ("repo:concept-reply/edgemind:environment:prod-backend", True),
        ("repo:concept-reply@41/edgemind@42:environment:prod-backend", True),
        ("repo:concept-reply@41/edgemind@43:environment:prod-backend", False),
        ("repo:concept-reply@40/edgemind@42:environment:prod-backend", False),
        ("repo:stranger@41/edgemind@42:environment:prod-backend", False),
        ("repo:concept-reply@41/edgemind@42:ref:refs/heads/main", False),
        ("repo:concept-reply@41/edgemind@42:environment:prod-image", False),
    ],
)
def test_legacy_and_immutable_subjects_are_compared_whole(numbered: Template, subject: str, *, trusted: bool) -> None:
    """With the numbers in the environment's file both forms of the subject are trusted, and no mixture."""
    assert _trusted(numbered, "backend", replace(RIGHT, subject=subject)) is trusted


def test_trust_uses_one_exact_operator(delivery: Template) -> None:
    """No trust policy has a wildcard, a pattern operator or one that an absent claim satisfies."""
    for role in delivery.resources("aws_iam_role"):
        if "-delivery-" not in role["name"]:
            continue
        (statement,) = parsed(role["assume_role_policy"])["Statement"]
        assert set(statement["Condition"]) == {"StringEquals"}
        assert "*" not in role["assume_role_policy"]
        assert set(statement["Condition"]["StringEquals"]) == {f"{ISSUER}:{claim}" for claim in ("aud", "sub", "ref")}


def test_an_account_that_has_the_provider_looks_it_up() -> None:
    """With create_provider = false the provider is found, not made a second time."""
    template = Template.build(lambda stack: GithubOidc(stack, "Github", existing=True))
    found: list[dict[str, Any]] = template.data("aws_iam_openid_connect_provider")
    assert [item["url"] for item in found] == [f"https://{ISSUER}"]
    assert not template.resources("aws_iam_openid_connect_provider")
