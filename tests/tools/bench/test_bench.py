"""The benchmark measures what it says, on commands that cost nothing."""

import json
import os
import sys
from pathlib import Path

import pytest

from stacks.environment_files import load_environments
from tools import toolchain
from tools.bench.environments import write_environments
from tools.bench.local import Stages
from tools.bench.measure import BenchError, Sample, run, side_by_side
from tools.bench.report import merged, table, write

PROD = toolchain.ROOT / "environments" / "prod.toml"


def sample(seconds: float) -> Sample:
    """A run that took *seconds*."""
    return Sample(seconds=seconds, cpu_seconds=seconds / 2, peak_mib=10)


def test_a_run_is_timed_to_its_end(tmp_path: Path) -> None:
    """The time of a run is that of the whole process, and memory is seen where the system tells."""
    busy = "import time; data = bytearray(50_000_000); time.sleep(0.2)"
    measured = run([sys.executable, "-c", busy], cwd=tmp_path, environment=os.environ)
    assert measured.seconds >= 0.2
    assert measured.peak_mib > 40 or not Path("/proc/self/status").exists()


def test_a_run_that_fails_is_no_measurement(tmp_path: Path) -> None:
    """A command that ends with an error is reported with its last words, not as a time."""
    with pytest.raises(BenchError, match="ended with 3:\nsorry"):
        run(
            [sys.executable, "-c", "import sys; print('sorry', file=sys.stderr); sys.exit(3)"],
            cwd=tmp_path,
            environment=os.environ,
        )


def test_variants_take_turns_and_medians_count() -> None:
    """Variants run in turn, the first round is left out, and the median of the others is reported."""
    turns: list[str] = []

    def variant(name: str, times: list[float]) -> Sample:
        turns.append(name)
        return sample(times.pop(0))

    one, other = [9.0, 1.0, 5.0, 2.0], [9.0, 3.0, 4.0, 3.5]
    medians = side_by_side({"one": lambda: variant("one", one), "other": lambda: variant("other", other)}, rounds=3)
    assert turns == ["one", "other"] * 4
    assert (medians["one"].seconds, medians["other"].seconds) == (2.0, 3.5)


@pytest.mark.parametrize("count", [1, 3, 50])
def test_any_number_of_environments_is_valid_together(tmp_path: Path, count: int) -> None:
    """The environments made from prod are accepted by the app's own loader, all at once."""
    directory = tmp_path / "environments"
    write_environments(PROD, directory, count)
    assert len(load_environments(directory)) == count


def test_results_of_several_cases_join() -> None:
    """Cases add to the same ratios without losing each other's."""
    joined = merged({"ratios": {"a": 1}, "x": 1}, {"ratios": {"b": 2}, "y": 2})
    assert joined == {"ratios": {"a": 1, "b": 2}, "x": 1, "y": 2}


def test_the_table_names_each_number_and_its_goal(tmp_path: Path) -> None:
    """A number appears under its full name, with the goal where there is one, and as it is in the JSON."""
    results = {"ratios": {"synth_vs_stock": 14.0}, "other": 3}
    lines = table(results).splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [["ratios.synth_vs_stock", "14.0"], ["other", "3"]]
    assert lines[1].endswith("at least 12")
    write(results, tmp_path / "build" / "bench.json")
    assert json.loads((tmp_path / "build" / "bench.json").read_text()) == results


def test_a_deployment_is_read_stack_by_stack() -> None:
    """A stack is applied from its first resource to its last line; what took longest is found in the output."""
    stages = Stages()
    for second, line in enumerate(
        [
            "edgemind-prod-network  Initializing the backend...",
            "edgemind-prod-network  aws_vpc.Vpc: Creating...",
            "edgemind-prod-data     aws_kms_key.Key (Key): Creation complete after 10s [id=1]",
            "\x1b[1medgemind-prod-network  aws_lb.Lb: Creation complete after 1m2s [id=2]",
        ]
    ):
        stages.hear(line, second)
    local = stages.results(total=4)["local"]
    assert local["stacks"] == {
        "edgemind-prod-network": {"from": 1, "to": 3},
        "edgemind-prod-data": {"from": 2, "to": 2},
    }
    assert local["longest_waits_seconds"] == {
        "edgemind-prod-network aws_lb.Lb": 62,
        "edgemind-prod-data aws_kms_key.Key": 10,
    }
