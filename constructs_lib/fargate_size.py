"""The CPU and memory pairs that Fargate runs."""

from typing import Final


def _range_gib(first: int, last: int, step: int = 1) -> tuple[int, ...]:
    return tuple(gib * 1024 for gib in range(first, last + 1, step))


MEMORY_MIB_BY_CPU_UNITS: Final[dict[int, tuple[int, ...]]] = {
    256: (512, 1024, 2048),
    512: _range_gib(1, 4),
    1024: _range_gib(2, 8),
    2048: _range_gib(4, 16),
    4096: _range_gib(8, 30),
    8192: _range_gib(16, 60, 4),
    16384: _range_gib(32, 120, 8),
}
"""Memory sizes by CPU units (ECS: "Task definition parameters for Fargate", task size)."""


def check_task_size(*, cpu_units: int, memory_mib: int) -> None:
    """Refuse a task size that Fargate does not run.

    Raises:
        ValueError: Unknown CPU value, or a memory value that does not go with it.
    """
    if cpu_units not in MEMORY_MIB_BY_CPU_UNITS:
        raise ValueError(
            f"cpu_units={cpu_units} is not a Fargate size; use one of {', '.join(map(str, MEMORY_MIB_BY_CPU_UNITS))}"
        )
    allowed = MEMORY_MIB_BY_CPU_UNITS[cpu_units]
    if memory_mib not in allowed:
        raise ValueError(
            f"memory_mib={memory_mib} does not fit cpu_units={cpu_units}; use one of {', '.join(map(str, allowed))}"
        )
