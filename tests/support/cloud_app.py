"""The whole app with an environment that uses Terraform Cloud, synthesized the way people do it: by main.py."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.toolchain import ROOT, terraform_environment

ORGANIZATION = "example-org"
TABLE = f'\n[terraform_cloud]\norganization = "{ORGANIZATION}"\n'
STACKS = ("network", "data", "backend", "frontend", "delivery")


def write_environment(folder: Path, *, more: str = TABLE, replace: Mapping[str, str] | None = None) -> Path:
    """Write production's file, with *replace* applied and *more* at its end, into *folder*; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    text = (ROOT / "environments" / "prod.toml").read_text()
    for old, new in (replace or {}).items():
        if old not in text:
            raise ValueError(f"environments/prod.toml has no {old!r} any more; say what to replace instead")
        text = text.replace(old, new)
    (folder / "prod.toml").write_text(text + more)
    return folder


def synthesize(
    folder: Path,
    *,
    more: str = TABLE,
    settings: Mapping[str, str] | None = None,
    replace: Mapping[str, str] | None = None,
) -> Path:
    """Synthesize that environment below *folder*, and return the output directory."""
    outdir = folder / "out"
    run = terraform_environment(os.environ)
    run.pop("EDGEMIND_BACKEND", None)
    run |= {"EDGEMIND_LOCAL_STATE_DIR": str(folder / "state")} | dict(settings or {})
    run |= {
        "EDGEMIND_ENVIRONMENTS_DIR": str(write_environment(folder / "environments", more=more, replace=replace)),
        "CDKTF_OUTDIR": str(outdir),
    }
    subprocess.run([sys.executable, str(ROOT / "main.py")], env=run, check=True, timeout=120, cwd=folder)
    return outdir


def document(outdir: Path, stack: str) -> dict[str, Any]:
    """Return the Terraform JSON of *stack*, by its whole name."""
    loaded: dict[str, Any] = json.loads((outdir / "stacks" / stack / "cdk.tf.json").read_text())
    return loaded
