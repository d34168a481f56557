import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.chromium import Page, browser, find_chromium
from tests.support.synthesis import Synthesized
from tools.report.html import page
from tools.report.results import Result
from tools.synthesized import Synthesis

RESULTS = [
    Result(tool="checkov", subject="edgemind-prod-data", passed=12, excused=("CKV_1 at X: because",)),
    Result(tool="identity", subject="first-data", passed=None, failed=("a role <script> of *",)),
]
TAB, ENTER = ("Tab", 9), ("Enter", 13, "\r")


@pytest.fixture(scope="module")
def text(synthesized: Synthesized) -> str:
    """The report about production."""
    return page(Synthesis.load(synthesized.out), "edgemind-prod", results=RESULTS, notes=["A note."])


@pytest.fixture(scope="module")
def tab(text: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The report in a Chromium without a network."""
    program = find_chromium()
    if program is None:
        pytest.skip("no Chromium on the PATH (or in CHROMIUM); install one to test the page in a browser")
    folder: Path = tmp_path_factory.mktemp("report")
    (folder / "report.html").write_text(text, encoding="utf-8")
    with browser(program, folder / "profile") as found:
        found.resize(1200)
        found.open((folder / "report.html").as_uri())
        yield found


def test_it_is_one_file(text: str) -> None:
    """Nothing is loaded from elsewhere: no address in an attribute that loads, a policy that forbids it."""
    assert not re.findall(r"(?:src|href|action)=[\"'](?!#|data:)", text)
    assert not re.findall(r"url\((?!#)|@import", text)
    assert "default-src 'none'" in text


def test_it_has_every_section(text: str) -> None:
    """Architecture, resources, links, rights, checks and cost are there."""
    for section in ("architecture", "resources", "groups", "roles", "checks", "cost"):
        assert f'<section id="{section}"' in text
    assert "edgemind-prod-backend-task" in text
    assert "a role &lt;script&gt; of *" in text
    assert "CKV_1 at X: because" in text


def test_it_loads_offline_without_a_complaint(tab: Page) -> None:
    """The console stays empty, and nothing but the file itself is asked for."""
    assert tab.value("document.querySelectorAll('section').length") == 6
    assert tab.complaints() == []
    assert [url for url in tab.requests() if not url.startswith(("file:", "data:"))] == []


def test_the_keyboard_reaches_everything(tab: Page) -> None:
    """The first stop skips to the content, a stack opens with Enter, and focus is always visible."""
    tab.value("document.activeElement.blur(), scrollTo(0, 0)")
    tab.press(*TAB)
    assert tab.value("document.activeElement.className") == "skip"
    assert tab.value("document.activeElement.getBoundingClientRect().left >= 0")
    for _ in range(40):
        tab.press(*TAB)
        if tab.value("document.activeElement.tagName") == "SUMMARY":
            break
    assert tab.value("document.activeElement.tagName") == "SUMMARY"
    assert tab.value("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    tab.press(*ENTER)
    assert tab.value("document.activeElement.parentElement.open") is True


def test_resources_can_be_found(tab: Page) -> None:
    """The filter shows what matches, opens its stack, counts it, and forgets it when emptied."""
    shown = "[...document.querySelectorAll('#resources tbody tr')].filter(r => !r.hidden).length"
    everything = tab.value(shown)
    fill = "(t => {const f = document.getElementById('filter'); f.value = t; f.dispatchEvent(new Event('input'))})"
    tab.value(f"{fill}('aws_ecs_service backend')")
    assert tab.value(shown) == 1
    assert tab.value("document.getElementById('found').textContent") == "1 resources match"
    tab.value(f"{fill}('')")
    assert tab.value(shown) == everything > 200


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_it_fits_every_screen(tab: Page, width: int) -> None:
    """The page never scrolls sideways; wide tables and pictures scroll by themselves."""
    tab.resize(width)
    tab.value("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert tab.value("document.documentElement.scrollWidth") <= width


def test_text_is_readable_in_both_colour_schemes(tab: Page) -> None:
    """Text and background differ by 4.5 to 1 or more, in light and in dark."""
    contrast = """(() => {
      const light = (c) => { const v = c.match(/[\\d.]+/g).slice(0, 3).map(Number).map((n) => n / 255)
        .map((n) => n <= 0.03928 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4);
        return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2]; };
      const back = light(getComputedStyle(document.body).backgroundColor);
      return Math.min(...[...document.querySelectorAll('body, .soft, a, small, .good, .bad, .warn')]
        .map((e) => light(getComputedStyle(e).color))
        .map((l) => (Math.max(l, back) + 0.05) / (Math.min(l, back) + 0.05)));
    })()"""
    for scheme in ("light", "dark"):
        tab.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        assert tab.value(contrast) >= 4.5
