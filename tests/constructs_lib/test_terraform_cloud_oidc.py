from typing import Any

import pytest

from constructs_lib.terraform_cloud_oidc import (
    TerraformCloudOidc,
    TerraformCloudWorkspace,
    terraform_cloud_trust,
)
from tests.support.template import Template

WORKSPACE = TerraformCloudWorkspace(organization="acme", project="Default Project", workspace="shop-prod")


def test_planning_and_applying_are_different_subjects() -> None:
    """A role for plans is out of reach of applies, and the reverse."""
    prefix = "organization:acme:project:Default Project:workspace:shop-prod:run_phase"
    assert WORKSPACE.plan() == (f"{prefix}:plan",)
    assert WORKSPACE.apply() == (f"{prefix}:apply",)


def test_a_run_is_trusted_by_whole_subject_and_audience() -> None:
    """The trust compares both claims for equality."""
    trust = terraform_cloud_trust("arn", WORKSPACE.plan())
    assert trust["Condition"] == {
        "StringEquals": {
            "app.terraform.io:aud": "aws.workload.identity",
            "app.terraform.io:sub": list(WORKSPACE.plan()),
        }
    }


def test_a_terraform_enterprise_host_is_its_own_issuer() -> None:
    """Another host has another provider, and its claims carry its name."""
    template = Template.build(lambda stack: TerraformCloudOidc(stack, "Tfe", hostname="tfe.example.com"))
    provider = template.only("aws_iam_openid_connect_provider")
    assert provider["url"] == "https://tfe.example.com"
    assert provider["client_id_list"] == ["aws.workload.identity"]
    trust = terraform_cloud_trust("arn", WORKSPACE.apply(), hostname="tfe.example.com")
    assert set(trust["Condition"]["StringEquals"]) == {"tfe.example.com:aud", "tfe.example.com:sub"}


@pytest.mark.parametrize("part", ["organization", "project", "workspace"])
@pytest.mark.parametrize("name", ["", "*", "shop-*", "a:b", "sho?"])
def test_every_part_is_named_in_full(part: str, name: str) -> None:
    """A pattern, or a colon that would start another part, is refused."""
    arguments: dict[str, Any] = {"organization": "acme", "project": "p", "workspace": "w"}
    with pytest.raises(ValueError, match=part):
        TerraformCloudWorkspace(**arguments | {part: name})
