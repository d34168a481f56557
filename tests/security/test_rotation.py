"""What people supply stays in Secrets Manager, and values change without downtime, as docs/security.md says."""

import json
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.security.test_secrets import texts
from tests.support.local_account import LocalAccount
from tools import toolchain

pytestmark = [pytest.mark.local_aws, pytest.mark.slow]
SECRET, USER = "edgemind/influxdb", "edgemind-prod-influxdb"


class Database:
    """Stands where InfluxDB would: knows which tokens are valid, and refuses all others."""

    def __init__(self, *valid: str) -> None:
        known = self.valid = set(valid)

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if self.headers["Authorization"].removeprefix("Token ") in known else 401)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def accepts(self, token: str) -> bool:
        """Tell whether a request with *token* is answered."""
        url = f"http://127.0.0.1:{self._server.server_port}/"
        try:
            urlopen(Request(url, headers={"Authorization": f"Token {token}"}), timeout=5)
        except HTTPError:
            return False
        return True

    def stop(self) -> None:
        """End the server."""
        self._server.shutdown()


@pytest.fixture
def database(enforced_account: LocalAccount) -> Iterator[Database]:
    """A database that accepts the token of the secret."""
    one = Database(_token(enforced_account))
    yield one
    one.stop()


def _token(account: LocalAccount, stage: str = "AWSCURRENT") -> str:
    answer = account.client("secretsmanager").get_secret_value(SecretId=SECRET, VersionStage=stage)
    return str(json.loads(answer["SecretString"])["token"])


def _deployments(account: LocalAccount) -> list[str]:
    found = account.client("ecs").describe_services(cluster="edgemind-prod-cluster", services=[USER])
    return [deployment["id"] for deployment in found["services"][0]["deployments"]]


def _rotate(account: LocalAccount, *arguments: str, value: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tools.rotate", SECRET, *arguments],
        cwd=toolchain.ROOT,
        env=account.variables(),
        input=value,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_value_changes_without_a_moment_in_which_none_is_valid(
    enforced_account: LocalAccount, database: Database
) -> None:
    """New value valid, secret changed, service restarted, old value dead: who reads the secret always gets in."""
    old, new = _token(enforced_account), secrets.token_urlsafe(48)
    before = _deployments(enforced_account)
    database.valid.add(new)
    seen: dict[str, set[bool]] = {}
    ended = threading.Event()

    def watch() -> None:
        """Read and use the secret until the change has ended and the new value was read; at worst for two minutes."""
        until = time.monotonic() + 120
        while not (ended.is_set() and new in seen) and time.monotonic() < until:
            token = _token(enforced_account)
            seen.setdefault(token, set()).add(database.accepts(token))
            read.set()

    read = threading.Event()
    watcher = threading.Thread(target=watch)
    watcher.start()
    assert read.wait(60)
    changed = _rotate(enforced_account, "--key", "token", "--service", USER, value=f"{new}\n")
    ended.set()
    watcher.join()
    assert changed.returncode == 0, changed.stderr
    assert seen == {old: {True}, new: {True}}
    assert new not in changed.stdout + changed.stderr
    assert _deployments(enforced_account) != before

    database.valid.discard(old)
    assert _rotate(enforced_account, "--retire").returncode == 0
    assert _token(enforced_account) == new
    assert not database.accepts(old)
    manager = enforced_account.client("secretsmanager")
    with pytest.raises(manager.exceptions.ResourceNotFoundException):
        _token(enforced_account, "AWSPREVIOUS")
    # Terraform does not want its own value back
    assert enforced_account.plan("data").code == 0


def test_a_value_that_does_not_work_goes_back(enforced_account: LocalAccount, database: Database) -> None:
    """After --back the value from before is the current one, and is let in."""
    old = _token(enforced_account)
    assert _rotate(enforced_account, "--key", "token", "--service", USER, value="mistyped\n").returncode == 0
    assert not database.accepts(_token(enforced_account))
    assert _rotate(enforced_account, "--back", "--service", USER).returncode == 0
    assert _token(enforced_account) == old
    assert database.accepts(_token(enforced_account))


@pytest.mark.parametrize(
    ("arguments", "value", "says"),
    [
        (("--key", "hostname"), "x", "has no key 'hostname'; it has url, org, bucket"),
        (("--key", "token"), "", "type or pipe one"),
    ],
)
def test_a_mistake_changes_nothing(
    arguments: tuple[str, ...], value: str, says: str, enforced_account: LocalAccount
) -> None:
    """An unknown key and an empty value are refused with a sentence, and the secret stays as it is."""
    before = _token(enforced_account)
    refused = _rotate(enforced_account, *arguments, value=f"{value}\n" if value else "")
    assert refused.returncode == 1
    assert says in refused.stderr
    assert "Traceback" not in refused.stderr
    assert _token(enforced_account) == before


def test_what_people_supply_is_in_no_file_plan_state_or_log(enforced_account: LocalAccount, tmp_path: Path) -> None:
    """Canaries in the supplied secrets show up nowhere after they are set, planned and applied."""
    canaries = {name: f"canary-{secrets.token_hex(16)}" for name in ("mqtt", "cmms/maintainx")}
    manager = enforced_account.client("secretsmanager")
    for name, canary in canaries.items():
        text = json.dumps({"username": canary, "password": canary, "api_key": canary})
        manager.put_secret_value(SecretId=f"edgemind/{name}", SecretString=text)
    for stack in enforced_account.stacks():
        plan = enforced_account.planned(stack)
        (tmp_path / f"{stack}.json").write_text(json.dumps(plan), encoding="utf-8")
    enforced_account.apply("backend")
    seen = dict(texts(enforced_account, tmp_path))
    assert len(seen) > 15
    for canary in canaries.values():
        assert [where for where, text in seen.items() if canary in text] == []
