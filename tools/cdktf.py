"""Run the cdktf CLI of this project with everything that it needs: ``python -m tools.cdktf ARGUMENTS``.

Node comes from the virtual environment, cdktf from ``node_modules``, providers from a mirror when this
machine has one. Arguments are cdktf's own.
"""

import os
import sys
from collections.abc import Mapping, Sequence

from tools import toolchain

# cdktf would ask the registry for other platforms' checksums, which a mirror cannot answer
LOCKING_COMMANDS = {"deploy", "destroy", "diff", "apply", "plan"}
NO_LOCK = "--skip-provider-lock"
# where these read and write the stacks; the CLI itself ignores the variable that the app obeys
OUTPUT_COMMANDS = LOCKING_COMMANDS | {"list", "output", "synth", "synthesize"}
OUTPUT, OUTPUT_VARIABLE = "--output", "CDKTF_OUTDIR"
# with these the provider logs the bodies of its requests (Terraform: "Debugging Terraform")
PROVIDER_LOGS = ("TF_LOG", "TF_LOG_PROVIDER")
BODY_LEVELS = {"TRACE", "DEBUG", "JSON"}


def command(arguments: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    """Return the whole command for *arguments*, run in *environment*."""
    more: list[str] = []
    name = arguments[0] if arguments else ""
    if name in LOCKING_COMMANDS and NO_LOCK not in arguments and toolchain.provider_mirror():
        more.append(NO_LOCK)
    folder = environment.get(OUTPUT_VARIABLE)
    if name in OUTPUT_COMMANDS and folder and OUTPUT not in arguments:
        more += [OUTPUT, folder]
    return [*toolchain.cdktf_command(), *arguments, *more]


def log_warning(environment: Mapping[str, str]) -> str:
    """Say which variable would put generated secrets into a log, or nothing where none would."""
    loud = [name for name in PROVIDER_LOGS if environment.get(name, "").upper() in BODY_LEVELS]
    if not loud:
        return ""
    return (
        f"cdktf: warning: with {loud[0]}={environment[loud[0]]} the AWS provider logs what it sends, secrets too; "
        "use TF_LOG_CORE, or delete the log and rotate (docs/security.md)"
    )


def main(arguments: Sequence[str]) -> None:
    """Become cdktf, so that signals and exit codes are its own."""
    try:
        environment = toolchain.terraform_environment()
        words = command(arguments, environment)
    except toolchain.ToolMissingError as error:
        sys.exit(f"cdktf: {error}")
    if warning := log_warning(environment):
        print(warning, file=sys.stderr)
    os.chdir(toolchain.ROOT)
    os.execve(words[0], words, environment)  # noqa: S606 - replaces this process by design


if __name__ == "__main__":
    main(sys.argv[1:])
