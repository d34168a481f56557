"""A drawing as SVG: no font, script or picture from elsewhere, light and dark by the reader's preference."""

from html import escape
from typing import Final

from tools.diagram.layout import CARD, GAP, LINE, MARGIN, PAD, PANEL_LINE, WIDTH, Box, Drawing
from tools.diagram.picture import Card, Picture

_HUES: Final = ("#0969da", "#1a7f37", "#bc4c00", "#8250df", "#bf3989", "#9a6700")
_DARK_HUES: Final = ("#58a6ff", "#3fb950", "#f0883e", "#bc8cff", "#f778ba", "#d29922")
_LEGEND: Final = (
    "A dashed frame is one stack. An arrow points from whoever opens",
    "a connection to whoever accepts it, with the port.",
)
_STYLE: Final = """
text{font-family:-apple-system,BlinkMacSystemFont,"Segoe UI","Liberation Sans",Arial,sans-serif;fill:#1f2328}
.page{fill:#ffffff}
.zone{fill:#f6f8fa;stroke:#d1d9e0}
.vpc{fill:#ffffff;stroke:#57606a;stroke-width:1.6}
.private{fill:#eef6ff;stroke:#b6d4f5}
.public{fill:#fff8e6;stroke:#ecd28b}
.edge{fill:#f3f0ff;stroke:#d3c6f5}
.heading{font-size:13px;font-weight:600;fill:#57606a}
.card{fill:#ffffff;stroke:#afb8c1}
.title{font-size:15px;font-weight:700}
.kind{font-size:12.5px;fill:#57606a}
.fact{font-size:12.5px}
.group{fill:none;stroke-width:1.4;stroke-dasharray:5 4}
.stack{font-size:12px;font-weight:600}
.tag{font-size:11px;font-weight:700;fill:#57606a}
.link{fill:none;stroke:#424a53;stroke-width:1.7}
.tip{fill:#424a53}
.port{font-size:12px;font-weight:600;paint-order:stroke;stroke:#ffffff;stroke-width:4px;stroke-linejoin:round}
"""
_DARK: Final = """
text{fill:#e6edf3}
.page{fill:#0d1117}
.zone{fill:#151b23;stroke:#3d444d}
.vpc{fill:#0d1117;stroke:#8b949e}
.private{fill:#0f2033;stroke:#24476e}
.public{fill:#2a2310;stroke:#5c4a14}
.edge{fill:#1f1a33;stroke:#463a73}
.heading,.kind,.tag{fill:#9ea7b3}
.card{fill:#0d1117;stroke:#515964}
.link{stroke:#c1c9d2}
.tip{fill:#c1c9d2}
.port{stroke:#0d1117}
"""


def render(picture: Picture, drawing: Drawing) -> str:
    """Return the SVG document."""
    colors = {stack: number % len(_HUES) for number, stack in enumerate(picture.stacks)}
    body: list[str] = [f'<rect class="page" width="{WIDTH}" height="{_n(drawing.height)}"/>']
    body += [_zone(box, heading, kind) for box, heading, kind in drawing.zones]
    body += [
        f'<text class="kind" x="{MARGIN + PAD + CARD + GAP}" y="{MARGIN + 56 + 18 * number}">{escape(line)}</text>'
        for number, line in enumerate(_LEGEND)
    ]
    body += [_group(box, stack, colors[stack]) for box, stack in drawing.groups]
    body += [_link(points) for points, _, _ in drawing.lines]
    body += [_card(box, card, colors) for box, card in drawing.cards]
    body += [line for box, stack, lines in drawing.panel for line in _panel(box, stack, lines, colors[stack])]
    body += [
        f'<text class="port" x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}">{escape(label)}</text>'
        for _, label, (x, y, anchor) in drawing.lines
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {_n(drawing.height)}"',
            f' width="{WIDTH}" height="{_n(drawing.height)}" role="img" aria-labelledby="title description">',
            f'<title id="title">Architecture of {escape(picture.prefix)}</title>',
            f'<desc id="description">{escape(_in_words(picture))}</desc>',
            f"<style>{_style()}</style>",
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"',
            ' orient="auto">',
            '<path class="tip" d="M0 0 8 4 0 8z"/></marker></defs>',
            *body,
            "</svg>",
            "",
        ]
    )


