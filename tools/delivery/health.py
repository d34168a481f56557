"""Check /health of the site: online, with its broker and its database. Standard library only.

``python -m tools.delivery.health https://SITE/health`` retries until the service is healthy, or says what is not.
"""

import argparse
import json
import os
import time
from collections.abc import Callable

from tools.delivery import web
from tools.delivery.report import run, say, summarize
from tools.delivery.settings import DeliveryError

EXPECTED = {"status": "online", "mqtt": True, "influxdb": True}
ATTEMPTS = 30
PAUSE_SECONDS = 10.0
HTTP_OK = 200


def check(
    url: str,
    *,
    host: str = "",
    attempts: int = ATTEMPTS,
    pause_seconds: float = PAUSE_SECONDS,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Ask *url* until it says that the service works.

    Raises:
        DeliveryError: It never did; the message has the last answer.
    """
    problem = "it was never asked"
    for attempt in range(1, attempts + 1):
        problem = _problem(url, host)
        if not problem:
            say(f"{url}: healthy")
            return
        say(f"{url}: {problem} (attempt {attempt} of {attempts})")
        if attempt < attempts:
            sleep(pause_seconds)
    raise DeliveryError(f"{url} is not healthy after {attempts} attempts: {problem}")


def _problem(url: str, host: str) -> str:
    try:
        answer = web.get(url, host=host)
    except OSError as error:
        return f"nobody answers ({error})"
    if answer.status != HTTP_OK:
        return f"answers {answer.status}"
    try:
        body = json.loads(answer.body)
    except ValueError:
        return "answers something that is no JSON"
    if not isinstance(body, dict):
        return "answers JSON that is no object"
    found = {name: json.dumps(body.get(name)) for name in EXPECTED}
    return ", ".join(f"{name} is {found[name]}" for name, value in EXPECTED.items() if found[name] != json.dumps(value))


def main() -> None:
    """Read the command line and check."""
    parser = argparse.ArgumentParser(prog="health", description=__doc__.partition("\n")[0])
    parser.add_argument("url", help="address of /health")
    parser.add_argument("--attempts", type=int, default=ATTEMPTS)
    parser.add_argument("--pause-seconds", type=float, default=PAUSE_SECONDS)
    arguments = parser.parse_args()
    check(
        arguments.url,
        host=os.environ.get("SITE_HOST", ""),
        attempts=arguments.attempts,
        pause_seconds=arguments.pause_seconds,
    )
    summarize("Health", {"url": arguments.url, "status": "online", "mqtt": "true", "influxdb": "true"})


if __name__ == "__main__":
    run(main)
