"""`install` in whole processes: the environment, jsii of another shape, a Node that does not start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CREATE = """
from cdktf import App, TerraformStack
from cdktf_cdktf_provider_tfe.organization import Organization
stack = TerraformStack(App(outdir=os.environ["OUT"]), "stack")
organization = Organization(stack, "Organization", name="o", email="o@example.com")
assert "tfe_organization" in str(stack.to_terraform())
"""


def run(tmp_path: Path, script: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run *script* in a Python of its own, with the repository importable and TMPDIR under *tmp_path*."""
    scratch = tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    inherited = {name: value for name, value in os.environ.items() if name not in {"LAZY_BINDINGS", "NODE_OPTIONS"}}
    paths = {"PYTHONPATH": str(ROOT), "TMPDIR": str(scratch), "OUT": str(tmp_path / "out")}
    return subprocess.run(
        [sys.executable, "-c", f"import os, sys, lazy_bindings\n{script}"],
        env={**inherited, **paths, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_nothing_of_it_outlives_the_process_or_reaches_its_children(tmp_path: Path) -> None:
    """No preload in the environment of other children, and no temporary file left behind."""
    script = "lazy_bindings.install(); lazy_bindings.install()" + CREATE
    script += 'assert "NODE_OPTIONS" not in os.environ\n'
    script += "assert len([f for f in sys.meta_path if 'Lazy' in type(f).__name__]) == 1\n"
    script += "import cdktf_cdktf_provider_tfe; assert len([m for m in sys.modules if '_tfe.' in m]) < 8\n"
    finished = run(tmp_path, script)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert list((tmp_path / "scratch").iterdir()) == []


def test_node_options_of_the_user_keep_their_meaning(tmp_path: Path) -> None:
    """A module that the user preloads through NODE_OPTIONS is preloaded as well."""
    mine = tmp_path / "mine.cjs"
    mine.write_text('process.stderr.write("mine\\n");', encoding="utf-8")
    finished = run(tmp_path, "lazy_bindings.install()" + CREATE, NODE_OPTIONS=f"--require={mine}")
    assert (finished.returncode, finished.stderr) == (0, "mine\n")


def test_the_switch_leaves_everything_as_it_is(tmp_path: Path) -> None:
    """With LAZY_BINDINGS=0 neither imports nor jsii are touched."""
    script = (
        "before = list(sys.meta_path); lazy_bindings.install(); assert sys.meta_path == before\n"
        "assert 'jsii' not in sys.modules; import typing; assert typing.get_type_hints.__module__ == 'typing'\n"
        "import jsii; from jsii._kernel.providers import ProcessProvider\n"
        "assert type(jsii.kernel.provider) is ProcessProvider\n"
    )
    finished = run(tmp_path, script, LAZY_BINDINGS="0")
    assert (finished.returncode, finished.stderr) == (0, "")


def test_a_node_named_by_the_environment_is_used(tmp_path: Path) -> None:
    """JSII_NODE is not replaced; without it, the Node of the wheel becomes JSII_NODE."""
    script = "lazy_bindings.install(); print(os.environ['JSII_NODE'])"
    named = run(tmp_path, script, JSII_NODE="elsewhere", LAZY_BINDINGS="0")
    assert named.stdout == "elsewhere\n"
    environ = {name: value for name, value in os.environ.items() if name != "JSII_NODE"}
    script = "os.environ.pop('JSII_NODE', None);" + script
    assert Path(run(tmp_path, script, LAZY_BINDINGS="0", **environ).stdout.strip()).is_file()


UNKNOWN_START = """
import subprocess, types
from jsii._kernel.providers import process
from lazy_bindings import _kernel
_kernel.knows_shape_of_jsii = lambda: False
process.subprocess = types.SimpleNamespace(**vars(subprocess))
"""


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        pytest.param(
            "from lazy_bindings import _preload\n_preload.PRELOAD = _preload.PRELOAD.with_name('missing.cjs')",
            "Node does not start with missing.cjs",
            id="the preload cannot be loaded",
        ),
        pytest.param(UNKNOWN_START, "this jsii starts Node in an unknown way", id="jsii starts Node in another way"),
        pytest.param(
            "import jsii._reference_map; del jsii._reference_map._submodule_fqn_map",
            "jsii is missing or has another shape",
            id="jsii cannot import a type on demand",
        ),
        pytest.param(
            "import constructs",
            "constructs was imported before lazy_bindings.install() was called",
            id="install is called too late",
        ),
    ],
)
def test_it_steps_aside_with_one_line_and_everything_works(tmp_path: Path, change: str, warning: str) -> None:
    """What has an unknown shape is left alone: one line says so, and resources are made all the same."""
    finished = run(tmp_path, f"{change}\nlazy_bindings.install(){CREATE}")
    assert finished.returncode == 0, finished.stderr
    (line,) = [line for line in finished.stderr.splitlines() if line.startswith("lazy_bindings: ")]
    assert warning in line


