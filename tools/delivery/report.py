"""Says what happened: on the terminal, in the run's summary, and to the steps that follow."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tools.delivery.settings import DeliveryError

EXIT_FAILED = 1


def say(text: str) -> None:
    """Print a line at once, so that a log shows progress while something is waited for."""
    print(text, flush=True)


def summarize(title: str, facts: Mapping[str, str]) -> None:
    """Add a table to the workflow run's summary page; on a terminal, print it."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        say(f"{title}: " + ", ".join(f"{name} {value}" for name, value in facts.items()))
        return
    rows = "".join(f"| {name} | `{value}` |\n" for name, value in facts.items())
    with Path(path).open("a", encoding="utf-8") as summary:
        summary.write(f"## {title}\n\n| | |\n| --- | --- |\n{rows}\n")


def output(name: str, value: str) -> None:
    """Hand *value* to the steps that follow in this job.

    Raises:
        ValueError: The value has more than one line, which could set other outputs.
    """
    if "\n" in value or "\r" in value:
        raise ValueError(f"output {name} has more than one line: {value!r}")
    path = os.environ.get("GITHUB_OUTPUT")
    if path:
        with Path(path).open("a", encoding="utf-8") as outputs:
            outputs.write(f"{name}={value}\n")


def run(main: Callable[[], None]) -> None:
    """Run *main*; report a delivery that failed in one sentence, as an annotation where GitHub reads it."""
    try:
        main()
    except DeliveryError as error:
        prefix = "::error::" if os.environ.get("GITHUB_ACTIONS") == "true" else "error: "
        text = str(error).replace("\n", "%0A") if prefix.startswith("::") else str(error)
        print(f"{prefix}{text}", file=sys.stderr, flush=True)
        sys.exit(EXIT_FAILED)
