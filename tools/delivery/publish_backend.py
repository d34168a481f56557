"""Publish a backend image from this machine: push it, deploy it, say that it is in use.

``python -m tools.delivery.publish_backend IMAGE`` does against the local AWS what ``deploy-backend.yml`` does against
production. IMAGE is an OCI layout (a directory or a tar archive) or, with docker, an image that docker has.
"""

import argparse
import os
import tempfile
from pathlib import Path

from tools.delivery import health
from tools.delivery.oci_layout import open_image
from tools.delivery.published import AwsClients, PublishedImage
from tools.delivery.registry import Registry
from tools.delivery.report import run, say, summarize
from tools.delivery.service import Service
from tools.delivery.settings import Backend, Variables, client, require_ci_or_local


def publish(image: str, *, commit: str | None, variables: Variables) -> str:
    """Push *image*, deploy and record it; return its reference."""
    backend = Backend.read(variables)
    aws = AwsClients.of(backend.region)
    with tempfile.TemporaryDirectory() as scratch:
        layout = open_image(image, Path(scratch))
        tag = commit or layout.image.digest.removeprefix("sha256:")[:40]
        Registry.of_ecr(aws.ecr, backend.repository, variables).push(layout, [tag, "latest"])
    published = PublishedImage(aws, backend)
    reference = published.of_commit(tag)
    service = Service(client("ecs", backend.region), backend)
    service.deploy(reference)
    running = service.wait_running(published.record(reference))
    summarize("Backend published", {"image": reference, "service": backend.service, "running tasks": str(running)})
    return reference


def main() -> None:
    """Read the command line and publish."""
    parser = argparse.ArgumentParser(prog="publish_backend", description=__doc__.partition("\n")[0])
    parser.add_argument("image", help="OCI layout or archive, or an image that docker has")
    parser.add_argument("--commit", help="tag to publish under (default: the image's own digest)")
    parser.add_argument("--health-url", help="/health of the site, checked at the end")
    arguments = parser.parse_args()
    require_ci_or_local(os.environ)
    publish(arguments.image, commit=arguments.commit, variables=os.environ)
    if arguments.health_url:
        health.check(arguments.health_url)
    else:
        say("no --health-url: a local AWS runs no containers, so nothing answers /health")


if __name__ == "__main__":
    run(main)
