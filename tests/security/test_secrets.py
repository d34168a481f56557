"""Generated values are nowhere but in Secrets Manager; grepped after an apply."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.local_account import LocalAccount

pytestmark = pytest.mark.local_aws


def texts(account: LocalAccount, plans: Path) -> Iterator[tuple[str, str]]:
    """Yield (where, text) of everything that an apply leaves behind: JSON, plans, states, logs."""
    home = Path(account.server.home)
    yield from _files(account.out, "cdk.tf.json")
    yield from _files(account.out, "manifest.json")
    yield from _files(plans, "*.json")
    yield from _files(home / "state", "*")
    logs = account.client("logs")
    for group in logs.describe_log_groups()["logGroups"]:
        events = logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
        yield group["logGroupName"], "\n".join(event["message"] for event in events)


def _files(folder: Path, pattern: str) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.rglob(pattern)):
        if file.is_file():
            yield str(file), file.read_text(encoding="utf-8", errors="replace")


def test_generated_values_are_in_no_file_plan_state_or_log(local_account: LocalAccount, plans: Path) -> None:
    """Token and password of the database exist, are long, and are found in nothing that Terraform wrote."""
    answer = local_account.client("secretsmanager").get_secret_value(SecretId="edgemind/influxdb")
    value = json.loads(answer["SecretString"])
    assert set(value) == {"url", "org", "bucket", "token", "password"}
    assert (len(value["token"]), len(value["password"])) == (64, 32)
    seen = dict(texts(local_account, plans))
    assert sum("tfstate" in where for where in seen) >= 5
    assert sum("cdk.tf.json" in where for where in seen) >= 5
    for name in ("token", "password"):
        assert [where for where, text in seen.items() if value[name] in text] == []


def test_what_people_supply_has_no_value_until_they_do(local_account: LocalAccount) -> None:
    """The broker's and the CMMS's secrets are applied empty: no placeholder that somebody takes for a password."""
    manager = local_account.client("secretsmanager")
    for name in ("edgemind/mqtt", "edgemind/cmms/maintainx"):
        with pytest.raises(manager.exceptions.ResourceNotFoundException):
            manager.get_secret_value(SecretId=name)


def test_plans_do_not_show_the_secret_document(plans: Path) -> None:
    """The write-only argument is in no plan, not even marked as sensitive."""
    plan = json.loads((plans / "edgemind-prod-data.json").read_text(encoding="utf-8"))
    resources = plan["planned_values"]["root_module"]["resources"]
    (version,) = [r["values"] for r in resources if r["type"] == "aws_secretsmanager_secret_version"]
    assert version["secret_string_wo"] is None
    assert not version["secret_string"]
