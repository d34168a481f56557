"""``python -m tools.adopt STACK``: what did a killed run make that Terraform's state doesn't know?

The state names what was begun; where it names nothing, every planned creation is looked for. With no option, it is
only said; with ``--apply``, lets Terraform import it; with ``--write``, leaves the import blocks (``adopt.tf.json``)
beside what was synthesized, for a run that happens elsewhere. Nothing is ever deleted. Exit code 0: all clear, or
adopted; 1: something needs a person; 2: it could not be looked at.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from tools import toolchain
from tools.adopt.adoption import Findings, adopt, look
from tools.adopt.aws import Account
from tools.adopt.terraform import IMPORTS, AdoptError, Stack

CLEAR, UNCLEAR, FAILED, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Look at each stack in turn and return the worst exit code."""
    options = _parser().parse_args(arguments)
    worst = CLEAR
    for name in options.stacks:
        stack = Stack(options.out.resolve() / "stacks" / name)
        try:
            worst = max(worst, _one(name, stack, options))
        except (AdoptError, toolchain.ToolMissingError, BotoCoreError, ClientError) as error:
            print(f"{name}: {error}", file=sys.stderr)
            stack.forget()
            return FAILED
        except KeyboardInterrupt:
            print(f"{name}: interrupted", file=sys.stderr)
            return INTERRUPTED
    return worst


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.adopt", description=__doc__)
    parser.add_argument("stacks", nargs="+", metavar="STACK", help="such as edgemind-prod-network")
    parser.add_argument("--out", type=Path, default=Path(os.environ.get("CDKTF_OUTDIR", "cdktf.out")))
    parser.add_argument("--only-if-begun", action="store_true", help="look only if the state names one")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--apply", action="store_true", help="let Terraform import what was found")
    how.add_argument("--write", action="store_true", help=f"leave {IMPORTS} for the next run")
    return parser


def _one(name: str, stack: Stack, options: argparse.Namespace) -> int:
    stack.forget()
    begun = stack.started()
    if begun:
        print(f"{name}: a run ended before it finished {', '.join(begun)}")
    elif options.only_if_begun:
        return CLEAR
    if stack.elsewhere and options.apply:
        raise AdoptError(
            f"its runs happen in Terraform Cloud: use --write, and let the next run import what {IMPORTS} names"
        )
    with stack.copy() if stack.elsewhere else nullcontext(stack) as bench:
        try:
            findings = look(bench, lambda plan: Account(plan.region), begun)
            _say(name, findings)
            if findings.adoptable and options.apply:
                adopt(bench, findings)
                print(f"{name}: adopted {len(findings.adoptable)}")
        finally:
            bench.forget()
    if findings.adoptable and options.write:
        print(f"{name}: the next run imports them ({stack.write(findings.adoptable)}); remove the file after it")
    elif findings.adoptable and not options.apply:
        print(f"{name}: adopt them with --apply, or with --write where runs happen in Terraform Cloud")
    return CLEAR if findings.clear else UNCLEAR


def _say(name: str, findings: Findings) -> None:
    for address, found in sorted(findings.adoptable.items()):
        print(f"{name}: {address} is there already: {found}")
    for address, why in sorted(findings.unclear.items()):
        print(f"{name}: {address} can't be adopted, {why}")
    for found in findings.leftover:
        print(f"{name}: {found} carries this stack's tags and nothing keeps it; look at it, then delete it by hand")
    if not findings.adoptable and findings.clear:
        print(f"{name}: nothing is left behind")


if __name__ == "__main__":
    sys.exit(main())
