"""The one way in which this package speaks: a line on stderr when it steps aside."""

import sys


def step_aside(reason: str) -> None:
    """Say that *reason* keeps the bindings as slow, and as right, as they are without this package."""
    sys.stderr.write(f"lazy_bindings: {reason}; everything works, at the usual speed\n")
