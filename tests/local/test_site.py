"""The site as a browser sees it: files and backend through the distribution, and no other way."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from socket import create_connection
from urllib.parse import urlsplit

import pytest
from websockets.sync.client import connect

from tests.support.local_account import LocalAccount
from tests.support.stand_in import HEALTH, backend_stand_in

pytestmark = pytest.mark.local_aws

BUCKET = "edgemind-prod-frontend"
DOMAIN = "edge-mind.concept-reply-sandbox.com"
INDEX = b"<!doctype html><title>EdgeMind</title>"


@pytest.fixture(scope="module")
def site(local_account: LocalAccount) -> Iterator[LocalAccount]:
    """The account with one page published and a stand-in where the backend's task would be."""
    s3, elb = local_account.client("s3"), local_account.client("elbv2")
    s3.put_object(Bucket=BUCKET, Key="index.html", Body=INDEX, ContentType="text/html")
    (group,) = elb.describe_target_groups(Names=["edgemind-prod-backend"])["TargetGroups"]
    with backend_stand_in() as port:
        target = [{"Id": "127.0.0.1", "Port": port}]
        elb.register_targets(TargetGroupArn=group["TargetGroupArn"], Targets=target)
        yield local_account
        elb.deregister_targets(TargetGroupArn=group["TargetGroupArn"], Targets=target)
    for version in s3.list_object_versions(Bucket=BUCKET).get("Versions", []):
        s3.delete_object(Bucket=BUCKET, Key=version["Key"], VersionId=version["VersionId"])


def _get(account: LocalAccount, path: str, *, host: str = DOMAIN, scheme: str = "https") -> HTTPResponse:
    url = urlsplit(account.endpoint)
    connection = HTTPConnection(url.hostname or "127.0.0.1", url.port, timeout=20)
    connection.request("GET", path, headers={"Host": host, "X-Forwarded-Proto": scheme})
    return connection.getresponse()


def test_the_page_comes_with_its_security_headers(site: LocalAccount) -> None:
    """The root is the published page, and tells browsers what they must not do with it."""
    response = _get(site, "/")
    assert response.status == 200
    assert response.read() == INDEX
    assert "max-age=" in (response.headers["Strict-Transport-Security"] or "")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert f"wss://{DOMAIN}" in response.headers["Content-Security-Policy"]


def test_a_deep_link_is_the_page(site: LocalAccount) -> None:
    """A path of the single-page application answers with the page."""
    response = _get(site, "/machines/7")
    assert (response.status, response.read()) == (200, INDEX)


def test_a_missing_file_is_missing(site: LocalAccount) -> None:
    """A file that was never published is not answered with the page."""
    response = _get(site, "/assets/none.js")
    assert response.status in (403, 404)
    assert response.read() != INDEX


def test_plain_http_is_sent_to_https(site: LocalAccount) -> None:
    """A visitor over HTTP is redirected."""
    response = _get(site, "/", scheme="http")
    assert response.status in (301, 302, 307, 308)
    assert response.headers["Location"].startswith("https://")


def test_the_bucket_itself_says_no(site: LocalAccount) -> None:
    """The file that the distribution serves is refused to whoever asks S3 directly."""
    response = _get(site, f"/{BUCKET}/index.html", host=urlsplit(site.endpoint).netloc)
    assert response.status == 403


def test_health_is_the_backends(site: LocalAccount) -> None:
    """`/health` reaches the backend and is never cached."""
    response = _get(site, "/health")
    assert response.status == 200
    assert json.loads(response.read()) == HEALTH


def test_the_api_is_the_backends(site: LocalAccount) -> None:
    """`/api/*` reaches the backend with its path, its query and the name that the visitor typed."""
    answer = json.loads(_get(site, "/api/schema/hierarchy?enterprise=ALL").read())
    assert answer["path"] == "/api/schema/hierarchy"
    assert answer["host"] == DOMAIN


def test_a_websocket_stays_open(site: LocalAccount) -> None:
    """A WebSocket at `/ws` goes through CloudFront and the load balancer to the backend and back."""
    url = urlsplit(site.endpoint)
    headers = {"X-Forwarded-Proto": "https"}
    line = create_connection((url.hostname, url.port), timeout=20)
    with connect(f"ws://{DOMAIN}/ws", sock=line, proxy=None, additional_headers=headers) as browser:
        for word in ("one", "two"):
            browser.send(word)
            assert browser.recv(timeout=10) == f"echo {word}"


def test_the_load_balancer_answers_nothing_else(site: LocalAccount) -> None:
    """A path that no rule routes is a 404 of the load balancer, whatever the backend would say."""
    elb = site.client("elbv2")
    (balancer,) = elb.describe_load_balancers(Names=["edgemind-prod-backend"])["LoadBalancers"]
    (listener,) = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    (default,) = listener["DefaultActions"]
    assert balancer["Scheme"] == "internal"
    assert default["FixedResponseConfig"]["StatusCode"] == "404"
