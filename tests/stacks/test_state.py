"""Where state is, and how stacks read each other through it."""

import json
from pathlib import Path
from typing import Any

import pytest

from stacks.placeholders import placeholder
from tests.support.cloud_app import ORGANIZATION, STACKS, document, synthesize


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Synthesize the same environment in a run that asks for local state."""
    return synthesize(tmp_path_factory.mktemp("local"), settings={"EDGEMIND_BACKEND": "local"})


def _references(outdir: Path, stack: str) -> dict[str, Any]:
    found = document(outdir, f"edgemind-prod-{stack}").get("data", {}).get("terraform_remote_state", {})
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("stack", STACKS)
def test_cloud_block_names_the_stacks_workspace(cloud: Path, stack: str) -> None:
    """With Terraform Cloud a stack has a cloud block with the one workspace of its name, and no backend."""
    name = f"edgemind-prod-{stack}"
    terraform = document(cloud, name)["terraform"]
    assert "backend" not in terraform
    assert terraform["cloud"] == {
        "hostname": "app.terraform.io",
        "organization": ORGANIZATION,
        "workspaces": {"name": name, "project": "edgemind"},
    }


@pytest.mark.parametrize("stack", STACKS)
def test_run_that_asks_gets_local_state(local: Path, stack: str) -> None:
    """EDGEMIND_BACKEND=local puts the state into a file although the environment has Terraform Cloud."""
    terraform = document(local, f"edgemind-prod-{stack}")["terraform"]
    assert "cloud" not in terraform
    assert terraform["backend"]["local"]["path"].endswith(f"state/edgemind-prod-{stack}.tfstate")


def test_local_run_has_the_same_resources(cloud: Path, local: Path) -> None:
    """The backend changes where state is and which stack sets it up, and no resource of the five stacks' services."""
    for stack in ("network", "data", "backend", "frontend"):
        name = f"edgemind-prod-{stack}"
        in_cloud, in_file = (
            json.dumps(document(outdir, name)["resource"], sort_keys=True) for outdir in (cloud, local)
        )
        assert in_cloud == in_file


def test_local_run_leaves_terraform_cloud_alone(local: Path) -> None:
    """A local run declares the five stacks and not the one that sets up Terraform Cloud."""
    manifest = json.loads((local / "manifest.json").read_text())
    assert set(manifest["stacks"]) == {f"edgemind-prod-{stack}" for stack in STACKS}


def test_manifest_keeps_the_order(cloud: Path) -> None:
    """Stacks are deployed in the order of the references also with Terraform Cloud."""
    stacks = json.loads((cloud / "manifest.json").read_text())["stacks"]
    assert stacks["edgemind-prod-backend"]["dependencies"] == ["edgemind-prod-data", "edgemind-prod-network"]
    assert stacks["edgemind-terraform-cloud"]["dependencies"] == []


@pytest.mark.parametrize("stack", STACKS)
def test_every_read_output_has_a_default(cloud: Path, stack: str) -> None:
    """Each output of another stack that this one reads has a stand-in, so a plan works before the first apply."""
    text = json.dumps(document(cloud, f"edgemind-prod-{stack}")["resource"])
    for name, reference in _references(cloud, stack).items():
        marker = f"data.terraform_remote_state.{name}.outputs."
        read = {part.split("}")[0] for part in text.split(marker)[1:]}
        assert read
        assert {output.split("[")[0].split(",")[0].split(")")[0] for output in read} <= set(reference["defaults"])


def test_references_go_through_the_producers_workspace(cloud: Path) -> None:
    """A reference reads the remote state of the workspace that is called like the other stack."""
    for name, reference in _references(cloud, "backend").items():
        assert reference["backend"] == "remote"
        assert reference["config"]["organization"] == ORGANIZATION
        assert reference["config"]["workspaces"] == {"name": name.removeprefix("cross-stack-reference-input-")}


def test_local_references_have_no_defaults(local: Path) -> None:
    """A local run never works with stand-ins: what was not applied is an error there."""
    assert all("defaults" not in reference for reference in _references(local, "backend").values())


def test_enterprise_host_is_used_for_state_and_references(tmp_path: Path) -> None:
    """Another hostname goes into the cloud block, into the references and to the tfe provider."""
    table = '\n[terraform_cloud]\norganization = "example-org"\nhostname = "terraform.example.com"\n'
    outdir = synthesize(tmp_path, more=table)
    assert document(outdir, "edgemind-prod-data")["terraform"]["cloud"]["hostname"] == "terraform.example.com"
    hosts = {reference["config"]["hostname"] for reference in _references(outdir, "backend").values()}
    assert hosts == {"terraform.example.com"}
    assert document(outdir, "edgemind-terraform-cloud")["provider"]["tfe"][0]["hostname"] == "terraform.example.com"


@pytest.mark.parametrize("stack", STACKS)
def test_consent_is_nothing_unless_a_run_gives_it(cloud: Path, stack: str) -> None:
    """Every stack takes a named consent to destroy data, empty by default."""
    variable = document(cloud, f"edgemind-prod-{stack}")["variable"]["consent_to_destroy"]
    assert (variable["type"], variable["default"], variable["nullable"]) == ("list(string)", [], False)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("aws_kms_key.Key.arn", "arn:aws:kms:us-east-1:000000000000:key/00000000-0000-0000-0000-000000000000"),
        ("aws_iam_role.Role.arn", "arn:aws:iam::000000000000:role/stand-in"),
        ("aws_anything.Thing.arn", "arn:aws:stand-in:us-east-1:000000000000:stand-in"),
        ("aws_route53_zone.Zone.name_servers", ["ns-0.stand-in.invalid", "ns-1.stand-in.invalid"]),
        ("aws_s3_bucket.Bucket.bucket", "stand-in"),
        ("data.aws_lb.Lb.dns_name", "stand-in.us-east-1.elb.amazonaws.com"),
    ],
)
def test_stand_ins_have_the_right_shape(reference: str, expected: object) -> None:
    """A stand-in looks like what it stands for, in an account that nobody has."""
    assert placeholder(reference) == expected


def test_stand_ins_of_two_subnets_differ() -> None:
    """Two ids of a kind stay two, where a set of them is expected."""
    one, other = placeholder("aws_subnet.A.id"), placeholder("aws_subnet.B.id")
    assert one != other
    assert str(one).startswith("subnet-000000000")


def test_unknown_attribute_is_refused_with_the_fix() -> None:
    """An attribute without a stand-in is reported with the file to add it to."""
    with pytest.raises(ValueError, match=r"add 'speed' to stacks/placeholders.py"):
        placeholder("aws_thing.Name.speed")
