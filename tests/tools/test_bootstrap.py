"""Setting up is repeatable: a step runs when its inputs changed, and says what it does."""

from pathlib import Path

import pytest

from tools import bootstrap


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bootstrap.Step:
    """A step that appends a line to its result, from one input."""
    monkeypatch.setattr(bootstrap, "BUILD", tmp_path / "build")
    (tmp_path / "lock").write_text("1")
    result = tmp_path / "result"

    def append() -> None:
        with result.open("a") as file:
            file.write("ran\n")

    return bootstrap.Step(name="a thing", inputs=[tmp_path / "lock"], result=result, run=append)


def test_a_step_runs_once(step: bootstrap.Step) -> None:
    """While nothing changes, the second run does nothing."""
    bootstrap.take(step)
    bootstrap.take(step)
    assert step.result.read_text() == "ran\n"


def test_a_step_runs_again_when_an_input_changed(step: bootstrap.Step) -> None:
    """A changed lock file is installed."""
    bootstrap.take(step)
    step.inputs[0].write_text("2")
    bootstrap.take(step)
    assert step.result.read_text() == "ran\nran\n"


def test_a_step_runs_again_when_its_result_is_gone(step: bootstrap.Step) -> None:
    """A removed virtual environment is made again."""
    bootstrap.take(step)
    step.result.unlink()
    bootstrap.take(step)
    assert step.result.exists()


def test_a_step_that_left_nothing_behind_fails(step: bootstrap.Step, capsys: pytest.CaptureFixture[str]) -> None:
    """A step is done only when its result exists; what was being done is said."""
    broken = bootstrap.Step(name=step.name, inputs=step.inputs, result=step.result, run=lambda: None)
    with pytest.raises(bootstrap.SetupError, match="a thing was installed, but"):
        bootstrap.take(broken)
    assert "installing a thing" in capsys.readouterr().out


def test_a_failing_command_shows_what_it_said() -> None:
    """The end of a failed command's output is in the error."""
    with pytest.raises(bootstrap.SetupError, match=r"(?s)exit code 3.*the reason"):
        bootstrap.run(["sh", "-c", "echo the reason; exit 3"])
