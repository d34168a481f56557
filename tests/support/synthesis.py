"""The whole app, synthesized once for all tests that read it."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import main
from stacks.environment_files import load_environments
from tests.support.template import Template
from tools import toolchain

VARIANTS = Path(__file__).parent / "environments"


@dataclass(frozen=True, kw_only=True, slots=True)
class Synthesized:
    """What ``main.py`` wrote.

    Attributes:
        out: The output folder.
        stacks: Its stacks, by name.
    """

    out: Path
    stacks: dict[str, Template]

    def of(self, environment: str) -> dict[str, Template]:
        """Return the stacks of one environment, by their role."""
        prefix = f"edgemind-{environment}-"
        return {name.removeprefix(prefix): stack for name, stack in self.stacks.items() if name.startswith(prefix)}


def synthesize(directory: Path, out: Path) -> Synthesized:
    """Synthesize the environments in *directory* to *out*."""
    with _variables(CDKTF_OUTDIR=str(out)):
        main.synthesize(load_environments(directory))
    return Synthesized(out=out, stacks=read(out))


def read(out: Path) -> dict[str, Template]:
    """Return the stacks that the manifest in *out* lists, by name."""
    manifest: dict[str, Any] = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    return {
        name: Template(json.loads((out / entry["synthesizedStackPath"]).read_text(encoding="utf-8")))
        for name, entry in manifest["stacks"].items()
    }


def gather_environments(directory: Path) -> Path:
    """Copy the committed environments, and variants of production that tests want, to *directory*."""
    directory.mkdir(exist_ok=True)
    for file in (*(toolchain.ROOT / "environments").glob("*.toml"), *VARIANTS.glob("*.toml")):
        shutil.copy(file, directory)
    return directory


@contextmanager
def _variables(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
