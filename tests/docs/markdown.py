"""Markdown as tests need it: headings, links and code blocks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.toolchain import ROOT

_FENCE = re.compile(
    r"(?:^<!-- (?P<reason>not run: [^\n]+) -->\n)?^```(?P<info>[^\n]*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A fenced code block.

    Attributes:
        language: First word after the fence.
        marks: Further words after the fence.
        text: What is between the fences.
        reason: Why it is not run; none when it is.
        line: Where it starts.
    """

    language: str
    marks: tuple[str, ...]
    text: str
    reason: str | None
    line: int


def pages() -> list[Path]:
    """Return every page that people read."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def blocks(page: Path) -> Iterator[Block]:
    """Yield the code blocks of *page*."""
    text = page.read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        words = match["info"].split()
        yield Block(
            language=words[0] if words else "",
            marks=tuple(words[1:]),
            text=match["text"],
            reason=match["reason"],
            line=text.count("\n", 0, match.start("text")),
        )


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub makes of the headings of *page*."""
    found: dict[str, int] = {}
    result = set()
    for heading in _HEADING.findall(_without_code(page)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        result.add(slug if slug not in found else f"{slug}-{found[slug]}")
        found[slug] = found.get(slug, 0) + 1
    return result


def links(page: Path) -> list[str]:
    """Return the targets of the links of *page*."""
    return _LINK.findall(re.sub(r"`[^`\n]*`", "", _without_code(page)))


def _without_code(page: Path) -> str:
    return _FENCE.sub("", page.read_text(encoding="utf-8"))
