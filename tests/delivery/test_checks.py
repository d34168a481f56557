"""The checks after a delivery, against a small server that answers as a test says."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tools.delivery import health, smoke
from tools.delivery.settings import DeliveryError

HEALTHY = {"status": "online", "mqtt": True, "influxdb": True, "stats": {"messageCount": 7}}


class Site:
    """A server with answers by path; a list is answered one by one, its last for ever."""

    def __init__(self) -> None:
        self.answers: dict[str, list[tuple[int, bytes]]] = {}
        self.hosts: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.hosts.append(self.headers["Host"])
                answers = site.answers.get(self.path, [(404, b"")])
                status, body = answers.pop(0) if len(answers) > 1 else answers[0]
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    thread = threading.Thread(target=site.server.serve_forever, daemon=True)
    thread.start()
    yield site
    site.server.shutdown()
    site.server.server_close()


def _health(site: Site, *answers: tuple[int, object], attempts: int = 5) -> list[float]:
    site.answers["/health"] = [
        (status, body if isinstance(body, bytes) else json.dumps(body).encode()) for status, body in answers
    ]
    slept: list[float] = []
    health.check(f"{site.url}/health", attempts=attempts, sleep=slept.append)
    return slept


def test_health_is_asked_until_everything_is_there(site: Site) -> None:
    """A service that starts, then finds its broker and its database, is healthy in the end."""
    answers = [(502, b""), (200, {**HEALTHY, "mqtt": False}), (200, {**HEALTHY, "influxdb": False}), (200, HEALTHY)]
    assert len(_health(site, *answers)) == 3


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({**HEALTHY, "status": "starting"}, 'status is "starting"'),
        ({**HEALTHY, "mqtt": False}, "mqtt is false"),
        ({**HEALTHY, "influxdb": 1}, "influxdb is 1"),
        ({"status": "online"}, "mqtt is null, influxdb is null"),
        ([], "JSON that is no object"),
        (b"<html>", "no JSON"),
    ],
)
def test_an_unhealthy_service_fails_with_what_is_wrong(site: Site, body: object, told: str) -> None:
    """The last answer's fault is in the message."""
    with pytest.raises(DeliveryError, match=told):
        _health(site, (200, body), attempts=2)


def test_a_server_that_is_not_there_is_unhealthy() -> None:
    """Nobody answering is retried, then told."""
    with pytest.raises(DeliveryError, match="nobody answers"):
        health.check("http://127.0.0.1:1/health", attempts=2, sleep=lambda _: None)


PAGE = b"""<!doctype html>
<link rel="stylesheet" href="css/a.css"><link rel="canonical" href="/elsewhere">
<link rel="icon" href="data:image/svg+xml,x"><link rel="stylesheet" href="https://fonts.example/css">
<script type="module" src="/js/a.js"></script><script>inline()</script><img src="assets/logo.svg">"""


def _answers(site: Site) -> None:
    site.answers = {"/": [(200, PAGE)]} | {
        path: [(200, b"x")] for path in ("/css/a.css", "/js/a.js", "/assets/logo.svg")
    }


def test_the_page_and_its_own_files_are_looked_at(site: Site) -> None:
    """Styles, scripts and images of the site are fetched; other sites and inline parts are not."""
    _answers(site)
    assert smoke.check(f"{site.url}/", host="cdn.example", page=PAGE, sleep=lambda _: None) == 3
    assert set(site.hosts) == {"cdn.example"}


@pytest.mark.parametrize(
    ("path", "answer", "told"),
    [
        ("/", (200, b"old"), "another one than was published"),
        ("/", (403, b""), "the page answers 403"),
        ("/js/a.js", (404, b""), r"/js/a\.js answers 404"),
        ("/css/a.css", (200, b""), r"/css/a\.css answers 200 with 0 bytes"),
    ],
)
def test_a_site_with_a_hole_fails(site: Site, path: str, answer: tuple[int, bytes], told: str) -> None:
    """A stale page, a missing or an empty file is a failure that names it."""
    _answers(site)
    site.answers[path] = [answer]
    with pytest.raises(DeliveryError, match=told):
        smoke.check(f"{site.url}/", page=PAGE, attempts=2, sleep=lambda _: None)


def test_a_cache_that_lags_is_waited_for(site: Site) -> None:
    """The old page right after the invalidation is asked for again."""
    _answers(site)
    site.answers["/"] = [(200, b"old"), (200, PAGE)]
    assert smoke.check(f"{site.url}/", page=PAGE, sleep=lambda _: None) == 3
