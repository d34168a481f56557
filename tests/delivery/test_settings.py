"""What deliveries act on, where they may run, and the small files around them."""

import re
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.support.oci_image import write_image
from tools.delivery import report, requirements
from tools.delivery.github_settings import commands
from tools.delivery.oci_layout import OciLayout, open_image
from tools.delivery.settings import Backend, DeliveryError, Site, require_ci_or_local


def test_names_follow_from_the_environment() -> None:
    """A second environment has its own names, without a variable for each."""
    staging = Backend.read({"ENVIRONMENT": "staging"})
    assert staging.cluster == "edgemind-staging-cluster"
    assert staging.image_parameter == "/edgemind-staging/backend/image"
    assert Site.read({"ENVIRONMENT": "staging"}).bucket == "edgemind-staging-frontend"


def test_a_laptops_own_variables_mean_nothing() -> None:
    """Outside of a workflow, variables that happen to have a workflow's names are not names of ours."""
    assert Backend.read({"CONTAINER_NAME": "shell", "ECS_SERVICE": "x"}) == Backend.read({})


@pytest.mark.parametrize("endpoint", ["", "https://ecs.us-east-1.amazonaws.com", "http://10.0.0.1:4566"])
def test_production_is_not_delivered_from_a_laptop(endpoint: str) -> None:
    """Outside of a workflow, only an account on this machine can be delivered to."""
    with pytest.raises(DeliveryError, match="by its workflows only"):
        require_ci_or_local({"AWS_ENDPOINT_URL": endpoint})


def test_workflows_and_local_accounts_are_delivered_to() -> None:
    """A workflow, and a laptop with a local AWS, may deliver."""
    require_ci_or_local({"GITHUB_ACTIONS": "true"})
    require_ci_or_local({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"})


def test_runners_install_what_is_locked() -> None:
    """The requirements of the delivery tools are the locked versions, with hashes and no registry's address."""
    text = requirements.FILE.read_text()
    assert text == requirements.text()
    assert "://" not in text
    assert all("--hash=sha256:" in line for line in text.split("\n\n") if line)


def test_runners_install_all_that_is_needed() -> None:
    """Whatever boto3 stands on is in the list, at any depth."""
    needed, todo = set[str](), ["boto3"]
    while todo:
        name = todo.pop()
        needed.add(name)
        for text in requires(name) or []:
            found = Requirement(text)
            if found.marker is None or found.marker.evaluate({"extra": ""}):
                todo += [found.name] if found.name not in needed else []
    assert needed == set(requirements.PACKAGES)


def test_a_second_line_can_set_no_output(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A value with a line break is refused: in the file, each line is an output."""
    file = tmp_path / "outputs"
    monkeypatch.setenv("GITHUB_OUTPUT", str(file))
    report.output("proceed", "true")
    with pytest.raises(ValueError, match="more than one line"):
        report.output("proceed", "true\nrole=other")
    assert file.read_text() == "proceed=true\n"


def test_a_failure_is_one_annotation(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """In a workflow a failed delivery ends the step with one readable error, without a traceback."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")

    def fail() -> None:
        raise DeliveryError("one\ntwo")

    with pytest.raises(SystemExit) as ended:
        report.run(fail)
    assert ended.value.code == 1
    assert capsys.readouterr().err == "::error::one%0Atwo\n"


def test_github_is_set_up_from_the_outputs() -> None:
    """Each environment gets its branch rule and its own role; the distribution is the site's."""
    outputs = {
        name: {"value": f"value of {name}"}
        for name in (
            "AWS_ROLE_ARN_image",
            "AWS_ROLE_ARN_backend",
            "AWS_ROLE_ARN_frontend",
            "CLOUDFRONT_DISTRIBUTION_ID",
        )
    }
    lines = list(commands(outputs, environment="prod", repository="o/r", branch="main"))
    assert "gh secret set AWS_ROLE_ARN --repo o/r --env prod-image --body 'value of AWS_ROLE_ARN_image'" in lines
    assert sum("deployment-branch-policies --field name=main" in line for line in lines) == 3
    assert sum(line.startswith("gh secret set CLOUDFRONT_DISTRIBUTION_ID") for line in lines) == 1
    with pytest.raises(KeyError):
        list(commands({}, environment="prod", repository="o/r", branch="main"))


def test_an_image_is_checked_before_it_is_pushed(tmp_path: Path) -> None:
    """A layout without its blobs, an archive of something else and an unknown name are refused with the way out."""
    write_image(tmp_path / "image", "x")
    layout = OciLayout(tmp_path / "image")
    layout.path(layout.image).unlink()
    with pytest.raises(DeliveryError, match="lacks the blob"):
        layout.document(layout.image)
    (tmp_path / "other.tar").write_bytes(b"no archive")
    with pytest.raises(DeliveryError, match="not a tar archive"):
        open_image(str(tmp_path / "other.tar"), tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DeliveryError, match="not part of an OCI image layout"):
        open_image(str(tmp_path / "empty"), tmp_path)


def test_without_docker_a_name_is_no_image(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where there is no docker, the message says which file to make."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeliveryError, match=re.escape("--output type=oci,dest=image.tar")):
        open_image("edgemind:1", tmp_path)
