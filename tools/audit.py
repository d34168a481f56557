"""``python -m tools.audit``: known vulnerabilities of every Python package that the lock file pins.

The advisories are somebody else's and on the network. Where they can't be reached the command says so and passes:
a laptop in a train must not fail `make check`, and CI, which has the network, asks again. Packages that the service
does not know are no pass: asked about nothing but unknown ones, pip-audit reports "no known vulnerabilities".
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tools import toolchain

LOCK = toolchain.ROOT / "Pipfile.lock"
SERVICES = ("pypi", "osv")
TIMEOUT_SECONDS = 10


def main() -> int:
    """Ask the first service that answers, print what it knows, and return the exit code."""
    pins = locked(json.loads(LOCK.read_text(encoding="utf-8")))
    for service in SERVICES:
        answer = ask(service, pins)
        if answer is not None:
            return report(service, answer)
    print(f"no vulnerability service can be reached ({', '.join(SERVICES)}); {len(pins)} packages not audited")
    return 0


def locked(lock: Mapping[str, Any]) -> list[str]:
    """Return ``name==version`` of every package in *lock*."""
    found = {
        f"{name}{package['version']}"
        for section in ("default", "develop")
        for name, package in lock[section].items()
        if "version" in package
    }
    return sorted(found)


def ask(service: str, pins: Sequence[str]) -> list[dict[str, Any]] | None:
    """Return what *service* says of each package, None when it can't be reached or knows none of them."""
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder) / "requirements.txt"
        requirements.write_text("\n".join(pins) + "\n", encoding="utf-8")
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pip_audit", "--requirement", str(requirements)),
                *("--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"),
                *("--vulnerability-service", service, "--timeout", str(TIMEOUT_SECONDS)),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    try:
        answer: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return None
    return answer if any("skip_reason" not in package for package in answer) else None


def report(service: str, answer: Sequence[Mapping[str, Any]]) -> int:
    """Print every vulnerability and every package that was not audited; return the exit code."""
    skipped = [package for package in answer if "skip_reason" in package]
    for package in skipped:
        print(f"{package['name']}: not audited: {package['skip_reason']}", file=sys.stderr)
    vulnerable = [package for package in answer if package.get("vulns")]
    for package in vulnerable:
        for found in package["vulns"]:
            fixed = ", ".join(found["fix_versions"]) or "no version yet"
            print(f"{package['name']} {package['version']}: {found['id']}, fixed in {fixed}", file=sys.stderr)
    print(f"{service}: {len(answer)} packages, {len(vulnerable)} vulnerable, {len(skipped)} not audited")
    return 1 if vulnerable or skipped else 0


if __name__ == "__main__":
    sys.exit(main())
