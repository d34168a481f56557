"""Bring back what was published before: an image of the backend, or a release of the site.

``python -m tools.delivery.rollback backend`` deploys the image before the current one, ``--commit SHA`` a named one,
``--in-use`` the recorded one once more (after a deployment that failed). ``frontend`` restores the files as they were.
Either way the record follows, so that Terraform sees no drift.
"""

import argparse
import os

from tools.delivery.publish_frontend import finish
from tools.delivery.published import AwsClients, PublishedImage
from tools.delivery.report import run, say, summarize
from tools.delivery.service import Service
from tools.delivery.settings import Backend, DeliveryError, Site, Variables, client, require_ci_or_local
from tools.delivery.site import SiteFiles
from tools.delivery.site_history import SiteHistory


def bring_back_image(*, commit: str | None, in_use: bool, variables: Variables) -> None:
    """Deploy and record the image before the current one, that of *commit*, or the recorded one again."""
    backend = Backend.read(variables)
    published = PublishedImage(AwsClients.of(backend.region), backend)
    current = published.current()
    if current is None:
        if in_use:
            say("no image was ever in use; there is nothing to bring back")
            return
        raise DeliveryError("no image was ever published; publish one: run deploy-backend.yml")
    reference = current if in_use else published.of_commit(commit) if commit else published.previous()
    published.of_commit(reference.rpartition(":")[2])  # it may have expired
    service = Service(client("ecs", backend.region), backend)
    service.deploy(reference)
    service.wait_running(published.record(reference))
    summarize("Backend brought back", {"from": current, "to": reference})


def bring_back_site(*, commit: str | None, variables: Variables) -> None:
    """Restore the release before the current one, or that of *commit*."""
    site = Site.read(variables)
    s3 = client("s3", site.region)
    history = SiteHistory(s3, site.bucket)
    release = history.of_commit(commit) if commit else history.previous()
    SiteFiles(s3, site.bucket).restore(release)
    finish(site, variables=variables)
    summarize("Site brought back", {"to": release.commit, "published": f"{release.time:%Y-%m-%d %H:%M:%S %Z}"})


def main() -> None:
    """Read the command line and bring back."""
    parser = argparse.ArgumentParser(prog="rollback", description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=("backend", "frontend"))
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--commit", help="commit to bring back (default: the one before)")
    which.add_argument("--in-use", action="store_true", help="backend: the recorded image once more")
    arguments = parser.parse_args()
    require_ci_or_local(os.environ)
    if arguments.what == "backend":
        bring_back_image(commit=arguments.commit or None, in_use=arguments.in_use, variables=os.environ)
    else:
        bring_back_site(commit=arguments.commit or None, variables=os.environ)


if __name__ == "__main__":
    run(main)
