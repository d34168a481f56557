"""What a synthesis needs, and what it does not."""

import os
import subprocess
import sys
from pathlib import Path

from tools import toolchain


def test_synthesis_runs_without_terraform_and_says_nothing(tmp_path: Path) -> None:
    """Whoever has no Terraform still gets the JSON; a good run prints no line that an operator would have to judge."""
    environment = {**os.environ, "TERRAFORM_BINARY_NAME": str(tmp_path / "no-terraform")}
    done = subprocess.run(
        [sys.executable, str(toolchain.ROOT / "main.py")],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "cdktf.out" / "stacks" / "edgemind-prod-frontend" / "cdk.tf.json").is_file()
