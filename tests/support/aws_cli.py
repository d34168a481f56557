"""The real AWS CLI for commands of the documentation, pointed at an account of the local AWS."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

from tests.support.local_account import LocalAccount

SITE = "https://edge-mind.concept-reply-sandbox.com"
_AWS = """#!/bin/sh
exec {aws} --endpoint-url "$AWS_ENDPOINT_URL" "$@"
"""
# the local AWS serves a distribution by its name, whatever the address
_CURL = """#!/bin/bash
exec {curl} -H 'Host: {host}' -H 'X-Forwarded-Proto: https' "${{@//{site}/$AWS_ENDPOINT_URL}}"
"""


def aws_cli_2() -> str | None:
    """Return an AWS CLI of version 2 on the PATH; version 1 has no ``aws logs tail``."""
    seen = [shutil.which("aws", path=folder) for folder in os.environ.get("PATH", "").split(os.pathsep)]
    for path in dict.fromkeys(path for path in seen if path):
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
        if said.startswith("aws-cli/2"):
            return path
    return None


def shell_for(account: LocalAccount, folder: Path, aws: str) -> dict[str, str]:
    """Return the environment of a shell whose ``aws`` and ``curl`` reach *account* and nothing else."""
    _script(folder / "aws", _AWS.format(aws=aws))
    curl = shutil.which("curl") or "curl"
    _script(folder / "curl", _CURL.format(curl=curl, host=SITE.removeprefix("https://"), site=SITE.replace("/", r"\/")))
    path = os.pathsep.join([str(folder), str(Path(sys.executable).parent), os.environ["PATH"]])
    return account.variables() | {"PATH": path}


def _script(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
