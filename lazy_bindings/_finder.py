"""The Python side: a provider's package whose submodules load when they are imported, not all at once.

The stock `__init__.py` of a provider ends in one `from . import …` for each of its resources, so importing one
of them imports all of them. The finder below stands before Python's own, and gives a provider's package the
same name, path and spec, but a body that registers the JavaScript side (`._jsii`) and nothing more.
"""

import gc
import importlib
import importlib.abc
import importlib.machinery
import re
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from types import ModuleType

from jsii._reference_map import _submodule_fqn_map

from lazy_bindings._bytecode import BindingsLoader
from lazy_bindings._notice import step_aside
from lazy_bindings._shape import is_lazy_already, submodules_of

PROVIDER_PACKAGE = re.compile(r"^(?:cdktf_cdktf|cdktn)_provider_\w+$")
_LIBRARIES = frozenset({"constructs", "cdktf", "cdktn"})


class LazyPackageLoader(importlib.machinery.SourceFileLoader):
    """Run a provider's package as an empty one that knows the names of its submodules.

    It stays a source loader, so that `inspect`, `importlib.resources` and tracebacks find the installed file.
    """

    def __init__(self, fullname: str, path: str, submodules: Sequence[str]) -> None:
        """Remember *submodules*, the public names of the package."""
        super().__init__(fullname, path)
        self._submodules = frozenset(submodules)

    def exec_module(self, module: ModuleType) -> None:
        """Give *module* its public names, then load the JavaScript side."""
        name = module.__name__
        submodules = self._submodules

        def load_submodule(attribute: str) -> ModuleType:
            if attribute in submodules:
                return importlib.import_module(f"{name}.{attribute}")
            message = f"module {name!r} has no attribute {attribute!r}"
            raise AttributeError(message, name=attribute, obj=module)

        module.__dict__.update(
            __all__=sorted(submodules),
            __getattr__=load_submodule,
            __dir__=lambda: sorted({*vars(module), *submodules}),
        )
        assembly = importlib.import_module(f"{name}._jsii").__jsii_assembly__
        register_types(assembly.name, name, submodules)
        # What has been imported until here stays: the garbage collector need not look at it again and again.
        gc.freeze()


def register_types(assembly: str, package: str, submodules: Collection[str]) -> None:
    """Tell jsii which submodule defines the types of a JavaScript namespace.

    JavaScript may return an object whose Python type is not imported yet. jsii then asks this table, which
    newer bindings bring along, what to import.
    """
    _submodule_fqn_map.update(
        (f"{assembly}.{_camel_case(submodule)}", f"{package}.{submodule}") for submodule in submodules
    )


def _camel_case(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)


class LazyPackageFinder(importlib.abc.MetaPathFinder):
    """Find the packages of providers and what they are built on; leave every other import to the finders behind."""

    def __init__(self, before_import: Callable[[], None] = lambda: None) -> None:
        """Call *before_import* each time that another submodule of a provider is about to be imported."""
        self._before_import = before_import

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the module's own spec with another loader, or None for what is no binding or has an unknown shape."""
        package, _, submodule = fullname.partition(".")
        provider = PROVIDER_PACKAGE.match(package) is not None
        if not provider and package not in _LIBRARIES:
            return None
        if provider and submodule:
            self._before_import()
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin is None or spec.submodule_search_locations is None:
            return None
        if submodule or not provider:
            if type(spec.loader) is importlib.machinery.SourceFileLoader:
                spec.loader = BindingsLoader(fullname, spec.origin)
            return spec
        submodules = None
        if isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            source = Path(spec.origin).read_text(encoding="utf-8")
            if is_lazy_already(source):
                return None
            submodules = submodules_of(source)
        if submodules is None:
            step_aside(f"the package {fullname} has an __init__ of unknown shape")
            return None
        spec.loader = LazyPackageLoader(fullname, spec.origin, submodules)
        return spec
