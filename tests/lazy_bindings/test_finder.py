"""The lazy package, on fabricated providers that say which of their modules have been run."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from jsii._reference_map import _submodule_fqn_map

from lazy_bindings._finder import LazyPackageFinder
from tests.lazy_bindings.test_shape import IMPORTS, NAMES, PREAMBLE

PACKAGE = "cdktf_cdktf_provider_fabricated"
JSII_SIDE = """
import types
__jsii_assembly__ = types.SimpleNamespace(name="@cdktf/provider-fabricated")
"""
SUBMODULE = """
from .._jsii import *
import sys
LOADED_FROM = sys.modules[__package__.rpartition(".")[0]]
"""


@pytest.fixture
def imports(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Lazy imports as `install` makes them, undone afterwards; lists what was about to be imported."""
    seen: list[str] = []
    others = [finder for finder in sys.meta_path if not isinstance(finder, LazyPackageFinder)]
    monkeypatch.setattr(sys, "meta_path", [LazyPackageFinder(lambda: seen.append("submodule")), *others])
    monkeypatch.setitem(sys.modules, "publication", _stub_of_publication())
    yield seen
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]
    for fqn in [fqn for fqn, module in _submodule_fqn_map.items() if module.startswith(PACKAGE)]:
        del _submodule_fqn_map[fqn]


def _stub_of_publication() -> ModuleType:
    module = ModuleType("publication")
    module.publish = lambda: None  # type: ignore[attr-defined]
    return module


def fabricate(directory: Path, source: str) -> Path:
    """Write a provider whose `__init__.py` is *source*, and return its directory."""
    package = directory / PACKAGE
    for module, text in {"": source, "_jsii": JSII_SIDE, "bucket": SUBMODULE, "data_bucket": SUBMODULE}.items():
        (package / module).mkdir(parents=True, exist_ok=True)
        (package / module / "__init__.py").write_text(text, encoding="utf-8")
    return package


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A provider of the known shape, importable."""
    monkeypatch.syspath_prepend(tmp_path)
    return fabricate(tmp_path, PREAMBLE + NAMES + IMPORTS)


def loaded() -> set[str]:
    """The submodules of the fabricated provider that have been run."""
    return {name.removeprefix(f"{PACKAGE}.") for name in sys.modules if name.startswith(f"{PACKAGE}.")} - {"_jsii"}


@pytest.mark.usefixtures("known")
def test_only_what_is_imported_is_loaded(imports: list[str]) -> None:
    """Importing one submodule runs that one, and the JavaScript side, and no other."""
    importlib.import_module(f"{PACKAGE}.bucket")
    assert loaded() == {"bucket"}
    assert f"{PACKAGE}._jsii" in sys.modules
    assert imports


@pytest.mark.usefixtures("known", "imports")
def test_a_submodule_loads_when_it_is_looked_up_in_the_package() -> None:
    """`import provider; provider.bucket` works although nobody imported the submodule."""
    package = importlib.import_module(PACKAGE)
    assert loaded() == set()
    assert package.bucket.LOADED_FROM is package
    assert loaded() == {"bucket"}


@pytest.mark.usefixtures("known", "imports")
def test_the_package_lists_all_its_submodules() -> None:
    """`dir`, `__all__` and a star import see the submodules that are not loaded."""
    package = importlib.import_module(PACKAGE)
    assert {"bucket", "data_bucket"} <= set(dir(package))
    assert package.__all__ == ["bucket", "data_bucket"]
    namespace: dict[str, object] = {}
    exec(f"from {PACKAGE} import *", namespace)  # noqa: S102 - a star import needs a module level
    assert {"bucket", "data_bucket"} <= namespace.keys()


@pytest.mark.usefixtures("known", "imports")
def test_an_unknown_name_is_refused_as_usual() -> None:
    """Looking up what the package does not have raises AttributeError and names both."""
    package = importlib.import_module(PACKAGE)
    with pytest.raises(AttributeError, match=f"module '{PACKAGE}' has no attribute 'queue'"):
        _ = package.queue
    with pytest.raises(ImportError):
        importlib.import_module(f"{PACKAGE}.queue")


@pytest.mark.usefixtures("imports")
def test_the_package_keeps_its_path_spec_and_file(known: Path) -> None:
    """What asks the package where it is installed gets the same answers as without laziness."""
    package = importlib.import_module(PACKAGE)
    assert package.__file__ == str(known / "__init__.py")
    assert package.__path__ == [str(known)]
    assert package.__spec__ is not None
    assert package.__spec__.origin == package.__file__


@pytest.mark.usefixtures("known", "imports")
def test_jsii_learns_which_submodule_has_a_type() -> None:
    """A type that JavaScript returns before Python has imported it can be found."""
    importlib.import_module(PACKAGE)
    assert _submodule_fqn_map["@cdktf/provider-fabricated.dataBucket"] == f"{PACKAGE}.data_bucket"


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(PREAMBLE + NAMES + IMPORTS + "\nclass More: ...\n", id="more than a list"),
        pytest.param("from . import bucket, data_bucket\n", id="a list of another form"),
    ],
)
@pytest.mark.usefixtures("imports")
def test_an_unknown_shape_loads_as_usual_with_one_line_of_warning(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A package that is more than a list runs as it is, all of it, and one line says so."""
    monkeypatch.syspath_prepend(tmp_path)
    fabricate(tmp_path, source)
    importlib.import_module(PACKAGE)
    assert loaded() == {"bucket", "data_bucket"}
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"lazy_bindings: the package {PACKAGE} has an __init__ of unknown shape")


LAZY_ALREADY = """
import importlib
from ._jsii import *
_SUBMODULES = {
    "bucket",
}
def __getattr__(name: str) -> object:
    return importlib.import_module(f".{name}", __name__)
"""


@pytest.mark.usefixtures("imports")
def test_a_package_that_is_lazy_already_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bindings that a newer jsii has made lazy run as they are, without a warning."""
    monkeypatch.syspath_prepend(tmp_path)
    fabricate(tmp_path, LAZY_ALREADY)
    package = importlib.import_module(PACKAGE)
    assert "_SUBMODULES" in vars(package)  # its own code has run
    assert loaded() == set()
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("imports")
def test_other_packages_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A namespace package with a provider's name, a missing one, and unrelated ones raise no warning."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "cdktf_cdktf_provider_namespace").mkdir()
    try:
        importlib.import_module("cdktf_cdktf_provider_namespace")
    finally:
        sys.modules.pop("cdktf_cdktf_provider_namespace", None)
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("cdktf_cdktf_provider_missing")
    assert capsys.readouterr().err == ""
