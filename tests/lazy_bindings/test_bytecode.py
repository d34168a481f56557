"""The bindings' own bytecode: annotations as text, kept beside the stock bytecode, and never at its expense."""

import importlib.util
import py_compile
import sys
import typing
from pathlib import Path
from types import ModuleType

import pytest

from lazy_bindings._bytecode import BindingsLoader

BINDING = '''
def _typecheckingstub__0123(*, bucket: str, later: "typing.Optional[Later]" = None) -> None:
    """A stub, as jsii generates them."""

import typing

class Later:
    """Defined behind what mentions it."""

class Bucket:
    """A class as jsii generates them."""
    def __init__(self, tags: typing.Mapping[str, Later]) -> None:
        typing.get_type_hints(_typecheckingstub__0123)
'''


def load(path: Path) -> ModuleType:
    """Load *path* as a module of the bindings."""
    spec = importlib.util.spec_from_file_location(path.stem, path, loader=BindingsLoader(path.stem, str(path)))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def binding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The source of a binding, in a place where Python writes bytecode."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = tmp_path / "binding.py"
    path.write_text(BINDING, encoding="utf-8")
    return path


def bytecode(path: Path) -> set[str]:
    """The kinds of bytecode that lie beside *path*."""
    return {file.name.removeprefix(f"binding.{sys.implementation.cache_tag}") for file in path.parent.rglob("*.pyc")}


def test_annotations_are_text_until_somebody_asks(binding: Path) -> None:
    """An import evaluates none; `typing` still finds out what each of them means."""
    module = load(binding)
    stub = module._typecheckingstub__0123  # noqa: SLF001 - as the bindings name it
    assert stub.__annotations__["bucket"] == "str"
    assert typing.get_type_hints(stub) == {"bucket": str, "later": module.Later | None, "return": type(None)}


def test_its_bytecode_has_a_name_of_its_own_and_follows_the_source(binding: Path) -> None:
    """The stock bytecode stays as it is; a changed source is compiled again."""
    stock = Path(py_compile.compile(str(binding)) or "")
    before = stock.read_bytes()
    load(binding)
    assert bytecode(binding) == {".pyc", ".lazy.pyc"}
    assert stock.read_bytes() == before
    binding.write_text(BINDING + "\nNEW = True\n", encoding="utf-8")
    assert load(binding).NEW


def test_bytecode_is_read_not_made_again(binding: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second import compiles nothing."""
    load(binding)
    monkeypatch.setattr(BindingsLoader, "source_to_code", lambda *_: pytest.fail("compiled again"))
    assert load(binding).Bucket


def test_where_python_may_not_write_the_stock_bytecode_serves(binding: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiling on each run would cost more than it saves."""
    py_compile.compile(str(binding))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(BindingsLoader, "source_to_code", lambda *_: pytest.fail("compiled"))
    stub = load(binding)._typecheckingstub__0123  # noqa: SLF001 - as the bindings name it
    assert stub.__annotations__["bucket"] is str
    assert bytecode(binding) == {".pyc"}


@pytest.mark.parametrize(
    "reading",
    ["from dataclasses import dataclass", "print(Bucket.__annotations__)", "typing.get_type_hints(Bucket.__init__)"],
)
def test_what_reads_its_annotations_keeps_them(binding: Path, reading: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A module of another shape is compiled as it is, with one line of warning."""
    binding.write_text(f"{BINDING}\n{reading}\n", encoding="utf-8")
    assert load(binding)._typecheckingstub__0123.__annotations__["bucket"] is str  # noqa: SLF001
    assert capsys.readouterr().err == (
        f"lazy_bindings: {binding} reads its annotations; everything works, at the usual speed\n"
    )
