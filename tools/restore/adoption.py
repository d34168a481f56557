"""Give Terraform the restored file system in place of the lost one: the state changes, nothing in AWS does."""

import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools import toolchain
from tools.restore.backups import RestoreError

REPLACED = ("aws_efs_file_system", "aws_efs_access_point", "aws_efs_mount_target", "aws_efs_file_system_policy")


@dataclass(frozen=True, kw_only=True, slots=True)
class DataStack:
    """The synthesized stack that has the file systems.

    Attributes:
        folder: Where it is synthesized, and initialized by Terraform.
        variables: Environment that Terraform runs in.
    """

    folder: Path
    variables: Mapping[str, str]

    def addresses(self, service: str) -> dict[str, list[str]]:
        """Return the addresses of the file system of *service* and of all that hangs on it, by type."""
        document = json.loads((self.folder / "cdk.tf.json").read_text(encoding="utf-8"))
        found = {
            kind: [
                f"{kind}.{label}"
                for label, block in document["resource"].get(kind, {}).items()
                if f"/{service.title()}/FileSystem/" in block["//"]["metadata"]["path"]
            ]
            for kind in REPLACED
        }
        if not found["aws_efs_file_system"]:
            raise RestoreError(f"{self.folder} has no file system of {service}; synthesize first: make synth")
        return found

    def adopt(self, service: str, file_system_id: str, *, say: Callable[[str], None]) -> list[str]:
        """Put *file_system_id* into the state as the file system of *service*; return its mount targets' addresses.

        What hung on the old file system leaves the state and stays in AWS; the next apply makes it anew.
        """
        found = self.addresses(service)
        known = set(self._terraform("state", "list").split())
        gone = [address for kind in REPLACED for address in found[kind] if address in known]
        if gone:
            self._terraform("state", "rm", *gone)
            say("out of the state, still in AWS: " + ", ".join(gone))
        (address,) = found["aws_efs_file_system"]
        self._terraform("import", "-input=false", address, file_system_id)
        say(f"{address} is now {file_system_id}")
        return found["aws_efs_mount_target"]

    def _terraform(self, *arguments: str) -> str:
        done = subprocess.run(
            [toolchain.terraform_binary(), *arguments],
            cwd=self.folder,
            env=dict(self.variables),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RestoreError(f"terraform {arguments[0]} failed in {self.folder}:\n{done.stderr.strip()}")
        return done.stdout
