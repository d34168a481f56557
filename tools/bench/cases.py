"""What is measured: each case runs its variants side by side and returns what goes into ``build/bench.json``."""

import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools import toolchain
from tools.bench.environments import write_environments
from tools.bench.measure import BenchError, Sample, run, side_by_side
from tools.bench.peers import PACKAGES, python_with_cdktn

APPS = Path(__file__).with_name("apps")
ENVIRONMENT_COUNTS = (1, 10, 50)
RESOURCE_COUNTS = (500, 2000, 5000)
_UNIT_TESTS = "not slow and not terraform and not local_aws"
_UNIT_TEST_FOLDERS = ("constructs_lib", "stacks")

Results = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """Where and how often to run.

    Attributes:
        rounds: How often each variant runs; medians are reported.
        scratch: A directory for what the runs write.
        build: The directory of lasting things, such as the environment of the fork.
    """

    rounds: int
    scratch: Path
    build: Path

    def python(self, *words: str | Path, lazy: bool = True, python: str | Path = sys.executable) -> Sample:
        """Run a Python program once, in an empty directory, with the bindings lazy or stock."""
        environment = toolchain.terraform_environment()
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # a warm checkout has its bytecode, in every variant
        environment |= {"LAZY_BINDINGS": "1" if lazy else "0", "EDGEMIND_LOCAL_STATE_DIR": str(self.scratch / "state")}
        if python == sys.executable:
            environment["PYTHONPATH"] = str(toolchain.ROOT)
        with tempfile.TemporaryDirectory(dir=self.scratch) as cwd:
            return run([python, *words], cwd=Path(cwd), environment=environment)

    def main(self, count: int = 1, *, lazy: bool = True) -> Sample:
        """Synthesize the whole app once, for *count* environments."""
        directory = self.scratch / f"environments-{count}"
        if not directory.exists():
            write_environments(toolchain.ROOT / "environments" / "prod.toml", directory, count)
        with_directory = f"import os, sys; os.environ['EDGEMIND_ENVIRONMENTS_DIR'] = {str(directory)!r}; "
        return self.python("-c", with_directory + "import main; sys.exit(main.main())", lazy=lazy)


def synth(bench: Bench) -> Results:
    """The whole app for prod, as a process: ours against the stock bindings."""
    medians = side_by_side(
        {"ours": bench.main, "stock": lambda: bench.main(lazy=False)},
        rounds=bench.rounds,
    )
    ours, stock = medians["ours"], medians["stock"]
    return {
        "synth_seconds": round(ours.seconds, 3),
        "synth_cpu_seconds": round(ours.cpu_seconds, 3),
        "synth_stock_seconds": round(stock.seconds, 3),
        "ratios": {"synth_vs_stock": round(stock.seconds / ours.seconds, 1)},
    }


def cdktn(bench: Bench) -> Results:
    """A small app, as a process: ours against the fork with its own bindings."""
    other = python_with_cdktn(bench.build)
    small = APPS / "small.py"
    variants: dict[str, Callable[[], Sample]] = {
        "ours": lambda: bench.python(small, "cdktf", "cdktf_cdktf_provider_aws", "out"),
        "cdktn": lambda: bench.python(small, "cdktn", "cdktn_provider_aws", "out", python=other),
    }
    medians = side_by_side(variants, rounds=bench.rounds)
    ours, theirs = medians["ours"].seconds, medians["cdktn"].seconds
    return {
        "small_app_seconds": {"ours": round(ours, 3), "cdktn": round(theirs, 3)},
        "cdktn_packages": list(PACKAGES),
        "ratios": {"synth_vs_cdktn": round(theirs / ours, 1)},
    }


def environments(bench: Bench) -> Results:
    """The whole app for more and more environments."""
    seconds = {}
    for count in ENVIRONMENT_COUNTS:
        rounds = 1 if count == max(ENVIRONMENT_COUNTS) else bench.rounds
        sample = side_by_side({"ours": lambda count=count: bench.main(count)}, rounds=rounds)["ours"]  # type: ignore[misc] # bound in the loop on purpose
        seconds[str(count)] = round(sample.seconds, 2)
    return {"environments_seconds": seconds}


def resources(bench: Bench) -> Results:
    """More and more resources in one stack, beyond what an app without any takes."""
    many = APPS / "many.py"
    runs = {str(count): lambda count=count: bench.python(many, str(count), "out") for count in (0, *RESOURCE_COUNTS)}
    medians = side_by_side(runs, rounds=bench.rounds)
    empty = medians["0"].seconds
    counts = [str(count) for count in RESOURCE_COUNTS]
    return {
        "resources_seconds": {name: round(sample.seconds, 2) for name, sample in medians.items()},
        "ms_per_resource": {name: round((medians[name].seconds - empty) * 1000 / int(name), 2) for name in counts},
        "resources_peak_mib": {name: round(medians[name].peak_mib) for name in counts},
    }


def tests(bench: Bench) -> Results:
    """The unit tests of what is synthesized, from a warm checkout, with the bindings lazy and stock; each once."""
    root = toolchain.ROOT
    suite: list[str | Path] = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", _UNIT_TESTS, "--rootdir", root]
    suite += ["-c", root / "pyproject.toml", *(root / "tests" / name for name in _UNIT_TEST_FOLDERS)]
    bench.python(*suite)  # writes the bytecode of the tests
    ours, stock = bench.python(*suite), bench.python(*suite, lazy=False)
    return {
        "unit_tests_seconds": {"ours": round(ours.seconds, 1), "stock": round(stock.seconds, 1)},
        "ratios": {"unit_tests_vs_stock": round(stock.seconds / ours.seconds, 1)},
    }


def cli(bench: Bench) -> Results:
    """``cdktf synth`` around an app that costs nothing: with and without `tools/cdktf_lazy.cjs`."""
    project = bench.scratch / "cli"
    shutil.copytree(Path(__file__).with_name("cli_project"), project)
    ours = toolchain.cdktf_command()
    stock = [word for word in ours if "cdktf_lazy" not in word]
    environment = toolchain.terraform_environment()
    medians = side_by_side(
        {
            "ours": lambda: run([*ours, "synth"], cwd=project, environment=environment),
            "stock": lambda: run([*stock, "synth"], cwd=project, environment=environment),
        },
        rounds=bench.rounds,
    )
    return {"cli_seconds": {name: round(sample.seconds, 2) for name, sample in medians.items()}}


CASES: dict[str, Callable[[Bench], Results]] = {
    case.__name__: case for case in (synth, cdktn, environments, resources, cli, tests)
}

__all__ = ["CASES", "Bench", "BenchError", "Results"]
