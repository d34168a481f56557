"""Put the two halves in place: the kernel of `_kernel`, and the finder of `_finder` before Python's own."""

import subprocess
import sys

import jsii
from jsii._kernel.providers import process

from lazy_bindings import _kernel
from lazy_bindings._finder import LazyPackageFinder
from lazy_bindings._notice import step_aside
from lazy_bindings._preload import PreloadingSubprocess


def is_installed() -> bool:
    """Tell whether the finder is in place."""
    return any(isinstance(finder, LazyPackageFinder) for finder in sys.meta_path)


def install() -> None:
    """Start the kernel, or at least preload it when jsii starts it, then make packages lazy."""
    if _kernel.knows_shape_of_jsii():
        jsii.kernel.provider = _kernel.OverlappingProvider()
    elif getattr(process, "subprocess", None) is subprocess:
        process.subprocess = PreloadingSubprocess()  # type: ignore[attr-defined] # jsii does not export it
    else:
        step_aside("this jsii starts Node in an unknown way")
    sys.meta_path.insert(0, LazyPackageFinder())
