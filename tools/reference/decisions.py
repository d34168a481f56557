"""``docs/adr/README.md``: the list of decisions, from their titles."""

from pathlib import Path

_HEAD = """# Decisions

<!-- The list is written by `python -m tools.reference` from the titles of the files. -->

Why things are as they are. One decision a file: context, decision, consequences, and what would make us decide
again. A decision that no longer holds is not edited; a new one says that it replaces it.
"""


def page(folder: Path) -> str:
    """Return the page about the decisions in *folder*, by number."""
    lines = []
    for path in sorted(folder.glob("[0-9]*.md")):
        number, _, title = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ").partition(". ")
        lines.append(f"| {number} | [{title}]({path.name}) |")
    return "\n".join([_HEAD, "| Number | Decision |", "| --- | --- |", *lines, ""])
