"""What the project's cdktf says before it becomes cdktf."""

import pytest

from tools.cdktf import log_warning


@pytest.mark.parametrize(("name", "level"), [("TF_LOG", "trace"), ("TF_LOG", "DEBUG"), ("TF_LOG_PROVIDER", "JSON")])
def test_a_log_that_would_hold_secrets_is_warned_of(name: str, level: str) -> None:
    """The provider logs request bodies at these levels; the warning names the variable and the way out."""
    said = log_warning({name: level})
    assert f"{name}={level}" in said
    assert "TF_LOG_CORE" in said
    assert "docs/security.md" in said


@pytest.mark.parametrize("environment", [{}, {"TF_LOG": ""}, {"TF_LOG": "WARN"}, {"TF_LOG_CORE": "TRACE"}])
def test_a_log_without_bodies_is_not(environment: dict[str, str]) -> None:
    """Terraform's own trace holds none of them, and neither do warnings."""
    assert log_warning(environment) == ""
