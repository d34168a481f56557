"""The stack that sets up Terraform Cloud. Its provider is not on every machine, so `validate` is not run here."""

import json
from pathlib import Path
from typing import Any

import pytest
from cdktf import App
from cdktf_cdktf_provider_tfe.workspace import Workspace

from stacks.base import RunSettings
from stacks.environment import TerraformCloud
from stacks.environment_files import ConfigurationError, load_environments
from stacks.state import stacks_of
from stacks.terraform_cloud import TERRAFORM_VERSION, TerraformCloudStack, nearest
from tests.support.cloud_app import STACKS, document, synthesize, write_environment
from tests.support.template import Template
from tools import toolchain
from tools.policy.engine import load_policies


@pytest.fixture(scope="module")
def template(cloud: Path) -> Template:
    """Return the stack."""
    return Template(document(cloud, "edgemind-terraform-cloud"))


def _name(reference: str) -> str:
    """Return which workspace `${tfe_workspace.Workspace-NAME.id}` is."""
    return reference.removeprefix("${tfe_workspace.Workspace-").removesuffix(".id}")


def test_stack_has_a_workspace_of_its_own(template: Template) -> None:
    """The stack's own state is in Terraform Cloud, in a workspace that the stack does not manage."""
    cloud = template.document["terraform"]["cloud"]
    assert cloud["workspaces"]["name"] == "edgemind-terraform-cloud"
    assert "edgemind-terraform-cloud" not in {w["name"] for w in template.resources("tfe_workspace")}


def test_every_stack_has_a_workspace(template: Template) -> None:
    """One workspace a stack, called like it: the Terraform of CI, remote, checked for drift, never auto-applied."""
    workspaces = template.resources("tfe_workspace")
    assert {w["name"] for w in workspaces} == {f"edgemind-prod-{stack}" for stack in STACKS}
    for workspace in workspaces:
        assert workspace["terraform_version"] == TERRAFORM_VERSION
        assert workspace["auto_apply"] is workspace["auto_apply_run_trigger"] is workspace["force_delete"] is False
        assert workspace["allow_destroy_plan"] is False
    for settings in template.resources("tfe_workspace_settings"):
        assert settings["execution_mode"] == "remote"
        assert settings["assessments_enabled"] is True
        assert settings["global_remote_state"] is False


def test_versions_agree() -> None:
    """Workspaces and workflows run the same Terraform."""
    for name in ("plan", "apply", "drift"):
        text = (toolchain.ROOT / ".github" / "workflows" / f"{name}.yml").read_text()
        assert f"terraform_version: {TERRAFORM_VERSION}" in text


@pytest.mark.parametrize("stack", STACKS)
def test_state_is_shared_with_its_readers_only(template: Template, cloud: Path, stack: str) -> None:
    """A workspace shares its state with exactly those stacks that have a reference to it."""
    name = f"edgemind-prod-{stack}"
    settings = template.only("tfe_workspace_settings", workspace_id=f"${{tfe_workspace.Workspace-{name}.id}}")
    shared = {_name(reference) for reference in settings["remote_state_consumer_ids"]}
    reading = {
        f"edgemind-prod-{reader}"
        for reader in STACKS
        for reference in document(cloud, f"edgemind-prod-{reader}")
        .get("data", {})
        .get("terraform_remote_state", {})
        .values()
        if reference["config"]["workspaces"]["name"] == name
    }
    assert shared == reading


def test_runs_trigger_in_dependency_order(template: Template, cloud: Path) -> None:
    """Each stack that reads others is triggered, by one that it depends on, and never in a circle."""
    pairs = {(_name(t["sourceable_id"]), _name(t["workspace_id"])) for t in template.resources("tfe_run_trigger")}
    stacks = json.loads((cloud / "manifest.json").read_text())["stacks"]
    for source, target in pairs:
        assert source in stacks[target]["dependencies"]
    assert {target for _, target in pairs} == {name for name, stack in stacks.items() if stack["dependencies"]}


def test_trigger_skips_what_another_source_waits_for() -> None:
    """A stack that reads two, one of which reads the other, is triggered by the later one only."""
    reads = {"network": [], "data": ["network"], "backend": ["data", "network"]}
    assert nearest("backend", reads) == ["data"]
    assert nearest("data", reads) == ["network"]
    assert nearest("network", reads) == []


def test_credentials_are_roles_for_plan_and_apply(template: Template) -> None:
    """Runs get two roles by name, one to plan and one to apply, and no key."""
    found = {v["key"]: v for v in template.resources("tfe_variable")}
    account = '${var.aws_account_ids["prod"]}'
    assert {key: v["value"] for key, v in found.items()} == {
        "TFC_AWS_PROVIDER_AUTH": "true",
        "TFC_AWS_PLAN_ROLE_ARN": f"arn:aws:iam::{account}:role/edgemind-terraform-prod-plan",
        "TFC_AWS_APPLY_ROLE_ARN": f"arn:aws:iam::{account}:role/edgemind-terraform-prod-apply",
    }
    assert {v["category"] for v in found.values()} == {"env"}
    assert "AWS_SECRET_ACCESS_KEY" not in template.text()
    assert len(template.only("tfe_variable_set")["workspace_ids"]) == len(STACKS)


