"""The results as a table for people and as JSON for tools."""

import json
import os
import platform
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

GOALS = {
    "ratios.synth_vs_stock": "at least 12",
    "ratios.synth_vs_cdktn": "at least 4",
    "synth_seconds": "below 1.0 on an idle machine of 2 cores",
    "ms_per_resource.500": "at most 1.5",
    "ms_per_resource.2000": "at most 1.5",
    "ms_per_resource.5000": "at most 1.5",
    "unit_tests_seconds.ours": "below 15",
}


def merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return both, with what they have in common, such as ``ratios``, joined."""
    joined = {**one, **other}
    for key in one.keys() & other.keys():
        if isinstance(one[key], Mapping):
            joined[key] = merged(one[key], other[key])
    return joined


def machine() -> dict[str, Any]:
    """What the numbers depend on."""
    return {
        "machine": {
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "system": platform.system(),
            "load_before": round(os.getloadavg()[0], 2),
        }
    }


def table(results: Mapping[str, Any]) -> str:
    """Return one line a number, with its goal where it has one."""
    rows = [(name, str(value).partition("\n")[0][:80], GOALS.get(name, "")) for name, value in _flat(results)]
    widths = [max(len(row[column]) for row in [*rows, ("", "", "")]) for column in range(3)]
    heads = ("measured", "median", "goal")
    widths = [max(width, len(head)) for width, head in zip(widths, heads, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in [heads, *rows]
    )


def _flat(results: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in results.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def write(results: Mapping[str, Any], file: Path) -> None:
    """Write *results* to *file* as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
