"""Synthesizes EdgeMind's stacks, for every environment, as Terraform JSON.

Run through ``cdktf`` (``cdktf synth``, ``diff``, ``deploy``) or by itself. The process environment is read here and
nowhere below:

- ``EDGEMIND_ENVIRONMENTS_DIR``: directory of the environment files (``environments`` beside this file).
- ``EDGEMIND_LOCAL_STATE_DIR``: directory of state files where no Terraform Cloud is used (``.terraform-state``).
- ``EDGEMIND_BACKEND=local``: state in files even where an environment has Terraform Cloud, for this run.
- ``EDGEMIND_ALLOW_DESTROY=1``: lift the protection of what holds data, for this run.
- ``LAZY_BINDINGS=0``: load the provider bindings the stock way.
"""

import os
import shutil
import sys
from pathlib import Path

import lazy_bindings

# Before the rest: Node starts while Python imports. The kernel refuses wrong types as well: docs/adr/0011.
lazy_bindings.install(type_checks=False)

from stacks.environment import Environment  # noqa: E402
from stacks.environment_files import ConfigurationError, RefusedError, load_environments  # noqa: E402

_HERE = Path(__file__).resolve().parent
_EXIT_BAD_CONFIGURATION = 2


def main() -> int:
    """Read the environments, declare the stacks, synthesize. Return the exit code."""
    directory = Path(os.environ.get("EDGEMIND_ENVIRONMENTS_DIR", _HERE / "environments"))
    try:
        environments = load_environments(directory)
        synthesize(environments)
    except ConfigurationError as error:
        print(f"error: {error}", file=sys.stderr)
        return _EXIT_BAD_CONFIGURATION
    except RefusedError as error:
        print(f"error: {directory / error.environment}.toml: {error}", file=sys.stderr)
        return _EXIT_BAD_CONFIGURATION
    return 0


def synthesize(environments: list[Environment]) -> None:
    """Declare the stacks of *environments* in one app and write it to ``cdktf.out``.

    Raises:
        RefusedError: A construct refused its arguments; nothing is written.
    """
    from cdktf import App  # noqa: PLC0415 - a mistake in a file is reported before any of this is loaded

    from stacks.app import declare_app  # noqa: PLC0415
    from stacks.base import RunSettings  # noqa: PLC0415
    from stacks.refusal import refused  # noqa: PLC0415

    run = RunSettings(
        local_state_dir=Path(os.environ.get("EDGEMIND_LOCAL_STATE_DIR", _HERE / ".terraform-state")).resolve(),
        allow_destroy=os.environ.get("EDGEMIND_ALLOW_DESTROY") == "1",
        local_backend=os.environ.get("EDGEMIND_BACKEND") == "local",
        policies={file.stem: file.read_text("utf-8") for file in sorted((_HERE / "policies").glob("*.rego"))},
    )
    out = Path(os.environ.get("CDKTF_OUTDIR", "cdktf.out"))  # cdktf's own variable and default
    existed = out.exists()
    app = App(outdir=str(out))
    try:
        declare_app(app, environments=environments, run=run)
    except ValueError as error:  # in a traceback, nobody would see what to change
        if not existed:
            shutil.rmtree(out)  # made by App, still empty
        raise refused(error, environments) from error
    app.synth()


if __name__ == "__main__":
    sys.exit(main())
