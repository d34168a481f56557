"""``python -m tools.local_aws``: a local AWS account for this project.

up, down and status manage the emulator; deploy and destroy run the real cdktf against it; env prints what
points a shell at it.
"""

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from tools import toolchain
from tools.local_aws import deployment, process, summary

DEFAULT_HOME = toolchain.ROOT / ".local-aws"
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    home = options.home.resolve()
    commands = {
        "up": _up, "down": _down, "status": _status, "env": _env, "deploy": _deploy, "diff": _diff, "destroy": _destroy,
    }  # fmt: skip
    try:
        return commands[options.command](home, options)
    except (process.LocalAwsError, toolchain.ToolMissingError) as error:
        print(f"local AWS: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        process.stop(home)
        print("\ninterrupted: the local AWS is stopped and its account is gone", file=sys.stderr)
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.local_aws", description=__doc__)
    parser.add_argument("--home", type=Path, default=DEFAULT_HOME, help="folder of the account (default: .local-aws)")
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start the account, or find the running one")
    deploy = commands.add_parser("deploy", help="start it and run cdktf deploy for every stack")
    for command in (up, deploy):
        command.add_argument("--enforce-iam", action="store_true", help="check every request against IAM")
    diff = commands.add_parser("diff", help="run cdktf diff for every stack of a running account")
    destroy = commands.add_parser("destroy", help="run cdktf destroy for every stack, then stop")
    for command in (deploy, diff, destroy):
        command.add_argument("--environment", default="prod", help="which environment (default: prod)")
    commands.add_parser("down", help="stop it; its account is gone")
    commands.add_parser("status", help="say whether it runs, and what is in it")
    commands.add_parser("env", help='print exports: eval "$(python -m tools.local_aws env)"')
    return parser


def _up(home: Path, options: argparse.Namespace) -> int:
    process.start(home, enforce_iam=options.enforce_iam)
    return 0


def _down(home: Path, options: argparse.Namespace) -> int:
    del options
    process.stop(home, say=print)
    return 0


def _status(home: Path, options: argparse.Namespace) -> int:
    del options
    server = process.find(home)
    if server is None:
        print("no local AWS runs; start one: make local")
        return 1
    print(f"local AWS at {server.url}, process {server.pid}, log {server.home}/server.log")
    summary.show(server)
    return 0


def _env(home: Path, options: argparse.Namespace) -> int:
    del options
    server = process.find(home)
    if server is None:
        print("no local AWS runs; start one: make local", file=sys.stderr)
        print("false")  # what eval then runs: the shell sees the failure
        return 1
    variables = server.variables()
    configured = toolchain.terraform_environment({"PATH": os.environ.get("PATH", "")})
    if "TF_CLI_CONFIG_FILE" in configured:
        variables["TF_CLI_CONFIG_FILE"] = configured["TF_CLI_CONFIG_FILE"]
    print("unset AWS_PROFILE AWS_SESSION_TOKEN AWS_CA_BUNDLE")
    for name, value in variables.items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def _deploy(home: Path, options: argparse.Namespace) -> int:
    server = process.start(home, enforce_iam=options.enforce_iam)
    code = deployment.deploy(server, options.environment)
    if code == 0:
        summary.show(server)
    return code


def _diff(home: Path, options: argparse.Namespace) -> int:
    server = process.find(home)
    if server is None:
        print("no local AWS runs; start one: make local", file=sys.stderr)
        return 1
    return deployment.diff(server, options.environment)


def _destroy(home: Path, options: argparse.Namespace) -> int:
    server = process.find(home)
    if server is None:
        print("no local AWS was running")
        return 0
    code = deployment.destroy(server, options.environment)
    if code == 0:
        process.stop(home, say=print)
    return code


if __name__ == "__main__":
    sys.exit(main())
