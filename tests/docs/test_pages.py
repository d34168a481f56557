import ast
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.docs.markdown import anchors, blocks, links, pages
from tools.toolchain import ROOT

PAGES = pages()
_COMMAND = re.compile(r"python -m (tools(?:\.\w+)+)")
_TARGET = re.compile(r"\bmake ([a-z][a-z-]+)")


def _id(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=_id)
def test_links_lead_somewhere(page: Path) -> None:
    """A link within the project leads to a file, and its anchor to a heading."""
    for link in links(page):
        if re.match(r"(https?|mailto):", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link}: no such file"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{link}: no such heading"


@pytest.mark.parametrize("page", PAGES, ids=_id)
def test_code_blocks_are_code(page: Path) -> None:
    """A block says what language it is in, and is correct in it."""
    for block in blocks(page):
        where = f"{_id(page)}:{block.line}"
        assert block.language, f"{where}: a block without a language; use text for plain output"
        if block.language == "python":
            ast.parse(block.text)
        elif block.language == "json":
            json.loads(block.text)
        elif block.language == "toml":
            tomllib.loads(block.text)
        elif block.language in ("yaml", "yml"):
            yaml.safe_load(block.text)
        elif block.language in ("bash", "sh", "shell"):
            ran = subprocess.run(["bash", "-n"], input=block.text, capture_output=True, text=True, check=False)
            assert ran.returncode == 0, f"{where}: {ran.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=_id)
def test_commands_exist(page: Path) -> None:
    """A tool that a page names can be run, and a target that it names is in the Makefile."""
    text = page.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for module in set(_COMMAND.findall(text)):
        path = ROOT.joinpath(*module.split("."))
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), f"{module} does not exist"
    said = {name for code in re.findall(r"`([^`\n]+)`", text) for name in _TARGET.findall(code)}
    said |= {name for block in blocks(page) for name in _TARGET.findall(block.text) if block.language == "bash"}
    assert said <= targets, said - targets


def test_every_page_is_in_the_index() -> None:
    """docs/README.md leads to every page beside it."""
    index = ROOT / "docs" / "README.md"
    known = {(index.parent / link.partition("#")[0]).resolve() for link in links(index)}
    missing = {page.name for page in (ROOT / "docs").glob("*.md") if page.resolve() not in known | {index.resolve()}}
    assert not missing


def test_every_decision_has_the_same_parts() -> None:
    """A decision tells its context, the decision and its consequences, and its number is its file's."""
    for page in (ROOT / "docs" / "adr").glob("[0-9]*.md"):
        text = page.read_text(encoding="utf-8")
        number = int(page.name[:4])
        assert text.startswith(f"# {number}. "), page.name
        for part in ("**Context.**", "**Decision.**", "**Consequences.**"):
            assert part in text, f"{page.name} lacks {part}"
