"""The environment that Terraform and cdktf run in is found, never assumed."""

import hashlib
import io
import json
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import cdktf, terraform_release, toolchain

AWS = f"{toolchain.PROVIDER_HOST}/hashicorp/aws"


def _mirror(folder: Path) -> Path:
    for name, version in toolchain.PROVIDERS.items():
        (folder / toolchain.PROVIDER_HOST / name / version / toolchain.platform_name()).mkdir(parents=True)
    return folder


@pytest.fixture
def searching(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A machine with nothing on it but what the test puts below the returned folder."""
    root = tmp_path / "searched"
    root.mkdir()
    monkeypatch.setattr(toolchain, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(toolchain, "BUILD", tmp_path / "build")
    monkeypatch.setattr(toolchain, "WELL_KNOWN_MIRRORS", ())
    monkeypatch.setattr(toolchain, "SEARCHED_ROOTS", (str(root),))
    monkeypatch.delenv(toolchain.MIRROR_SETTING, raising=False)
    monkeypatch.delenv("TF_CLI_CONFIG_FILE", raising=False)
    toolchain.provider_mirror.cache_clear()
    yield root
    toolchain.provider_mirror.cache_clear()


@pytest.mark.parametrize("place", ["plugins", "terraform/plugins"])
def test_a_mirror_is_found_below_the_usual_roots(searching: Path, place: str) -> None:
    """A folder with every pinned provider is found one or two levels below a root."""
    mirror = _mirror(searching / place)
    assert toolchain.provider_mirror() == mirror


def test_a_hidden_folder_is_no_mirror(searching: Path) -> None:
    """Plugin caches lie in hidden folders; Terraform refuses to install from them into themselves."""
    _mirror(searching / ".terraform.d" / "plugin-cache")
    assert toolchain.provider_mirror() is None


def test_a_mirror_of_another_version_is_not_taken(searching: Path) -> None:
    """A mirror without the pinned version would fail at init, so it is not a mirror for us."""
    (searching / "plugins" / AWS / "1.0.0" / toolchain.platform_name()).mkdir(parents=True)
    assert toolchain.provider_mirror() is None


def test_the_setting_wins(searching: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mirror that is named is taken before one that is found."""
    _mirror(searching / "plugins")
    named = _mirror(tmp_path / "named")
    monkeypatch.setenv(toolchain.MIRROR_SETTING, str(named))
    assert toolchain.provider_mirror() == named


def test_terraform_is_pointed_at_the_mirror(searching: Path) -> None:
    """With a mirror, a Terraform configuration is written that names it for the providers that it holds."""
    mirror = _mirror(searching / "plugins")
    environment = toolchain.terraform_environment({"PATH": "/bin", "TF_PLUGIN_CACHE_DIR": "/cache"})
    text = Path(environment["TF_CLI_CONFIG_FILE"]).read_text()
    assert f'path = "{mirror}"' in text
    assert f'include = ["{AWS}"]' in text
    assert "TF_PLUGIN_CACHE_DIR" not in environment


def test_a_configuration_that_does_not_exist_is_ignored(searching: Path) -> None:
    """An environment may name a Terraform configuration that is not there; Terraform would warn or fail."""
    assert searching.exists()
    environment = toolchain.terraform_environment({"PATH": "/bin", "TF_CLI_CONFIG_FILE": "/none/terraformrc"})
    assert "TF_CLI_CONFIG_FILE" not in environment


def test_a_users_own_configuration_is_left_alone(searching: Path, tmp_path: Path) -> None:
    """A configuration that exists is the user's decision, mirror or not."""
    _mirror(searching / "plugins")
    own = tmp_path / "terraformrc"
    own.write_text("")
    environment = toolchain.terraform_environment({"PATH": "/bin", "TF_CLI_CONFIG_FILE": str(own)})
    assert environment["TF_CLI_CONFIG_FILE"] == str(own)


def test_an_old_terraform_is_refused_with_the_way_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The message names what was found, what is needed and how to get it."""
    old = tmp_path / "terraform"
    old.write_text('#!/bin/sh\necho \'{"terraform_version": "1.5.7"}\'\n')
    old.chmod(0o755)
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", str(old))
    toolchain.terraform_binary.cache_clear()
    with pytest.raises(toolchain.ToolMissingError, match=r"no Terraform >= 1\.11 .*1\.5\.7.*make setup"):
        toolchain.terraform_binary()
    toolchain.terraform_binary.cache_clear()


def test_cdktf_runs_by_the_virtual_environments_node(searching: Path) -> None:
    """Nobody needs a Node: cdktf is started by the one that came as a package."""
    words = cdktf.command(["list"], {})
    assert words[0] == str(toolchain.node_home() / "bin" / "node")
    assert words[-1] == "list"
    assert searching.exists()


def test_cdktf_asks_for_no_checksums_that_a_mirror_lacks(searching: Path) -> None:
    """With a mirror, commands that would lock providers of other platforms are told not to."""
    _mirror(searching / "plugins")
    assert cdktf.command(["deploy", "a"], {})[-1] == cdktf.NO_LOCK
    assert cdktf.command(["synth"], {})[-1] == "synth"


def test_cdktf_works_where_the_app_writes(searching: Path) -> None:
    """The folder that the app obeys (CDKTF_OUTDIR) is the CLI's too, unless the caller names another."""
    assert searching.exists()
    there = {"CDKTF_OUTDIR": "/elsewhere"}
    assert cdktf.command(["synth"], there)[-2:] == ["--output", "/elsewhere"]
    assert cdktf.command(["synth", "--output", "/mine"], there)[-2:] == ["--output", "/mine"]
    assert cdktf.command(["--version"], there)[-1] == "--version"


def test_pipenv_run_cdktf_is_the_projects_cdktf() -> None:
    """`pipenv run cdktf` starts the pinned CLI with everything that it needs; no registry is named anywhere."""
    pipfile = tomllib.loads((toolchain.ROOT / "Pipfile").read_text("utf-8"))
    assert pipfile["scripts"]["cdktf"] == "python -m tools.cdktf"
    assert "source" not in pipfile
    lock = json.loads((toolchain.ROOT / "Pipfile.lock").read_text("utf-8"))
    assert lock["_meta"]["sources"] == []


def _archive() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("terraform", "#!/bin/sh\n")
    return content.getvalue()


def test_a_terraform_with_the_pinned_checksum_is_installed(tmp_path: Path) -> None:
    """The archive's binary is put in place and can be run."""
    content = _archive()
    terraform_release.unpack(content, tmp_path, expected_sha256=hashlib.sha256(content).hexdigest())
    assert (tmp_path / "terraform").stat().st_mode & 0o111


def test_a_terraform_with_another_checksum_is_not_installed(tmp_path: Path) -> None:
    """What was downloaded and is not what was pinned is refused, and nothing is left."""
    with pytest.raises(terraform_release.RefusedError, match="SHA-256"):
        terraform_release.unpack(_archive(), tmp_path / "home", expected_sha256="0" * 64)
    assert not (tmp_path / "home").exists()


def test_a_platform_without_a_pinned_checksum_is_refused(tmp_path: Path) -> None:
    """Nothing is downloaded for a platform that nobody pinned."""
    with pytest.raises(terraform_release.RefusedError, match="plan9_mips"):
        terraform_release.install(tmp_path, "plan9_mips")
