import json
import subprocess
from typing import Any

import pytest

from tools import audit

FINE = {"name": "good", "version": "1", "vulns": []}
HOLED = {"name": "bad", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"], "aliases": []}]}
UNKNOWN = {"name": "new", "skip_reason": "not found"}


def _answers(monkeypatch: pytest.MonkeyPatch, *outputs: str) -> None:
    left = list(outputs)

    def run(*_: Any, **__: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], 0, stdout=left.pop(0), stderr="")

    monkeypatch.setattr("tools.audit.subprocess.run", run)


def _json(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": packages})


def test_every_locked_package_is_asked_about() -> None:
    """The pins of both sections of the lock file are audited, each once."""
    pins = audit.locked(
        {"default": {"a": {"version": "==1"}}, "develop": {"a": {"version": "==1"}, "b": {"version": "==2"}}}
    )
    assert pins == ["a==1", "b==2"]
    assert len(audit.locked(json.loads(audit.LOCK.read_text()))) > 50


def test_a_known_vulnerability_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The package, the advisory and the version that mends it are named."""
    _answers(monkeypatch, _json(FINE, HOLED))
    assert audit.main() == 1
    assert "bad 1: PYSEC-1, fixed in 2" in capsys.readouterr().err


def test_packages_without_vulnerabilities_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 0 when the service knows all packages and nothing against them."""
    _answers(monkeypatch, _json(FINE))
    assert audit.main() == 0


def test_a_package_that_the_service_does_not_know_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not audited is not passed, while others were."""
    _answers(monkeypatch, _json(FINE, UNKNOWN))
    assert audit.main() == 1


def test_a_service_that_knows_nothing_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """pip-audit calls it 'no known vulnerabilities'; the next service is asked, and then it is said aloud."""
    _answers(monkeypatch, _json(UNKNOWN), "")
    assert audit.main() == 0
    assert "not audited" in capsys.readouterr().out
