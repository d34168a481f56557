"""Give the Terraform Cloud workspaces that others read a first, empty state: ``python -m tools.first_state``.

Once per workspace, by somebody who may write state there. Terraform refuses to read another workspace's outputs as
long as that has no state at all, even where the reference has defaults; an empty state is enough for a first plan. A
workspace that has a state already is left alone.
"""

import argparse
import json
import subprocess
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path

from tools import toolchain


def read_by_others(outdir: Path) -> list[Path]:
    """Return the folders of the stacks in *outdir* whose state is in Terraform Cloud and read by another stack."""
    manifest = json.loads((outdir / "manifest.json").read_text())
    documents = {
        name: json.loads((outdir / stack["synthesizedStackPath"]).read_text())
        for name, stack in manifest["stacks"].items()
    }
    references = [
        reference
        for document in documents.values()
        for reference in document.get("data", {}).get("terraform_remote_state", {}).values()
    ]
    names = {one["config"]["workspaces"]["name"] for one in references if one["backend"] == "remote"}
    return [outdir / manifest["stacks"][name]["workingDirectory"] for name in sorted(names)]


def give_first_state(stack: Path) -> bool:
    """Write an empty state for *stack* unless its workspace has one; tell whether it was written."""
    _terraform(stack, "init", "-input=false")
    pulled = _terraform(stack, "state", "pull").strip()
    if pulled and json.loads(pulled)["lineage"]:  # without a state Terraform shows one that has no lineage
        return False
    empty = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": str(uuid.uuid4())}
    _terraform(stack, "state", "push", "-", text=json.dumps(empty | {"outputs": {}, "resources": []}))
    return True


def main(arguments: Sequence[str]) -> int:
    """Run on the command line's *arguments*."""
    parser = argparse.ArgumentParser(prog="python -m tools.first_state", description=__doc__)
    parser.add_argument("--outdir", type=Path, default=toolchain.ROOT / "cdktf.out", help="what cdktf synth wrote")
    outdir: Path = parser.parse_args(arguments).outdir
    if not (outdir / "manifest.json").is_file():
        print(f"first_state: {outdir} has no manifest.json; run `make synth` first", file=sys.stderr)
        return 2
    stacks = read_by_others(outdir)
    if not stacks:
        print("first_state: no stack reads another's state in Terraform Cloud; give an environment [terraform_cloud]")
        return 2
    for stack in stacks:
        try:
            written = give_first_state(stack)
        except subprocess.CalledProcessError as error:
            print(f"first_state: {stack.name}: {error.stderr.strip()}", file=sys.stderr)
            return 1
        print(f"{stack.name}: {'empty state written' if written else 'has a state, left alone'}")
    return 0


def _terraform(stack: Path, *arguments: str, text: str | None = None) -> str:
    return subprocess.run(
        [toolchain.terraform_binary(), *arguments],
        cwd=stack,
        env=toolchain.terraform_environment(),
        input=text,
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    ).stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
