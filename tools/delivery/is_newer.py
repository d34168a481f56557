"""Tell whether a commit is newer than what is published, so that an older run doesn't overwrite a newer one.

``python -m tools.delivery.is_newer backend --commit SHA --directory CHECKOUT`` sets the step's output ``proceed``.
"""

import argparse
import os
import re
import subprocess
from pathlib import Path

from tools.delivery.published import AwsClients, PublishedImage
from tools.delivery.report import output, run, say
from tools.delivery.settings import Backend, DeliveryError, Site, Variables, client
from tools.delivery.site_history import SiteHistory

_COMMIT = re.compile(r"[0-9a-f]{40}")
_ANCESTOR, _NO_ANCESTOR = 0, 1


def published_commit(what: str, variables: Variables) -> str | None:
    """Return the commit that is published of *what*, or None where none is known."""
    if what == "backend":
        backend = Backend.read(variables)
        reference = PublishedImage(AwsClients.of(backend.region), backend).current()
        found = reference.rpartition(":")[2] if reference else ""
    else:
        site = Site.read(variables)
        release = SiteHistory(client("s3", site.region), site.bucket).current()
        found = release.commit if release else ""
    return found if _COMMIT.fullmatch(found) else None


def is_newer(commit: str, published: str | None, directory: Path) -> bool:
    """Tell whether *commit* may replace *published*: unless it came before, in the history that *directory* has.

    A published commit that the history doesn't know (rewritten, or another repository's) is no reason to wait.
    """
    if published is None or published == commit:
        return True
    if not _knows(published, directory):
        return True
    if not _knows(commit, directory):
        raise DeliveryError(f"{directory} does not know {commit}; check out the whole history (fetch-depth: 0)")
    asked = _git(directory, "merge-base", "--is-ancestor", commit, published)
    if asked.returncode not in (_ANCESTOR, _NO_ANCESTOR):
        raise DeliveryError(f"git could not compare {commit} and {published}: {asked.stderr.strip()}")
    return asked.returncode == _NO_ANCESTOR


def _knows(commit: str, directory: Path) -> bool:
    return _git(directory, "cat-file", "-e", f"{commit}^{{commit}}").returncode == 0


def _git(directory: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["git", *arguments], cwd=directory, capture_output=True, text=True, check=False)


def main() -> None:
    """Read the command line and tell."""
    parser = argparse.ArgumentParser(prog="is_newer", description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=("backend", "frontend"))
    parser.add_argument("--commit", required=True)
    parser.add_argument("--directory", type=Path, default=Path())
    arguments = parser.parse_args()
    published = published_commit(arguments.what, os.environ)
    proceed = is_newer(arguments.commit, published, arguments.directory)
    say(
        f"published is {published or 'nothing'}: {arguments.commit} "
        f"{'may replace it' if proceed else 'is older and stays out'}"
    )
    output("proceed", "true" if proceed else "false")


if __name__ == "__main__":
    run(main)
