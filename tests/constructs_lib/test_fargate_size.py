import pytest

from constructs_lib.fargate_size import check_task_size


@pytest.mark.parametrize(("cpu", "memory"), [(256, 512), (512, 1024), (2048, 4096), (4096, 30720), (16384, 122880)])
def test_accepts_what_fargate_runs(cpu: int, memory: int) -> None:
    """The pairs of AWS's table pass."""
    check_task_size(cpu_units=cpu, memory_mib=memory)


@pytest.mark.parametrize(
    ("cpu", "memory", "words"),
    [
        (300, 512, "cpu_units=300 is not a Fargate size; use one of 256, 512"),
        (256, 4096, "memory_mib=4096 does not fit cpu_units=256; use one of 512, 1024, 2048"),
        (8192, 17408, "does not fit cpu_units=8192"),
        (512, 1000, "memory_mib=1000 does not fit"),
    ],
)
def test_refuses_the_rest_and_names_what_fits(cpu: int, memory: int, words: str) -> None:
    """A pair that Fargate does not run is refused with the values that it does."""
    with pytest.raises(ValueError, match=words):
        check_task_size(cpu_units=cpu, memory_mib=memory)
