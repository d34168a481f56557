"""Put the parts in place: the kernel, the finder before Python's own, and the type checks."""

import subprocess
import sys

import jsii
from jsii._kernel.providers import process

from lazy_bindings import _kernel
from lazy_bindings._finder import LazyPackageFinder
from lazy_bindings._notice import step_aside
from lazy_bindings._preload import PreloadingSubprocess
from lazy_bindings._provider import OverlappingProvider
from lazy_bindings._type_hints import speed_up_type_checks


def is_installed() -> bool:
    """Tell whether the finder is in place."""
    return any(isinstance(finder, LazyPackageFinder) for finder in sys.meta_path)


def install(*, type_checks: bool) -> None:
    """Start the kernel, or at least preload it when jsii starts it, then make packages lazy."""
    finder = LazyPackageFinder()
    if _kernel.knows_shape_of_jsii():
        provider = OverlappingProvider()
        jsii.kernel.provider = provider
        finder = LazyPackageFinder(before_import=provider.warm_up)
    elif getattr(process, "subprocess", None) is subprocess:
        process.subprocess = PreloadingSubprocess()  # type: ignore[attr-defined] # jsii does not export it
    else:
        step_aside("this jsii starts Node in an unknown way")
    sys.meta_path.insert(0, finder)
    speed_up_type_checks(skip=not type_checks)
