"""The files of the site on S3: published so that no browser ever asks for one that is missing.

Order is everything. Files that pages refer to are there before the page; the page is replaced in one write; what it
no longer refers to stays for those who opened the old page, marked with the time of its replacement, and goes with
the first publish after :data:`KEEP_DAYS`.
"""

import mimetypes
import re
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from tools.delivery.report import say
from tools.delivery.settings import DeliveryError

PAGE: Final = "index.html"
DIRECTORIES: Final = ("assets", "css", "js")
KEEP_DAYS: Final = 7
SUPERSEDED: Final = "superseded-at"
COMMIT: Final = "commit"
# CloudFront keeps everything until it is told otherwise (each publish ends with an invalidation of everything).
# Browsers keep only what can't change under its name; the rest they ask for again, which costs a 304.
FOREVER: Final = "public, max-age=31536000, immutable"
REVALIDATED: Final = "public, max-age=0, s-maxage=31536000, must-revalidate"
NEVER: Final = "no-cache"
# Strict on purpose: a name that is wrongly taken for one stays in browsers for a year
_HEX_HASH = r"(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{8,}"
_BASE64_HASH = r"(?=[^.]*[0-9])(?=[^.]*[A-Z])(?=[^.]*[a-z])[A-Za-z0-9_-]{8}"
_FINGERPRINT = re.compile(rf"[.-](?:{_HEX_HASH}|{_BASE64_HASH})\.[A-Za-z0-9.]+$")
_THREADS = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """One publish, as the page's versions remember it.

    Attributes:
        commit: Commit that was published.
        version: S3 version of the page.
        time: When the page was written, which was the release's last write.
    """

    commit: str
    version: str
    time: datetime


def collect(directory: Path) -> dict[str, Path]:
    """Return the site's files in *directory* by their key: the page and the three directories, nothing else.

    Raises:
        DeliveryError: There is no page, or a link leads out of the directory.
    """
    if not (directory / PAGE).is_file():
        raise DeliveryError(f"{directory} has no {PAGE}; name the directory of the site")
    root = directory.resolve()
    found = {PAGE: directory / PAGE}
    for name in DIRECTORIES:
        for path in sorted((directory / name).rglob("*")):
            if path.is_file():
                found[path.relative_to(directory).as_posix()] = path
    for key, path in found.items():
        if not path.resolve().is_relative_to(root):
            raise DeliveryError(f"{key} is a link out of {directory}; publish a copy of the file instead")
    return found


def cache_control(key: str) -> str:
    """Return how long browsers and CloudFront may keep the file *key*."""
    if key == PAGE:
        return NEVER
    return FOREVER if _FINGERPRINT.search(key) else REVALIDATED


class SiteFiles:
    """The bucket of the site, as its publisher sees it."""

    def __init__(
        self,
        s3: Any,  # noqa: ANN401 - boto3 client
        bucket: str,
        *,
        keep: timedelta = timedelta(days=KEEP_DAYS),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._keep = keep
        self._now = now

    def publish(self, files: dict[str, Path], *, commit: str) -> None:
        """Write *files*, the page last, then mark and delete what is old."""
        started = self._begin()
        assets = [key for key in files if key != PAGE]
        _each(lambda key: self._upload(key, files[key]), assets)
        self._upload(PAGE, files[PAGE], metadata={COMMIT: commit})
        say(f"s3://{self._bucket}: {len(assets)} files, then {PAGE}")
        self._retire(set(files), started)

    def restore(self, release: Release) -> None:
        """Write the files again that were there when *release* was complete, the page last."""
        started = self._begin()
        versions = self._versions_at(release.time)
        if PAGE not in versions:
            raise DeliveryError(f"the files of {release.commit} are gone; publish the commit again instead")
        versions[PAGE] = release.version
        assets = [key for key in versions if key != PAGE]
        _each(lambda key: self._copy(key, versions[key]), assets)
        self._copy(PAGE, release.version)
        say(f"s3://{self._bucket}: {len(assets)} files, then {PAGE}, as of {release.commit}")
        self._retire(set(versions), started)

    def keys(self) -> set[str]:
        """Return the keys of all files that are there now."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket)
        return {str(item["Key"]) for page in pages for item in page.get("Contents", [])}

    def _begin(self) -> datetime:
        """Return the time, in another second than the page's: S3 tells versions apart by the second."""
        pages = self._s3.list_objects_v2(Bucket=self._bucket, Prefix=PAGE).get("Contents", [])
        last = max((item["LastModified"] for item in pages), default=None)
        while last is not None and 0 <= (self._now() - last).total_seconds() < 1:
            time.sleep(0.1)
        return self._now()

    def _upload(self, key: str, path: Path, *, metadata: dict[str, str] | None = None) -> None:
        kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
        self._s3.put_object(
            Bucket=self._bucket,
            Key=key,
            Body=path.read_bytes(),
            ContentType=f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
            CacheControl=cache_control(key),
            Metadata=metadata or {},
        )

    def _copy(self, key: str, version: str) -> None:
        self._s3.copy_object(
            Bucket=self._bucket,
            Key=key,
            CopySource={"Bucket": self._bucket, "Key": key, "VersionId": version},
            MetadataDirective="COPY",
            TaggingDirective="REPLACE",  # with nothing: it is in use again
        )

    def _versions_at(self, moment: datetime) -> dict[str, str]:
        pages = self._s3.get_paginator("list_object_versions").paginate(Bucket=self._bucket)
        newest: dict[str, tuple[datetime, str]] = {}
        for page in pages:
            for item in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                known = newest.get(item["Key"])
                if item["LastModified"] <= moment and (known is None or item["LastModified"] > known[0]):
                    newest[item["Key"]] = (item["LastModified"], item["VersionId"] if "Size" in item else "")
        return {key: version for key, (_, version) in newest.items() if version}

    def _retire(self, wanted: set[str], started: datetime) -> None:
        old = self.keys() - wanted
        gone = [key for key in sorted(old) if self._is_over(key, started)]
        _each(lambda key: self._s3.delete_object(Bucket=self._bucket, Key=key), gone)
        if old:
            say(f"old files: {len(gone)} deleted, {len(old) - len(gone)} kept for open pages ({self._keep.days} days)")

    def _is_over(self, key: str, started: datetime) -> bool:
        tags = {tag["Key"]: tag["Value"] for tag in self._s3.get_object_tagging(Bucket=self._bucket, Key=key)["TagSet"]}
        since = datetime.fromisoformat(tags[SUPERSEDED]) if SUPERSEDED in tags else started
        if SUPERSEDED not in tags and self._keep:
            mark = [{"Key": SUPERSEDED, "Value": f"{started:%Y-%m-%dT%H:%M:%S+00:00}"}]
            self._s3.put_object_tagging(Bucket=self._bucket, Key=key, Tagging={"TagSet": mark})
        return started - since >= self._keep


def _each(do: Callable[[str], object], keys: Iterable[str]) -> None:
    with ThreadPoolExecutor(_THREADS) as pool:
        for _ in pool.map(do, keys):
            pass
