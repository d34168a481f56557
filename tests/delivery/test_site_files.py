"""The site's files on a bucket with versions: order, caching, what stays for open pages, and going back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.local_account import LocalAccount
from tools.delivery.settings import DeliveryError
from tools.delivery.site import FOREVER, KEEP_DAYS, NEVER, REVALIDATED, SiteFiles, cache_control, collect
from tools.delivery.site_history import SiteHistory

BUCKET = "a-site"
PAGE = "index.html"


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAccount]:
    """A local AWS of this module's own."""
    account = LocalAccount.start(tmp_path_factory.mktemp("site-account"))
    yield account
    account.stop()


@pytest.fixture
def s3(account: LocalAccount) -> Iterator[Any]:
    """S3 with an empty bucket that keeps versions."""
    s3 = account.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    yield s3
    listed = s3.list_object_versions(Bucket=BUCKET)
    for item in [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]:
        s3.delete_object(Bucket=BUCKET, Key=item["Key"], VersionId=item["VersionId"])
    s3.delete_bucket(Bucket=BUCKET)


class Recorder:
    """S3 that remembers the order of what changes it."""

    def __init__(self, s3: Any) -> None:
        self.inner, self.changes = s3, list[tuple[str, str]]()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.inner, name)

        def called(**asked: Any) -> Any:
            if name in ("put_object", "copy_object", "delete_object"):
                self.changes.append((name, asked["Key"]))
            return method(**asked)

        return method if name == "get_paginator" else called


def _site(directory: Path, text: str, *scripts: str) -> dict[str, Path]:
    for name in ("css/a.css", *(f"js/{script}.js" for script in scripts), PAGE):
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text} {name}")
    return collect(directory)


def _text(s3: Any, key: str) -> str:
    return str(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode())


@pytest.mark.local_aws
def test_the_page_is_written_last_and_old_files_go_after_that(s3: Any, tmp_path: Path) -> None:
    """Files come first, then the page; only then is anything deleted."""
    SiteFiles(s3, BUCKET).publish(_site(tmp_path / "1", "one", "x", "y"), commit="1")
    recorder = Recorder(s3)
    SiteFiles(recorder, BUCKET, keep=timedelta(0)).publish(_site(tmp_path / "2", "two", "x"), commit="2")
    changes = recorder.changes
    assert set(changes[:2]) == {("put_object", "css/a.css"), ("put_object", "js/x.js")}
    assert changes[2:] == [("put_object", PAGE), ("delete_object", "js/y.js")]


@pytest.mark.local_aws
def test_an_open_page_keeps_its_files_for_a_week(s3: Any, tmp_path: Path) -> None:
    """What a release no longer has stays for a week after its replacement, and goes with the next publish then."""
    begin = datetime.now(UTC)
    SiteFiles(s3, BUCKET).publish(_site(tmp_path / "1", "one", "old"), commit="1")
    for days, commit, there in ((0, "2", True), (KEEP_DAYS - 1, "3", True), (KEEP_DAYS + 1, "4", False)):
        later = begin + timedelta(days=days, minutes=1)
        files = SiteFiles(s3, BUCKET, now=lambda later=later: later)  # type: ignore[misc]
        files.publish(_site(tmp_path / "2", commit, "new"), commit=commit)
        assert ("js/old.js" in files.keys()) is there, days  # noqa: SIM118 - a method of ours


@pytest.mark.local_aws
def test_a_file_that_returns_is_in_use_again(s3: Any, tmp_path: Path) -> None:
    """A file that one release left out and the next has again loses its mark."""
    for commit, scripts in (("1", "ab"), ("2", "b"), ("3", "ab")):
        SiteFiles(s3, BUCKET).publish(_site(tmp_path / commit, commit, *scripts), commit=commit)
        tags = s3.get_object_tagging(Bucket=BUCKET, Key="js/a.js")["TagSet"]
        assert [tag["Key"] for tag in tags] == (["superseded-at"] if commit == "2" else [])


