"""Run a command in a process of its own, and say how long it took and how much memory it and its children had."""

import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_SAMPLE_SECONDS = 0.02


class BenchError(RuntimeError):
    """A measured command failed; the text has its last words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One run.

    Attributes:
        seconds: From the start of the process to its end.
        cpu_seconds: Of the process and of all its children, on all cores.
        peak_mib: The most memory that they had at one moment; 0 where the system does not tell.
    """

    seconds: float
    cpu_seconds: float
    peak_mib: float


def run(command: Sequence[str | Path], *, cwd: Path, environment: Mapping[str, str]) -> Sample:
    """Run *command* once.

    Raises:
        BenchError: It failed.
    """
    before = os.times()
    began = time.perf_counter()
    with subprocess.Popen(
        [str(word) for word in command],
        cwd=cwd,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        memory = _PeakMemory(process.pid)
        _, errors = process.communicate()
        seconds = time.perf_counter() - began
        peak = memory.stop()
    after = os.times()
    if process.returncode:
        raise BenchError(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{errors[-2000:]}")
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return Sample(seconds=seconds, cpu_seconds=cpu, peak_mib=peak)


def side_by_side(runs: Mapping[str, Callable[[], Sample]], *, rounds: int) -> dict[str, Sample]:
    """Run every variant in turn, *rounds* times after one that does not count, and return the medians.

    In turn, so that a busy moment of the machine hits all of them.
    """
    samples: dict[str, list[Sample]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, one in runs.items():
            sample = one()
            if number:
                samples[name].append(sample)
    return {name: _median(several) for name, several in samples.items()}


def _median(samples: Sequence[Sample]) -> Sample:
    return Sample(
        seconds=statistics.median(sample.seconds for sample in samples),
        cpu_seconds=statistics.median(sample.cpu_seconds for sample in samples),
        peak_mib=statistics.median(sample.peak_mib for sample in samples),
    )


class _PeakMemory:
    """Watch the resident memory of a process and its descendants, by ``/proc`` ("proc(5)")."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """Return the peak in MiB."""
        self._ended.set()
        self._thread.join()
        return self._peak / 1024

    def _watch(self) -> None:
        while not self._ended.wait(_SAMPLE_SECONDS):
            self._peak = max(self._peak, sum(_resident_kib(pid) for pid in _tree(self._pid)))


def _tree(pid: int) -> Iterable[int]:
    yield pid
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    except OSError:  # it has just ended, or there is no /proc
        return
    for child in children:
        yield from _tree(child)


def _resident_kib(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")), 0)
