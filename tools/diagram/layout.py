"""Where everything goes: rectangles and lines, from top to bottom as a request travels."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from tools.diagram.picture import GITHUB, Card, Link, Picture

WIDTH: Final = 1000
MARGIN: Final = 14
PAD: Final = 16
CARD: Final = 196
GAP: Final = 40
ROW_GAP: Final = 46
HEAD: Final = 30
TITLE: Final = 42
LINE: Final = 17
PANEL: Final = 246
PANEL_LINE: Final = 21


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the canvas."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.h

    def around(self, other: "Box", pad: float) -> "Box":
        """Return the smallest box that holds this one and *other* with *pad* around it."""
        x, y = min(self.x, other.x - pad), min(self.y, other.y - pad)
        right, bottom = max(self.right, other.right + pad), max(self.bottom, other.bottom + pad)
        return Box(x, y, right - x, bottom - y)


@dataclass(kw_only=True, slots=True)
class Drawing:
    """What has a place.

    Attributes:
        height: Height of the canvas.
        zones: Network zones: box, heading and CSS class, outer ones first.
        groups: What one stack defines within a zone: box and stack.
        cards: Cards and their boxes.
        panel: Lines of the regional services: position, tag and text; a stack's heading has no tag.
        lines: Links as corner points, label and the label's place.
    """

    height: float = 0
    zones: list[tuple[Box, str, str]] = field(default_factory=list)
    groups: list[tuple[Box, str]] = field(default_factory=list)
    cards: list[tuple[Box, Card]] = field(default_factory=list)
    panel: list[tuple[Box, str, list[tuple[str, str]]]] = field(default_factory=list)
    lines: list[tuple[list[tuple[float, float]], str, tuple[float, float, str]]] = field(default_factory=list)

    def box(self, key: str) -> Box | None:
        """Return the box of a card."""
        return next((box for box, card in self.cards if card.key == key), None)


def draw(picture: Picture) -> Drawing:
    """Return *picture* with a place for everything."""
    drawing = Drawing()
    left = WIDTH - 2 * MARGIN - PANEL - GAP / 2
    top = _outside(drawing, picture.outside, MARGIN, left)
    edge = _edge(drawing, picture, top + ROW_GAP, left)
    bottom = _vpc(drawing, picture, edge + ROW_GAP, left) if picture.vpc or picture.inner else edge
    if picture.peers:
        bottom = _outside(drawing, picture.peers, bottom + ROW_GAP, left)
    bottom = max(bottom, _panel(drawing, picture, top))
    drawing.height = bottom + MARGIN
    for link in picture.links:
        _route(drawing, link)
    return drawing


def height_of(card: Card) -> float:
    """Return the height of a card."""
    return TITLE + LINE * len(card.lines) + (8 if card.lines else 4)


def _column(number: int) -> float:
    return MARGIN + PAD + number * (CARD + GAP)


def _place_row(drawing: Drawing, cards: Sequence[Card], y: float, first_column: int = 0) -> float:
    tallest = max(height_of(card) for card in cards)
    for number, card in enumerate(cards, start=first_column):
        drawing.cards.append((Box(_column(number), y, CARD, tallest), card))
    return y + tallest


def _outside(drawing: Drawing, cards: Sequence[Card], y: float, width: float) -> float:
    bottom = y + HEAD + max(height_of(card) for card in cards)
    for number, card in enumerate(card for card in cards if card.key != GITHUB):
        drawing.cards.append((Box(_column(number), y + HEAD, CARD, bottom - y - HEAD), card))
    drawing.zones.append((Box(MARGIN, y, width, bottom - y + PAD), "Internet", "internet"))
    return bottom + PAD


def _edge(drawing: Drawing, picture: Picture, y: float, width: float) -> float:
    if not picture.edge:
        return y - ROW_GAP
    inner = y + HEAD + HEAD - 6
    bottom = _place_row(drawing, picture.edge, inner)
    drawing.zones.append((Box(MARGIN, y, width, bottom - y + PAD + 8), "Edge: what visitors reach", "edge"))
    _group_by_stack(drawing, picture.edge)
    return bottom + PAD + 8


def _vpc(drawing: Drawing, picture: Picture, y: float, width: float) -> float:
    private_top = y + HEAD
    inner = private_top + HEAD + HEAD - 6
    bottoms = [_column_of(drawing, [row[0] for row in picture.entries], 0, inner)]
    at = inner
    for row in picture.inner:
        at = _place_row(drawing, row, at, 1) + ROW_GAP
    bottoms.append(at - ROW_GAP)
    bottom = max(bottoms)
    private_bottom = bottom + PAD + 8
    _group_by_stack(drawing, [card for rows in (picture.entries, picture.inner) for row in rows for card in row])
    private = Box(MARGIN + 6, private_top, width - 12, private_bottom - private_top)
    zones = [(private, picture.private_heading, "private")]
    end = private_bottom
    if picture.ways_out:
        public_top = private_bottom + ROW_GAP
        end = _place_row(drawing, picture.ways_out, public_top + HEAD + HEAD - 6) + PAD + 8
        _group_by_stack(drawing, picture.ways_out)
        zones.append((Box(MARGIN + 6, public_top, width - 12, end - public_top), picture.public_heading, "public"))
    drawing.zones.append((Box(MARGIN, y, width, end - y + 8), picture.vpc or "Existing VPC", "vpc"))
    drawing.zones += zones
    return end + 8


def _column_of(drawing: Drawing, cards: Sequence[Card], column: int, y: float) -> float:
    for card in cards:
        y = _place_row(drawing, [card], y, column) + ROW_GAP
    return y - ROW_GAP


def _group_by_stack(drawing: Drawing, cards: Sequence[Card]) -> None:
    boxes: dict[str, Box] = {}
    for card in cards:
        box = drawing.box(card.key)
        if box is None or card.stack is None:
            continue
        grown = Box(box.x - 9, box.y - 24, box.w + 18, box.h + 33)
        boxes[card.stack] = boxes[card.stack].around(grown, 0) if card.stack in boxes else grown
    drawing.groups += [(box, stack) for stack, box in boxes.items()]


def _panel(drawing: Drawing, picture: Picture, top: float) -> float:
    x = WIDTH - MARGIN - PANEL
    github = next((card for card in picture.outside if card.key == GITHUB), None)
    if github:
        drawing.zones.append((Box(x, MARGIN, PANEL, top - MARGIN), "Internet", "internet"))
        box = Box(x + 12, MARGIN + HEAD, PANEL - 24, top - MARGIN - HEAD - PAD)
        drawing.cards.append((box, github))
    y = top + ROW_GAP
    start, at = y, y + HEAD + 2
    first: Box | None = None
    # delivery comes first: it is what GitHub's link leads to
    for stack in sorted(picture.regional, key=lambda name: not name.endswith("-delivery")):
        lines = picture.regional[stack]
        box = Box(x + 12, at, PANEL - 24, 30 + PANEL_LINE * len(lines))
        first = first or box
        drawing.panel.append((box, stack, lines))
        at = box.bottom + 14
    drawing.zones.append((Box(x, start, PANEL, at - start), "Regional services", "regional"))
    if github and first:
        points = [(x + 36.0, top - PAD), (x + 36.0, first.y)]
        drawing.lines.append((points, "AssumeRole", (x + 46.0, top + ROW_GAP / 2 + 4, "start")))
    return at


def _route(drawing: Drawing, link: Link) -> None:
    source, target = drawing.box(link.source), drawing.box(link.target)
    if source is None or target is None:
        return
    if source.bottom <= target.y and abs(source.x - target.x) < CARD:
        x = source.x + CARD - 24  # right of the headings that it passes
        between = min((target.y - source.bottom) / 2, PAD + 8 + ROW_GAP / 2)
        label = (x - 8, source.bottom + between + 4, "end")
        drawing.lines.append(([(x, source.bottom), (x, target.y)], link.label, label))
    elif source.right <= target.x:
        _route_right(drawing, link, source, target)
    else:  # a second way down, beside the first
        x, y = source.x + CARD - 24, target.y + target.h / 2
        points = [(x, source.bottom), (x, y), (target.right, y)]
        drawing.lines.append((points, link.label, ((x + target.right) / 2, y - 7, "middle")))


def _route_right(drawing: Drawing, link: Link, source: Box, target: Box) -> None:
    leaving = min(max(target.y + target.h / 2, source.y + 20), source.bottom - 20)
    entering = target.y + target.h / 2
    # rows that face each other get a straight line
    low, high = max(source.y, target.y) + 14, min(source.bottom, target.bottom) - 14
    if low <= high:
        leaving = entering = (low + high) / 2
    bend = target.x - GAP / 2 - 9
    points = [(source.right, leaving), (target.x, entering)]
    if leaving != entering:
        points = [(source.right, leaving), (bend, leaving), (bend, entering), (target.x, entering)]
    drawing.lines.append((points, link.label, (target.x - GAP / 2 + 1, entering - 6, "middle")))
