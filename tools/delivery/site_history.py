"""Which releases of the site there were: the versions of its page, each with the commit that it came from."""

from typing import Any

from tools.delivery.settings import DeliveryError
from tools.delivery.site import COMMIT, PAGE, Release

MOST_RELEASES = 200


class SiteHistory:
    """The releases that the bucket still has. S3 keeps versions, and the write of the page *is* the release."""

    def __init__(self, s3: Any, bucket: str) -> None:  # noqa: ANN401 - boto3 client
        self._s3 = s3
        self._bucket = bucket

    def current(self) -> Release | None:
        """Return the release that browsers see, or None before the first publish."""
        releases = self._releases()
        return releases[-1] if releases else None

    def previous(self) -> Release:
        """Return the release before the current one was published for the first time.

        For the first time: after a rollback, another one goes further back and not forth again.

        Raises:
            DeliveryError: There is none.
        """
        releases = self._releases()
        if not releases:
            raise DeliveryError(f"s3://{self._bucket} has no {PAGE}; publish the site: run deploy-frontend.yml")
        commits = [release.commit for release in releases]
        first = commits.index(commits[-1])
        if first == 0:
            raise DeliveryError(f"{commits[-1]} has no release before it; publish an older commit instead")
        return self.of_commit(commits[first - 1])

    def of_commit(self, commit: str) -> Release:
        """Return the newest release of *commit*.

        Raises:
            DeliveryError: None is left.
        """
        found = [release for release in self._releases() if release.commit == commit]
        if not found:
            known = ", ".join(dict.fromkeys(release.commit for release in reversed(self._releases()))) or "none"
            raise DeliveryError(f"s3://{self._bucket} has no release of {commit!r}; it has {known}")
        return found[-1]

    def _releases(self) -> list[Release]:
        """Return all releases, oldest first."""
        answer = self._s3.list_object_versions(Bucket=self._bucket, Prefix=PAGE, MaxKeys=MOST_RELEASES)
        versions = [item for item in answer.get("Versions", []) if item["Key"] == PAGE]
        releases = []
        for item in reversed(versions):  # S3 lists the newest first
            head = self._s3.head_object(Bucket=self._bucket, Key=PAGE, VersionId=item["VersionId"])
            commit = head["Metadata"].get(COMMIT, item["VersionId"])
            releases.append(Release(commit=commit, version=item["VersionId"], time=item["LastModified"]))
        return releases
