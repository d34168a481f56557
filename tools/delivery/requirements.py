"""Write ``requirements.txt``: what the delivery tools need on a runner, with the versions and hashes of Pipfile.lock.

``python -m tools.delivery.requirements`` writes it; with ``--check`` it only says whether the file is up to date. A
runner then installs one library instead of everything that development takes, and nothing that the lock doesn't have.
"""

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE = Path(__file__).with_name("requirements.txt")
# boto3 and what it stands on (its own metadata says so; a test compares)
PACKAGES = ("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3")
HEAD = "# Made by `python -m tools.delivery.requirements` from Pipfile.lock; don't edit\n"


def text(lock: Path = ROOT / "Pipfile.lock") -> str:
    """Return what the file must say."""
    sections = json.loads(lock.read_text(encoding="utf-8"))
    known = {**sections["develop"], **sections["default"]}
    lines = []
    for name in PACKAGES:
        hashes = " \\\n    ".join(f"--hash={value}" for value in sorted(known[name]["hashes"]))
        lines.append(f"{name}{known[name]['version']} \\\n    {hashes}\n")
    return HEAD + "".join(lines)


def main() -> int:
    """Write the file, or compare it."""
    parser = argparse.ArgumentParser(prog="requirements", description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        FILE.write_text(text(), encoding="utf-8")
        return 0
    if FILE.read_text(encoding="utf-8") == text():
        return 0
    print(f"{FILE} does not have the versions of Pipfile.lock; run: python -m tools.delivery.requirements")
    return 1


if __name__ == "__main__":
    sys.exit(main())