def test_a_jsii_without_a_direct_kernel_still_gets_the_preload(tmp_path: Path) -> None:
    """Where jsii's own start must be kept, its Node is preloaded all the same."""
    script = (
        "from lazy_bindings import _kernel\n_kernel.knows_shape_of_jsii = lambda: False\n"
        "import subprocess; started = []; stock = subprocess.Popen\n"
        "def Popen(args, **options): started.append(args); return stock(args, **options)\n"
        "subprocess.Popen = Popen\n"
        "lazy_bindings.install()" + CREATE + "assert '--require=' in str(started[0]), started\n"
    )
    finished = run(tmp_path, script)
    assert (finished.returncode, finished.stderr) == (0, "")


@pytest.mark.parametrize("directory", ["_jsii", "unpacked"])
def test_a_failing_assembly_raises_what_jsii_raises(tmp_path: Path, directory: str) -> None:
    """An assembly that cannot be loaded is reported, by the first use at the latest, as jsii's own error."""
    broken = tmp_path / directory / "broken.tgz"
    broken.parent.mkdir()
    broken.write_bytes(b"no archive")
    script = (
        "lazy_bindings.install(); import jsii, cdktf\n"
        f"try:\n    jsii.kernel.load('broken', '1.0.0', {str(broken)!r})\n    cdktf.App()\n"
        "except (jsii.errors.JSIIError, RuntimeError):\n    print('refused')\n"
        "cdktf.App(outdir=os.environ['OUT'])\n"
    )
    finished = run(tmp_path, script)
    assert (finished.returncode, finished.stdout) == (0, "refused\n")


WRONG = {
    "a string": "Organization(stack, 'O', name=5, email='e')",
    "a boolean": "Organization(stack, 'O', name='n', email='e', cost_estimation_enabled='yes')",
    "a required argument": "Organization(stack, 'O', name=None, email='e')",
    "a scope": "Organization('stack', 'O', name='n', email='e')",
    "a list of structs": "Organization(stack, 'O', name='n', email='e', provisioners=['x'])",
    "a setter": "setattr(Organization(stack, 'O', name='n', email='e'), 'name', 5)",
    "a method": "Organization(stack, 'O', name='n', email='e').add_override(5, 'x')",
}


@pytest.mark.parametrize("type_checks", [True, False])
def test_wrong_types_are_refused_with_and_without_the_checks_of_the_bindings(
    tmp_path: Path,
    type_checks: bool,  # noqa: FBT001
) -> None:
    """The kernel refuses every wrongly typed argument that the bindings' own checks refuse."""
    script = f"lazy_bindings.install(type_checks={type_checks})" + CREATE
    for call in WRONG.values():
        script += (
            f"try:\n    stack = TerraformStack(App(outdir=os.environ['OUT']), 'stack')\n    {call}\n"
            "except Exception:\n    print('refused')\nelse:\n    print('accepted')\n"
        )
    finished = run(tmp_path, script)
    assert finished.stdout.split() == ["refused"] * len(WRONG)
