"""The one step of the restore drill inside of a file system: the move of docs/restore.md, as it is written there."""

import re
import subprocess
from pathlib import Path

import pytest

from tools.toolchain import ROOT


@pytest.fixture
def move(tmp_path: Path) -> str:
    """The line of step 5, with a directory in place of the mounted file system."""
    (line,) = re.findall(r"^ +(mv .+)$", (ROOT / "docs" / "restore.md").read_text(encoding="utf-8"), re.MULTILINE)
    return str(line).replace("/mnt", str(tmp_path))


def restored(mount: Path, day: str) -> Path:
    """Lay files out as AWS Backup restores them: below a directory with the date in its name."""
    data = mount / f"aws-backup-restore_{day}" / "data"
    (data / "engine").mkdir(parents=True)
    (data / "engine" / "shard").write_text(day, encoding="utf-8")
    (data / ".hidden").touch()
    return data


def run(line: str) -> int:
    return subprocess.run(["bash", "-c", line], capture_output=True, check=False).returncode


def test_the_files_are_where_the_access_point_opens(move: str, tmp_path: Path) -> None:
    """After the move /data holds everything, hidden files too, and nothing is left behind."""
    data = restored(tmp_path, "2026-11-23T05-00-00Z")
    assert run(move) == 0
    assert (tmp_path / "data" / "engine" / "shard").read_text(encoding="utf-8") == "2026-11-23T05-00-00Z"
    assert (tmp_path / "data" / ".hidden").exists()
    assert not data.exists()


def test_two_restores_on_one_file_system_are_not_mixed(move: str, tmp_path: Path) -> None:
    """Whoever restored twice must say which one; the line moves neither."""
    both = [restored(tmp_path, day) for day in ("2026-11-22T05-00-00Z", "2026-11-23T05-00-00Z")]
    assert run(move) != 0
    assert all((data / "engine" / "shard").exists() for data in both)


def test_files_that_are_there_already_stay(move: str, tmp_path: Path) -> None:
    """A service that has started on the new file system has written: its files are not touched, nor hidden below."""
    data = restored(tmp_path, "2026-11-23T05-00-00Z")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "fresh").touch()
    assert run(move) != 0
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["fresh"]
    assert data.exists()
