import itertools
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.support.synthesis import Synthesized
from tools.diagram.__main__ import PICTURE, main, svg_of
from tools.diagram.layout import Drawing, draw
from tools.diagram.picture import Picture, picture_of
from tools.synthesized import Synthesis

_WIDEST_LETTER = 0.52  # of the font's size, on average, in the fonts of the style


@pytest.fixture(scope="module")
def synthesis(synthesized: Synthesized) -> Synthesis:
    """What was synthesized."""
    return Synthesis.load(synthesized.out)


@pytest.fixture(scope="module")
def picture(synthesis: Synthesis) -> Picture:
    """What the picture of production shows."""
    return picture_of(synthesis, "edgemind-prod")


@pytest.fixture(scope="module")
def drawing(picture: Picture) -> Drawing:
    """Where it shows it."""
    return draw(picture)


def test_the_picture_is_up_to_date(synthesis: Synthesis) -> None:
    """docs/architecture.svg shows what is synthesized today; `make diagram` draws it anew."""
    assert PICTURE.read_text(encoding="utf-8") == svg_of(synthesis, "edgemind-prod")


def test_every_service_and_its_links_are_drawn(picture: Picture) -> None:
    """The way from the visitors to the data is complete, with the ports of the contract."""
    names = {card.key: card.title for row in [*picture.entries, *picture.inner] for card in row}
    names |= {card.key: card.title for card in [*picture.outside, *picture.edge, *picture.ways_out, *picture.peers]}
    links = {(names[link.source], names[link.target], link.label) for link in picture.links}
    assert links >= {
        ("Visitors", "CloudFront", "HTTPS 443"),
        ("CloudFront", "Load balancer", "VPC origin 443"),
        ("Load balancer", "backend", "3000"),
        ("backend", "influxdb", "8086"),
        ("backend", "chromadb", "8000"),
        ("influxdb", "Files", "2049"),
        ("NAT gateway", "MQTT broker", "1883"),
    }


def test_every_stack_is_somewhere_in_the_picture(picture: Picture, synthesis: Synthesis) -> None:
    """No stack of the environment is left out."""
    svg = svg_of(synthesis, "edgemind-prod")
    assert all(stack in svg for stack in picture.stacks)


def test_cards_do_not_touch(drawing: Drawing) -> None:
    """Cards neither overlap nor leave the canvas."""
    for (one, _), (other, _) in itertools.combinations(drawing.cards, 2):
        assert one.right <= other.x or other.right <= one.x or one.bottom <= other.y or other.bottom <= one.y
    assert all(box.x >= 0 and box.right <= 1000 and box.bottom <= drawing.height for box, _ in drawing.cards)


def test_text_fits_its_card(drawing: Drawing) -> None:
    """The longest line of each card ends before the card does."""
    for box, card in drawing.cards:
        for line in card.lines:
            assert len(line) * 12.5 * _WIDEST_LETTER <= box.w - 12, line


def test_the_svg_is_complete_by_itself(synthesis: Synthesis) -> None:
    """It is well-formed, has a title and a description, both colour schemes, and loads nothing."""
    svg = svg_of(synthesis, "edgemind-prod")
    root = ET.fromstring(svg)  # noqa: S314 - our own document
    assert [child.tag.rpartition("}")[2] for child in root][:2] == ["title", "desc"]
    assert "prefers-color-scheme:dark" in svg
    assert "<script" not in svg
    assert svg.count("http") == svg.count("http://www.w3.org/2000/svg")


@pytest.mark.parametrize("prefix", ["edgemind-prod"])
def test_another_order_of_nothing_changes_nothing(synthesis: Synthesis, prefix: str) -> None:
    """The same synthesis gives the same picture, byte for byte."""
    assert svg_of(synthesis, prefix) == svg_of(synthesis, prefix)


def test_every_variant_can_be_drawn(synthesis: Synthesis) -> None:
    """Environments without domain, NAT or a network of their own have a picture, too."""
    for prefix in synthesis.prefixes():
        ET.fromstring(svg_of(synthesis, prefix))  # noqa: S314 - our own document


def test_an_outdated_picture_is_reported(
    synthesized: Synthesized, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--check writes nothing, fails, and says what to run."""
    target = tmp_path / "a.svg"
    assert main(["--synthesis", str(synthesized.out), "--out", str(target), "--check"]) == 1
    assert not target.exists()
    assert "make diagram" in capsys.readouterr().err
    assert main(["--synthesis", str(synthesized.out), "--out", str(target)]) == 0
    assert main(["--synthesis", str(synthesized.out), "--out", str(target), "--check"]) == 0


def test_a_folder_without_stacks_is_a_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and the message says how to synthesize."""
    assert main(["--synthesis", str(tmp_path)]) == 2
    assert "make synth" in capsys.readouterr().err
