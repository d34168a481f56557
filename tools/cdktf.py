"""Run the cdktf CLI of this project with everything that it needs: ``python -m tools.cdktf ARGUMENTS``.

Node comes from the virtual environment, cdktf from ``node_modules``, providers from a mirror when this
machine has one. Arguments are cdktf's own.
"""

import os
import sys
from collections.abc import Sequence

from tools import toolchain

# cdktf would ask the registry for other platforms' checksums, which a mirror cannot answer
LOCKING_COMMANDS = {"deploy", "destroy", "diff", "apply", "plan"}
NO_LOCK = "--skip-provider-lock"


def command(arguments: Sequence[str]) -> list[str]:
    """Return the whole command for *arguments*."""
    more = [NO_LOCK] if arguments and arguments[0] in LOCKING_COMMANDS and NO_LOCK not in arguments else []
    return [*toolchain.cdktf_command(), *arguments, *(more if toolchain.provider_mirror() else [])]


def main(arguments: Sequence[str]) -> None:
    """Become cdktf, so that signals and exit codes are its own."""
    try:
        environment = toolchain.terraform_environment()
        words = command(arguments)
    except toolchain.ToolMissingError as error:
        sys.exit(f"cdktf: {error}")
    os.chdir(toolchain.ROOT)
    os.execve(words[0], words, environment)  # noqa: S606 - replaces this process by design


if __name__ == "__main__":
    main(sys.argv[1:])
