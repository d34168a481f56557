"""The fork, cdktn, with its own bindings, in a virtual environment of its own under ``build/``."""

import subprocess
import sys
from pathlib import Path

from tools.bench.measure import BenchError

PACKAGES = ("cdktn==0.24.0", "cdktn-provider-aws==25.8.1")
"""The newest of both when this was written; the provider's are for hashicorp/aws 6, cdktf's for 5."""


def python_with_cdktn(build: Path) -> Path:
    """Return the Python of an environment that has `PACKAGES`, making it where it is not there.

    Raises:
        BenchError: The packages can't be had.
    """
    home = build / "bench-cdktn"
    python, done = home / "bin" / "python", home / "installed"
    wanted = "\n".join(PACKAGES)
    if done.is_file() and done.read_text() == wanted:
        return python
    print(f"making {home.name} with {' and '.join(PACKAGES)} (once)", file=sys.stderr)
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True, capture_output=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES],
            check=True,
            capture_output=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "stderr", None) or error
        raise BenchError(f"cdktn can't be installed, so it is not compared: {str(reason)[-300:]}") from error
    done.write_text(wanted)
    return python