def test_policies_are_the_files_and_mandatory(template: Template) -> None:
    """Every policy file is uploaded as it is, asked for its deny, mandatory, and enforced on every workspace."""
    found = {p["name"]: p for p in template.resources("tfe_policy")}
    assert {name: (p["policy"], p["query"]) for name, p in found.items()} == {
        policy.name: (policy.source, policy.query) for policy in load_policies()
    }
    assert {p["enforce_mode"] for p in found.values()} == {"mandatory"}
    assert {p["kind"] for p in found.values()} == {"opa"}
    policy_set = template.only("tfe_policy_set")
    assert len(policy_set["policy_ids"]) == len(found) <= 5
    assert len(policy_set["workspace_ids"]) == len(STACKS)
    assert policy_set["overridable"] is False


def test_ci_has_a_team_that_plans_and_one_that_applies(template: Template) -> None:
    """A pull request's token can plan and not apply; neither can read variables or delete a workspace."""
    access = {a["workspace_access"][0]["runs"]: a for a in template.resources("tfe_team_project_access")}
    assert set(access) == {"plan", "apply"}
    for one in access.values():
        assert one["access"] == "custom"
        assert one["workspace_access"][0]["variables"] == "none"
        assert one["workspace_access"][0]["delete"] is False
        assert one["project_access"] == [{"settings": "read", "teams": "none"}]
    assert access["plan"]["workspace_access"][0]["state_versions"] == "read-outputs"


def test_failures_and_drift_are_told(template: Template) -> None:
    """Every workspace tells of failed runs and drift; the address is a sensitive variable."""
    notifications = template.resources("tfe_notification_configuration")
    assert len(notifications) == len(STACKS)
    for one in notifications:
        assert {"run:errored", "assessment:drifted"} <= set(one["triggers"])
        assert one["url"] == "${var.notification_url}"
    assert template.document["variable"]["notification_url"]["sensitive"] is True


def test_bindings_check_types() -> None:
    """A wrong type is refused when the stack is declared, as the provider's validate can't be asked."""
    environment = load_environments(toolchain.ROOT / "environments")[0]
    using = environment.model_copy(update={"terraform_cloud": TerraformCloud(organization="example-org")})
    run = RunSettings(local_state_dir=Path("state"))
    stack = TerraformCloudStack(App(), environments=[using], run=run, reads={"edgemind-prod-network": []})
    wrong: Any = ["not", "text"]
    with pytest.raises((TypeError, RuntimeError)):
        Workspace(stack, "Wrong", name=wrong)


def test_environment_without_the_table_is_refused() -> None:
    """The stack can't be made for an environment that doesn't use Terraform Cloud."""
    environment = load_environments(toolchain.ROOT / "environments")[0]
    run = RunSettings(local_state_dir=Path("state"))
    with pytest.raises(ValueError, match=r"has no \[terraform_cloud\]"):
        TerraformCloudStack(App(), environments=[environment], run=run, reads={})


def test_without_the_table_there_is_no_such_stack(tmp_path: Path) -> None:
    """An environment without [terraform_cloud] has its five stacks and local state."""
    outdir = synthesize(tmp_path, more="")
    manifest = json.loads((outdir / "manifest.json").read_text())
    assert set(manifest["stacks"]) == {f"edgemind-prod-{stack}" for stack in STACKS}
    assert stacks_of(App()) == []


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('organization = "no spaces here"', "organization"),
        ('organization = "ok-org"\nprojekt = "x"', "did you mean 'project'"),
        ('organization = "ok-org"\nhostname = "https://x"', "hostname"),
        ('project = "x-y-z"', "organization: is missing"),
        ('organization = "ok-org"\nproject = "*"', "project"),
    ],
)
def test_wrong_tables_are_refused(tmp_path: Path, table: str, said: str) -> None:
    """A wrong value in the table is refused in the words of the file."""
    folder = write_environment(tmp_path / "environments", more=f"\n[terraform_cloud]\n{table}\n")
    with pytest.raises(ConfigurationError, match=said):
        load_environments(folder)


def test_environments_share_one_organization(tmp_path: Path) -> None:
    """Two environments in different organizations are refused: one stack sets up all of it."""
    folder = write_environment(tmp_path / "environments", more='\n[terraform_cloud]\norganization = "first-org"\n')
    text = (folder / "prod.toml").read_text()
    for old, new in (
        ('name = "prod"', 'name = "dev"'),
        ('secret_prefix = "edgemind"', 'secret_prefix = "dev"'),
        ("edgemind.local", "dev.local"),
        ("edge-mind.concept", "dev.concept"),
        ("10.42.", "10.43."),
        ("first-org", "second-org"),
    ):
        text = text.replace(old, new)
    (folder / "dev.toml").write_text(text)
    with pytest.raises(ConfigurationError, match=r"different \[terraform_cloud\]"):
        load_environments(folder)
