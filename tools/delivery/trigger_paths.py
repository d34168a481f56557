"""Compare a Dockerfile with the paths that trigger a deployment: what is copied must deploy when it changes.

``python -m tools.delivery.trigger_paths Dockerfile .github/workflows/deploy-backend.yml`` fails on a path that the
Dockerfile copies and the workflow doesn't name.
"""

import argparse
import fnmatch
import json
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

_CONTINUED = re.compile(r"\\\r?\n")
_REMOTE = re.compile(r"^(https?|git)[:@]")


def copied(dockerfile: str) -> Iterator[str]:
    """Yield the sources of each COPY and ADD that come from the build's context."""
    for line in _CONTINUED.sub(" ", dockerfile).splitlines():
        match = re.match(r"\s*(?:COPY|ADD)\s+(.*)", line, re.IGNORECASE)
        if not match:
            continue
        rest = match[1].strip()
        flags = []
        while rest.startswith("--"):
            flag, _, rest = rest.partition(" ")
            flags.append(flag)
            rest = rest.strip()
        if any(flag.startswith("--from=") for flag in flags):
            continue
        words = json.loads(rest) if rest.startswith("[") else shlex.split(rest)
        yield from (word for word in words[:-1] if not _REMOTE.match(word))


def untriggered(dockerfile: str, patterns: Sequence[str]) -> list[str]:
    """Return what the *dockerfile* copies and none of *patterns* covers, with the Dockerfile itself."""
    return [source for source in ["Dockerfile", *copied(dockerfile)] if not _covered(source, patterns)]


def _covered(source: str, patterns: Sequence[str]) -> bool:
    path = source.removeprefix("./").rstrip("/")
    if path in ("", "."):
        return "**" in patterns
    if "*" in path:  # package*.json: each pattern that it can mean; at least one must be named, literally or by it
        return any(fnmatch.fnmatch(pattern, path) for pattern in patterns)
    return any(pattern in (path, f"{path}/**", "**") or fnmatch.fnmatch(path, pattern) for pattern in patterns)


def trigger_patterns(workflow: str) -> list[str]:
    """Return the paths that trigger *workflow* on a push."""
    document = yaml.safe_load(workflow)
    on = document.get("on", document.get(True))  # YAML 1.1 reads a bare `on` as true
    return list(on["push"]["paths"])


def main() -> int:
    """Compare the two files of the command line."""
    parser = argparse.ArgumentParser(prog="trigger_paths", description=__doc__.partition("\n")[0])
    parser.add_argument("dockerfile", type=Path)
    parser.add_argument("workflow", type=Path)
    arguments = parser.parse_args()
    patterns = trigger_patterns(arguments.workflow.read_text(encoding="utf-8"))
    missing = untriggered(arguments.dockerfile.read_text(encoding="utf-8"), patterns)
    for path in missing:
        print(f"{arguments.workflow}: a change of {path} would not be deployed; add it to on.push.paths")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
