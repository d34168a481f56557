"""Say that a deployed image is in use: the last step of a deployment, after the service is stable on it."""

import argparse
import os

from tools.delivery.published import AwsClients, PublishedImage
from tools.delivery.report import run, summarize
from tools.delivery.service import Service
from tools.delivery.settings import Backend, Variables, client, require_ci_or_local


def record(reference: str, *, variables: Variables) -> None:
    """Record *reference*, and wait until its tasks run: with the first image ever, this is what starts them."""
    backend = Backend.read(variables)
    minimum = PublishedImage(AwsClients.of(backend.region), backend).record(reference)
    running = Service(client("ecs", backend.region), backend).wait_running(minimum)
    summarize("Backend deployed", {"image": reference, "service": backend.service, "running tasks": str(running)})


def main() -> None:
    """Read the command line and record."""
    parser = argparse.ArgumentParser(prog="record_image", description=__doc__.partition("\n")[0])
    parser.add_argument("image", help="reference of the image, by its commit's tag")
    arguments = parser.parse_args()
    require_ci_or_local(os.environ)
    record(arguments.image, variables=os.environ)


if __name__ == "__main__":
    run(main)
