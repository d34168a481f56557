"""checkov on real plans: values that only AWS knows, and what is inside of policies and container definitions."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.local_account import LocalAccount
from tools.compliance.__main__ import PLAN, compliance

pytestmark = pytest.mark.local_aws


def test_every_plan_passes_or_is_excused(local_account: LocalAccount, plans: Path) -> None:
    """No check fails on a plan of an applied stack without a valid exception; no exception is needless there."""
    tallies = compliance(local_account.out, plans=plans, today=datetime.now(UTC).date())
    planned = [tally for tally in tallies if tally.framework == PLAN]
    assert {tally.stack for tally in planned} == set(local_account.stacks())
    assert [problem for tally in tallies for problem in tally.problems] == []
    assert all(tally.passed > 10 for tally in planned)
