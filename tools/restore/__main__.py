"""``python -m tools.restore``: bring InfluxDB or ChromaDB back from a backup. The steps in order: docs/restore.md.

``points`` lists the backups, ``start`` restores one to a new file system, ``adopt`` makes Terraform take that one for
the service's own. Nothing here deletes anything, in AWS or elsewhere.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import boto3

from tools import toolchain
from tools.restore.adoption import DataStack
from tools.restore.backups import DataService, RestoreError

SERVICES = ("influxdb", "chromadb")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one step and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        {"points": _points, "start": _start, "adopt": _adopt}[options.step](options)
    except (RestoreError, toolchain.ToolMissingError) as error:
        print(f"restore: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.restore", description=__doc__)
    parser.add_argument("--prefix", default="edgemind-prod", help="project and environment (default: edgemind-prod)")
    steps = parser.add_subparsers(dest="step", required=True)
    points = steps.add_parser("points", help="list the backups that can be restored, the newest first")
    start = steps.add_parser("start", help="restore a backup to a new file system, and wait")
    start.add_argument("--point", help="ARN of the backup (default: the newest)")
    adopt = steps.add_parser("adopt", help="let Terraform own the new file system as the service's")
    adopt.add_argument("--file-system", required=True, help="id that `start` printed")
    adopt.add_argument("--out", type=Path, default=toolchain.ROOT / "cdktf.out", help="synthesized stacks")
    for step in (points, start, adopt):
        step.add_argument("service", choices=SERVICES)
    return parser


def _service(options: argparse.Namespace) -> DataService:
    account = boto3.client("sts", region_name="us-east-1").get_caller_identity()["Account"]
    return DataService(
        name=f"{options.prefix}-{options.service}", role_arn=f"arn:aws:iam::{account}:role/{options.prefix}-data"
    )


def _points(options: argparse.Namespace) -> None:
    for point in _service(options).recovery_points():
        size = point.get("BackupSizeBytes", 0) / 2**20
        print(f"{point['CreationDate']:%Y-%m-%d %H:%M}  {size:10.1f} MiB  {point['RecoveryPointArn']}")


def _start(options: argparse.Namespace) -> None:
    service = _service(options)
    points = service.recovery_points()
    if not points:
        raise RestoreError(f"{service.name} has no backup that can be restored; look into the vault")
    chosen = options.point or points[0]["RecoveryPointArn"]
    print(service.restore(chosen, say=lambda text: print(text, file=sys.stderr)))


def _adopt(options: argparse.Namespace) -> None:
    stack = DataStack(
        folder=options.out / "stacks" / f"{options.prefix}-data",
        variables=toolchain.terraform_environment(os.environ),
    )
    targets = stack.adopt(options.service, options.file_system, say=print)
    print("next, in that folder: terraform apply " + " ".join(f"-target={address}" for address in targets))


if __name__ == "__main__":
    sys.exit(main())