@pytest.mark.local_aws
def test_going_back_restores_the_files_as_they_were(s3: Any, tmp_path: Path) -> None:
    """The release before comes back whole: changed files, missing ones, and what came later is marked as old."""
    SiteFiles(s3, BUCKET).publish(_site(tmp_path / "1", "one", "a", "b"), commit="1")
    SiteFiles(s3, BUCKET, keep=timedelta(0)).publish(_site(tmp_path / "2", "two", "a", "c"), commit="2")
    history = SiteHistory(s3, BUCKET)
    SiteFiles(s3, BUCKET).restore(history.previous())
    assert {key: _text(s3, key) for key in (PAGE, "js/a.js", "js/b.js", "css/a.css")} == {
        key: f"one {key}" for key in (PAGE, "js/a.js", "js/b.js", "css/a.css")
    }
    head = s3.head_object(Bucket=BUCKET, Key=PAGE)
    assert (head["CacheControl"], head["Metadata"]) == (NEVER, {"commit": "1"})
    assert s3.get_object_tagging(Bucket=BUCKET, Key="js/c.js")["TagSet"]
    current = history.current()
    assert current is not None
    assert current.commit == "1"


@pytest.mark.local_aws
def test_going_back_twice_goes_further_back(s3: Any, tmp_path: Path) -> None:
    """From the third release back to the second, then to the first, then nowhere; by name to any."""
    history = SiteHistory(s3, BUCKET)
    with pytest.raises(DeliveryError, match=r"has no index\.html"):
        history.previous()
    for commit in "123":
        SiteFiles(s3, BUCKET).publish(_site(tmp_path / commit, commit, "a"), commit=commit)
    for commit in "21":
        SiteFiles(s3, BUCKET).restore(history.previous())
        assert _text(s3, PAGE) == f"{commit} {PAGE}"
    with pytest.raises(DeliveryError, match="no release before"):
        history.previous()
    SiteFiles(s3, BUCKET).restore(history.of_commit("3"))
    assert _text(s3, "js/a.js") == "3 js/a.js"
    with pytest.raises(DeliveryError, match=r"no release of '9'; it has 3, 1, 2"):
        history.of_commit("9")


def test_only_the_sites_files_are_published(tmp_path: Path) -> None:
    """The page and the three directories; no source, no secret, nothing beside them."""
    _site(tmp_path, "x", "deep/er")
    for name in (".env", "server.js", "lib/a.js", "node_modules/a/js/a.js", "other.html"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("no")
    assert set(collect(tmp_path)) == {PAGE, "css/a.css", "js/deep/er.js"}


def test_a_link_out_of_the_directory_is_refused(tmp_path: Path) -> None:
    """A link to a file elsewhere on the machine is not followed."""
    (tmp_path / "secret").write_text("key")
    site = tmp_path / "site"
    _site(site, "x")
    (site / "js").mkdir()
    (site / "js" / "a.js").symlink_to(tmp_path / "secret")
    with pytest.raises(DeliveryError, match=r"js/a\.js is a link out of"):
        collect(site)


def test_a_directory_without_a_page_is_refused(tmp_path: Path) -> None:
    """Publishing the wrong directory would delete the site; it is refused first."""
    with pytest.raises(DeliveryError, match=r"has no index\.html"):
        collect(tmp_path)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (PAGE, NEVER),
        ("js/app-3f2a9bc1.js", FOREVER),
        ("css/base.0a1b2c3d4e5f.min.css", FOREVER),
        ("assets/index-BxK3a9_d.js", FOREVER),
        ("js/app.js", REVALIDATED),
        ("js/dashboard-renderer.js", REVALIDATED),
        ("js/chart-v2rendering.js", REVALIDATED),
        ("assets/report-20260101.pdf", REVALIDATED),
        ("assets/deadbeef.png", REVALIDATED),
    ],
)
def test_only_what_cannot_change_is_kept_by_browsers(key: str, expected: str) -> None:
    """A name with a hash of its content is kept for a year; all else is asked for again, and the page each time."""
    assert cache_control(key) == expected
