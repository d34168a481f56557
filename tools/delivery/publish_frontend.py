"""Publish the site from a directory: files first, the page last, caches cleared, then looked at as a browser would.

``python -m tools.delivery.publish_frontend DIR`` publishes ``index.html``, ``css/``, ``js/`` and ``assets/`` of DIR and
nothing else. The workflow ``deploy-frontend.yml`` runs exactly this.
"""

import argparse
import os
import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tools.delivery import smoke
from tools.delivery.report import run, say, summarize
from tools.delivery.settings import DeliveryError, Site, Variables, client, is_local, require_ci_or_local
from tools.delivery.site import KEEP_DAYS, PAGE, SiteFiles, collect

EVERYTHING = "/*"
WAIT_SECONDS = 900
POLL_SECONDS = 5.0


def publish(directory: Path, *, commit: str, keep: timedelta, variables: Variables) -> None:
    """Publish *directory* as the release of *commit*."""
    site = Site.read(variables)
    files = collect(directory)
    SiteFiles(client("s3", site.region), site.bucket, keep=keep).publish(files, commit=commit)
    count = finish(site, variables=variables, page=files[PAGE].read_bytes())
    summarize(
        "Site published", {"commit": commit, "files": str(len(files)), "bucket": site.bucket, "checked": str(count)}
    )


def finish(site: Site, *, variables: Variables, page: bytes | None = None) -> int:
    """Clear CloudFront's caches, wait for that, and look at the site; return how many files were looked at."""
    site = _located(site, variables)
    invalidate(client("cloudfront", site.region), site.distribution_id)
    if not site.url:
        say("no SITE_URL: the site was not looked at")
        return 0
    return smoke.check(f"{site.url.rstrip('/')}/", host=site.host, page=page)


def invalidate(cloudfront: Any, distribution_id: str, *, poll_seconds: float = POLL_SECONDS) -> None:  # noqa: ANN401
    """Clear everything from CloudFront's caches, and wait until that is done.

    Raises:
        DeliveryError: It was not done in time.
    """
    created = cloudfront.create_invalidation(
        DistributionId=distribution_id,
        InvalidationBatch={
            "Paths": {"Quantity": 1, "Items": [EVERYTHING]},
            "CallerReference": f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}",
        },
    )["Invalidation"]
    deadline = time.monotonic() + WAIT_SECONDS
    while created["Status"] != "Completed":
        if time.monotonic() > deadline:
            raise DeliveryError(f"the invalidation {created['Id']} was not done after {WAIT_SECONDS} s")
        time.sleep(poll_seconds)
        created = cloudfront.get_invalidation(DistributionId=distribution_id, Id=created["Id"])["Invalidation"]
    say(f"{distribution_id}: caches cleared ({EVERYTHING})")


def _located(site: Site, variables: Variables) -> Site:
    if site.distribution_id and (site.url or not is_local(variables)):
        return site
    if not is_local(variables):
        raise DeliveryError("CLOUDFRONT_DISTRIBUTION_ID is not set; it is a secret of the GitHub environment")
    # on a laptop nobody sets secrets: the distribution before the bucket is the one
    listed = client("cloudfront", site.region).list_distributions()["DistributionList"].get("Items", [])
    for found in listed:
        if any(o["DomainName"].startswith(f"{site.bucket}.") for o in found["Origins"]["Items"]):
            host = [*found.get("Aliases", {}).get("Items", []), found["DomainName"]][0]
            return replace(site, distribution_id=found["Id"], url=variables["AWS_ENDPOINT_URL"], host=host)
    raise DeliveryError(f"no distribution serves {site.bucket}; deploy the infrastructure: make local")


def _head(directory: Path) -> str:
    if not directory.is_dir():
        raise DeliveryError(f"{directory} is no directory; name the one with {PAGE}")
    found = subprocess.run(["git", "rev-parse", "HEAD"], cwd=directory, capture_output=True, text=True, check=False)
    # outside of a repository, only the time tells releases apart
    return found.stdout.strip() if found.returncode == 0 else f"local-{datetime.now(UTC):%Y%m%d-%H%M%S}"


def main() -> None:
    """Read the command line and publish."""
    parser = argparse.ArgumentParser(prog="publish_frontend", description=__doc__.partition("\n")[0])
    parser.add_argument("directory", type=Path, help="directory with index.html")
    parser.add_argument("--commit", help="commit that is published (default: that of the directory)")
    parser.add_argument("--keep-days", type=float, default=KEEP_DAYS, help="days that old files stay for open pages")
    arguments = parser.parse_args()
    require_ci_or_local(os.environ)
    publish(
        arguments.directory,
        commit=arguments.commit or _head(arguments.directory),
        keep=timedelta(days=arguments.keep_days),
        variables=os.environ,
    )


if __name__ == "__main__":
    run(main)
