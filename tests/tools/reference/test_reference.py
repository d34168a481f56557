import ast
import tomllib

import pytest
from pydantic import BaseModel

from stacks.environment import Environment
from tests.docs.markdown import anchors, links
from tools.reference import configuration, constructs
from tools.reference.__main__ import main, pages
from tools.toolchain import ROOT

PAGES = pages()
CONFIGURATION = PAGES[ROOT / "docs" / "configuration.md"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_generated_page_is_up_to_date(path: object) -> None:
    """The page says what the code says today; `make docs` writes it anew."""
    assert ROOT.joinpath(str(path)).read_text(encoding="utf-8") == PAGES[path]  # type: ignore[index]


def test_checking_says_nothing_when_all_is_well() -> None:
    """--check is quiet and succeeds on pages that are up to date."""
    assert main(["--check"]) == 0


def _models(model: type[BaseModel]) -> set[type[BaseModel]]:
    inner = {table for f in model.model_fields.values() if (table := configuration._table_of(f.annotation))}  # noqa: SLF001
    return {model}.union(*(_models(table) for table in inner))


def test_every_key_is_documented() -> None:
    """Each key of each table of the model has a row with a type, a default and an example."""
    rows = [line for line in CONFIGURATION.splitlines() if line.startswith("| `")]
    keys = [
        name
        for model in _models(Environment)
        for name, field in model.model_fields.items()
        if not configuration._table_of(field.annotation)  # noqa: SLF001
    ]
    assert sorted(keys) == sorted(row.split("`")[1] for row in rows)
    for row in rows:
        cells = [cell.strip() for cell in row.replace("\\|", "/").strip("|").split("|")]
        assert len(cells) == 5
        assert all(cells), row


def test_examples_are_toml() -> None:
    """Every example can be pasted into a file."""
    for line in CONFIGURATION.splitlines():
        if line.startswith("| `"):
            cells = line.replace("\\|", "/").strip("|").split(" | ")
            tomllib.loads(f"key = {cells[3].strip().strip('`')}")


def test_links_between_tables_lead_somewhere() -> None:
    """The list of tables links to sections of the page."""
    page = ROOT / "docs" / "configuration.md"
    assert {link.removeprefix("#") for link in links(page) if link.startswith("#")} <= anchors(page)


def test_every_construct_is_documented() -> None:
    """Each public class of the library has a section with its docstring."""
    text = constructs.page(ROOT / "constructs_lib")
    for path in (ROOT / "constructs_lib").glob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and ast.get_docstring(node):
                assert f"### `{node.name}`" in text


def test_arguments_are_listed_with_their_defaults() -> None:
    """A construct's table has type and default of each argument, and required ones say so."""
    text = constructs.page(ROOT / "constructs_lib")
    section = text.partition("### `LoadBalancer`")[2].partition("\n### ")[0]
    assert "| `network` | `NetworkLike` | *required* |" in section
    assert "| `dangerously_allow_destroy` | `bool` | `False` |" in section
