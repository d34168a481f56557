"""An older run replaces nothing newer."""

import subprocess
from pathlib import Path

import pytest

from tools.delivery.is_newer import is_newer
from tools.delivery.settings import DeliveryError

UNKNOWN = "f" * 40


def _git(directory: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    ran = subprocess.run(["git", *identity, *arguments], cwd=directory, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], str]:
    """A repository with three commits on main, and one beside the second."""
    directory = tmp_path_factory.mktemp("repository")
    _git(directory, "init", "--initial-branch=main", "--quiet")
    commits = []
    for number in range(3):
        _git(directory, "commit", "--allow-empty", "--quiet", "--message", str(number))
        commits.append(_git(directory, "rev-parse", "HEAD"))
    _git(directory, "checkout", "--quiet", "-b", "other", commits[0])
    _git(directory, "commit", "--allow-empty", "--quiet", "--message", "beside")
    return directory, commits, _git(directory, "rev-parse", "HEAD")


@pytest.mark.parametrize(
    ("commit", "published", "proceeds"), [(2, 1, True), (1, 1, True), (1, 2, False), (0, 2, False)]
)
def test_a_commit_replaces_what_came_before_it(
    history: tuple[Path, list[str], str], commit: int, published: int, *, proceeds: bool
) -> None:
    """Newer, or the same once more: yes. Older: no."""
    directory, commits, _ = history
    assert is_newer(commits[commit], commits[published], directory) is proceeds


def test_history_that_was_rewritten_does_not_block(history: tuple[Path, list[str], str]) -> None:
    """A published commit that is unknown, on a side branch or absent is replaced."""
    directory, commits, beside = history
    for published in (None, UNKNOWN, beside):
        assert is_newer(commits[2], published, directory)


def test_a_shallow_checkout_is_told_from_an_order(history: tuple[Path, list[str], str]) -> None:
    """Without the history there is no answer, and the message says how to get it."""
    directory, commits, _ = history
    with pytest.raises(DeliveryError, match="fetch-depth: 0"):
        is_newer(UNKNOWN, commits[0], directory)
