"""Synthesizes EdgeMind's stacks, for every environment, as Terraform JSON.

Run through ``cdktf`` (``cdktf synth``, ``diff``, ``deploy``) or by itself. The process environment is read here and
nowhere below:

- ``EDGEMIND_ENVIRONMENTS_DIR``: directory of the environment files (``environments`` beside this file).
- ``EDGEMIND_LOCAL_STATE_DIR``: directory of state files where no Terraform Cloud is used (``.terraform-state``).
- ``EDGEMIND_ALLOW_DESTROY=1``: lift the protection of what holds data, for this run.
- ``LAZY_BINDINGS=0``: load the provider bindings the stock way.
"""

import os
import sys
from pathlib import Path

import lazy_bindings
from stacks.environment import Environment
from stacks.environment_files import ConfigurationError, load_environments

_HERE = Path(__file__).resolve().parent
_EXIT_BAD_CONFIGURATION = 2


def main() -> int:
    """Read the environments, declare the stacks, synthesize. Return the exit code."""
    try:
        environments = load_environments(Path(os.environ.get("EDGEMIND_ENVIRONMENTS_DIR", _HERE / "environments")))
    except ConfigurationError as error:
        print(f"error: {error}", file=sys.stderr)
        return _EXIT_BAD_CONFIGURATION
    synthesize(environments)
    return 0


def synthesize(environments: list[Environment]) -> None:
    """Declare the stacks of *environments* in one app and write it to ``cdktf.out``."""
    lazy_bindings.install()
    from cdktf import App  # noqa: PLC0415 - after the bindings' loader is in place

    from stacks.app import declare_stacks  # noqa: PLC0415
    from stacks.base import RunSettings  # noqa: PLC0415

    run = RunSettings(
        local_state_dir=Path(os.environ.get("EDGEMIND_LOCAL_STATE_DIR", _HERE / ".terraform-state")).resolve(),
        allow_destroy=os.environ.get("EDGEMIND_ALLOW_DESTROY") == "1",
    )
    app = App()
    for environment in environments:
        declare_stacks(app, environment=environment, run=run)
    app.synth()


if __name__ == "__main__":
    sys.exit(main())
