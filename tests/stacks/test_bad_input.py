import os
import subprocess
import sys
from pathlib import Path

import pytest

import main
from tests.stacks.bad_environments import TABLE, Bad
from tools import toolchain

GOOD = (toolchain.ROOT / "environments" / "prod.toml").read_text(encoding="utf-8")


def _run(directory: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("EDGEMIND_ENVIRONMENTS_DIR", str(directory))
    monkeypatch.setenv("CDKTF_OUTDIR", str(out))
    monkeypatch.setenv("JSII_NODE", str(toolchain.node_home() / "bin" / "node"))
    return main.main()


def _one_error(text: str, file: Path) -> str:
    """Return the one line that *text* is, which names *file*."""
    lines = text.splitlines()
    errors = [line for line in lines if line.startswith("error: ")]
    assert len(errors) == 1, text
    assert str(file) in errors[0]
    assert "Traceback" not in text
    return errors[0]


@pytest.mark.parametrize("bad", TABLE, ids=lambda bad: bad.what)
def test_a_mistake_stops_with_one_sentence_before_anything_is_written(
    bad: Bad, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, one error with file, key, value and way out, no traceback, and no output folder."""
    assert bad.old in GOOD, f"the good file has no {bad.old!r} any more; mend the table"
    file = tmp_path / "prod.toml"
    file.write_text(GOOD.replace(bad.old, bad.new, 1), encoding="utf-8")
    assert _run(tmp_path, tmp_path / "out", monkeypatch) == 2
    error = _one_error(capsys.readouterr().err, file)
    assert [part for part in bad.says if part not in error] == [], error
    assert not (tmp_path / "out").exists()


def _other(**changes: str) -> str:
    """Return a second environment that could live beside the good one, but for *changes*."""
    text = GOOD
    apart = {
        'name = "prod"': 'name = "staging"',
        'secret_prefix = "edgemind"': 'secret_prefix = "edgemind-staging"',
        '"edgemind.local"': '"staging.local"',
        'name = "edge-mind.concept-reply-sandbox.com"': 'name = "staging.edge-mind.concept-reply-sandbox.com"',
        '"10.42.0.0/16"': '"10.43.0.0/16"',
    }
    for old, new in (apart | changes).items():
        text = text.replace(old, new, 1)
    return text


COLLISIONS = {
    "the same secrets": ({'secret_prefix = "edgemind"': 'secret_prefix = "edgemind"'}, ("secret_prefix = 'edgemind'",)),
    "the same private names": ({'"edgemind.local"': '"edgemind.local"'}, ("private_namespace = 'edgemind.local'",)),
    "the same domain": (
        {'name = "edge-mind.concept-reply-sandbox.com"': 'name = "edge-mind.concept-reply-sandbox.com"'},
        ("domain.name = 'edge-mind.concept-reply-sandbox.com'",),
    ),
    "overlapping ranges": ({'"10.42.0.0/16"': '"10.42.128.0/17"'}, ("10.42.0.0/16", "10.42.128.0/17", "overlapping")),
}


@pytest.mark.parametrize("what", COLLISIONS)
def test_environments_that_would_share_something_are_refused(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both files are named, and what they share, and nothing is written."""
    changes, says = COLLISIONS[what]
    (tmp_path / "prod.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "staging.toml").write_text(_other(**changes), encoding="utf-8")
    assert _run(tmp_path, tmp_path / "out", monkeypatch) == 2
    error = _one_error(capsys.readouterr().err, tmp_path)
    assert [part for part in (*says, "prod.toml", "staging.toml") if part not in error] == [], error
    assert not (tmp_path / "out").exists()


FILES: dict[str, tuple[bytes | None, tuple[str, ...]]] = {
    "an empty file": (b"", ("prod.toml", "is empty")),
    "a file with comments only": (b"# later\n", ("prod.toml", "is empty")),
    "a file that is not UTF-8": ("name = 'größe'".encode("latin-1"), ("prod.toml", "UTF-8")),
    "a file with a null byte": (b"name = '\x00'", ("prod.toml", "is not TOML")),
    "JSON instead of TOML": (b'{"name": "prod"}', ("prod.toml", "is not TOML")),
    "no file at all": (None, ("no environment file", "prod.toml")),
}


@pytest.mark.parametrize("what", FILES)
def test_a_file_that_says_nothing_is_refused(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Empty, unreadable and missing files stop with exit code 2 and a sentence."""
    content, says = FILES[what]
    directory = tmp_path / "environments"
    directory.mkdir()
    if content is not None:
        (directory / "prod.toml").write_bytes(content)
    assert _run(directory, tmp_path / "out", monkeypatch) == 2
    error = _one_error(capsys.readouterr().err, directory)
    assert [part for part in says if part not in error] == [], error


def test_each_of_several_mistakes_gets_its_own_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two wrong values in one file are both reported, so that nobody mends them one run at a time."""
    text = GOOD.replace("min_tasks = 1", "min_tasks = 0").replace('nat = "per_zone"', 'nat = "both"')
    (tmp_path / "prod.toml").write_text(text, encoding="utf-8")
    assert _run(tmp_path, tmp_path / "out", monkeypatch) == 2
    error = capsys.readouterr().err
    assert "backend.min_tasks = 0" in error
    assert "network.nat = 'both'" in error


@pytest.mark.parametrize("old", ["cpu_units = 512", "[backend.cmms]"], ids=["by the model", "by a construct"])
def test_a_refusal_leaves_an_earlier_synthesis_as_it_is(old: str, tmp_path: Path) -> None:
    """The program itself, started as cdktf starts it, exits with 2 and does not touch cdktf.out."""
    new = {"cpu_units = 512": "cpu_units = 3", "[backend.cmms]": '[backend.environment]\nPORT = "1"\n[backend.cmms]'}
    (tmp_path / "prod.toml").write_text(GOOD.replace(old, new[old], 1), encoding="utf-8")
    out = tmp_path / "cdktf.out"
    (out / "stacks").mkdir(parents=True)
    (out / "manifest.json").write_text("earlier", encoding="utf-8")
    before = (out / "manifest.json").stat().st_mtime_ns
    environment = os.environ | {
        "EDGEMIND_ENVIRONMENTS_DIR": str(tmp_path),
        "CDKTF_OUTDIR": str(out),
        "JSII_NODE": str(toolchain.node_home() / "bin" / "node"),
    }
    done = subprocess.run(
        [sys.executable, "main.py"], cwd=toolchain.ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    _one_error(done.stderr, tmp_path / "prod.toml")
    assert [path.name for path in sorted(out.rglob("*"))] == ["manifest.json", "stacks"]
    assert (out / "manifest.json").read_text(encoding="utf-8") == "earlier"
    assert (out / "manifest.json").stat().st_mtime_ns == before