def _style() -> str:
    light = "".join(_stack_rules(number, hue) for number, hue in enumerate(_HUES))
    dark = "".join(_stack_rules(number, hue) for number, hue in enumerate(_DARK_HUES))
    return f"{_STYLE}{light}@media (prefers-color-scheme:dark){{{_DARK}{dark}}}"


def _stack_rules(number: int, hue: str) -> str:
    return f".s{number}{{stroke:{hue}}}.f{number}{{fill:{hue}}}\n"


def _in_words(picture: Picture) -> str:
    names = {card.key: card.title for card in _all_cards(picture)}
    said = [
        f"{names[link.source]} to {names[link.target]} ({link.label})"
        for link in picture.links
        if link.source in names and link.target in names
    ]
    return "Who connects to whom: " + "; ".join(dict.fromkeys(said)) + "."


def _all_cards(picture: Picture) -> list[Card]:
    rows = [*picture.entries, *picture.inner]
    return [*picture.outside, *picture.edge, *picture.ways_out, *picture.peers, *(c for row in rows for c in row)]


def _zone(box: Box, heading: str, kind: str) -> str:
    return (
        f'<rect class="zone {kind}" x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.w)}" height="{_n(box.h)}" rx="8"/>'
        f'<text class="heading" x="{_n(box.right - 12)}" y="{_n(box.y + 20)}" text-anchor="end">'
        f"{escape(heading)}</text>"
    )


def _group(box: Box, stack: str, color: int) -> str:
    return (
        f'<rect class="group s{color}" x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.w)}" height="{_n(box.h)}" '
        f'rx="7"/><text class="stack f{color}" x="{_n(box.x + 9)}" y="{_n(box.y + 17)}">{escape(stack)}</text>'
    )


def _card(box: Box, card: Card, colors: dict[str, int]) -> str:
    parts = [
        f'<rect class="card" x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.w)}" height="{_n(box.h)}" rx="6"/>',
    ]
    if card.stack is not None:
        color = colors[card.stack]
        parts.append(
            f'<rect class="f{color}" x="{_n(box.x)}" y="{_n(box.y + 6)}" width="4" height="{_n(box.h - 12)}"/>'
        )
    x, y = box.x + 14, box.y + 20
    parts.append(f'<text class="title" x="{_n(x)}" y="{_n(y)}">{escape(card.title)}</text>')
    parts.append(f'<text class="kind" x="{_n(x)}" y="{_n(y + 16)}">{escape(card.kind)}</text>')
    parts += [
        f'<text class="fact" x="{_n(x)}" y="{_n(y + 17 + LINE * number)}">{escape(line)}</text>'
        for number, line in enumerate(card.lines, start=1)
    ]
    return "".join(parts)


def _panel(box: Box, stack: str, lines: list[tuple[str, str]], color: int) -> list[str]:
    found = [_group(box, stack, color)]
    for number, (tag, text) in enumerate(lines, start=1):
        y = box.y + 19 + PANEL_LINE * number
        found.append(
            f'<text class="tag" x="{_n(box.x + 9)}" y="{_n(y)}">{escape(tag)}</text>'
            f'<text class="fact" x="{_n(box.x + 56)}" y="{_n(y)}">{escape(text)}</text>'
        )
    return found


def _link(points: list[tuple[float, float]]) -> str:
    path = "M" + " L".join(f"{_n(x)} {_n(y)}" for x, y in points)
    return f'<path class="link" d="{path}" marker-end="url(#tip)"/>'


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
