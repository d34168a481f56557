"""The bindings' own bytecode: the stock source, compiled without evaluating its annotations.

More than half of the time that the import of a binding takes goes into annotations that nobody reads, such as
`typing.Optional[typing.Union[…]]` for each argument of each method. Compiled as if the file began with
`from __future__ import annotations`, they are mere text until `typing.get_type_hints` asks for one.

Such bytecode has a name of its own beside the stock one, and Python keeps both as fresh as any other.
"""

import __future__

import os
import re
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType

from lazy_bindings._notice import step_aside

_SUFFIX = ".lazy.pyc"
_READS_ANNOTATIONS = re.compile(
    rb"__annotations__|get_type_hints\((?!_typecheckingstub__)|\bdataclasses\b|from __future__"
)


class BindingsLoader(SourceFileLoader):
    """Load a module of the bindings from bytecode whose annotations are text.

    Where Python may not write bytecode and there is none yet, the stock one is used: compiling anew on every run
    would cost more than it saves.
    """

    def get_data(self, path: str) -> bytes:
        """Read a file; of bytecode our own, if there is one or can be one."""
        if not path.endswith(".pyc"):
            return super().get_data(path)
        try:
            return super().get_data(_own(path))
        except OSError:
            if _can_write(path):
                raise
            return super().get_data(path)

    def set_data(self, path: str, data: bytes, *, _mode: int = 0o666) -> None:  # type: ignore[override] # the importer's is bytes
        """Write bytecode beside the stock one."""
        super().set_data(_own(path), data, _mode=_mode)

    def source_to_code(self, data: bytes, path: str, *, _optimization: int = -1) -> CodeType:  # type: ignore[override]
        """Compile what jsii generated with annotations as text; whatever reads its annotations, as it is."""
        flags = __future__.annotations.compiler_flag
        if _READS_ANNOTATIONS.search(data):
            step_aside(f"{path} reads its annotations")
            flags = 0
        code: CodeType = compile(data, path, "exec", flags=flags, dont_inherit=True, optimize=_optimization)
        return code


def _own(path: str) -> str:
    return path.removesuffix(".pyc") + _SUFFIX


def _can_write(path: str) -> bool:
    directory = Path(path).parent
    existing = directory if directory.exists() else directory.parent
    return not sys.dont_write_bytecode and os.access(existing, os.W_OK)
