"""``python -m tools.rotate``: change one value of a secret, and restart who uses it, without downtime.

The new value must be valid already where it is checked, and the old one still: the two overlap while the services
restart. The steps around this command: docs/security.md, "Rotation without downtime".
"""

import argparse
import getpass
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import boto3

CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"
LONGEST_SECONDS = 1200


class RotationError(RuntimeError):
    """The rotation stopped; the message says where, and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rotation:
    """A secret and the services that read it when their tasks start.

    Attributes:
        secret: Name of the secret.
        cluster: Cluster of the services.
        services: Names of the services.
        pause_seconds: From one look at a restart to the next.
    """

    secret: str
    cluster: str
    services: tuple[str, ...]
    pause_seconds: float = 10
    region: str = "us-east-1"

    def change(self, key: str, value: str) -> None:
        """Write *value* for *key*, leave the other keys as they are, and restart the services.

        Raises:
            RotationError: The secret has no such key, has the value already, or a restart failed.
        """
        document = json.loads(self._manager().get_secret_value(SecretId=self.secret)["SecretString"])
        if key not in document:
            raise RotationError(f"{self.secret} has no key {key!r}; it has {', '.join(document)}")
        if document[key] == value:
            raise RotationError(f"{self.secret} has this value for {key!r} already; make a new one first")
        self._manager().put_secret_value(SecretId=self.secret, SecretString=json.dumps(document | {key: value}))
        self.restart()

    def back(self) -> None:
        """Make the previous version current again, and restart the services."""
        versions = self._versions()
        if PREVIOUS not in versions:
            raise RotationError(f"{self.secret} has no previous version to go back to")
        self._manager().update_secret_version_stage(
            SecretId=self.secret,
            VersionStage=CURRENT,
            MoveToVersionId=versions[PREVIOUS],
            RemoveFromVersionId=versions[CURRENT],
        )
        self.restart()

    def retire(self) -> None:
        """Take the previous version's label away: nothing finds it any more, and Secrets Manager removes it."""
        versions = self._versions()
        if PREVIOUS in versions:
            self._manager().update_secret_version_stage(
                SecretId=self.secret, VersionStage=PREVIOUS, RemoveFromVersionId=versions[PREVIOUS]
            )

    def restart(self, say: Callable[[str], None] = print) -> None:
        """Replace the tasks of each service, new ones first, and wait until only those are left.

        Raises:
            RotationError: A restart failed or took too long.
        """
        ecs = self._client("ecs")
        for name in self.services:
            ecs.update_service(cluster=self.cluster, service=name, forceNewDeployment=True)
        for name in self.services:
            deadline = time.monotonic() + LONGEST_SECONDS
            while not _settled(ecs.describe_services(cluster=self.cluster, services=[name])["services"][0], name):
                if time.monotonic() > deadline:
                    raise RotationError(f"{name} is not stable after {LONGEST_SECONDS} s; look, then: --back")
                time.sleep(self.pause_seconds)
            say(f"{name} runs with the new value")

    def _versions(self) -> dict[str, str]:
        stages = self._manager().describe_secret(SecretId=self.secret)["VersionIdsToStages"]
        return {stage: version for version, labels in stages.items() for stage in labels}

    def _manager(self) -> Any:  # noqa: ANN401 - boto3 has no types
        return self._client("secretsmanager")

    def _client(self, service: str) -> Any:  # noqa: ANN401
        return boto3.client(service, region_name=self.region)


def _settled(service: dict[str, Any], name: str) -> bool:
    deployments = service["deployments"]
    if any(deployment.get("rolloutState") == "FAILED" for deployment in deployments):
        raise RotationError(f"{name} did not start with the new value and went back to its old tasks; use --back")
    return len(deployments) == 1 and service["runningCount"] == service["desiredCount"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one step and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.rotate", description=__doc__)
    parser.add_argument("secret", help="name of the secret, such as edgemind/influxdb")
    step = parser.add_mutually_exclusive_group(required=True)
    step.add_argument("--key", help="key whose value changes; the value is asked for, or read from standard input")
    step.add_argument("--back", action="store_true", help="make the previous version current again")
    step.add_argument("--retire", action="store_true", help="take the previous version out of reach")
    parser.add_argument("--service", action="append", default=[], help="service that reads it; once for each")
    parser.add_argument("--cluster", default="edgemind-prod-cluster", help="their cluster")
    options = parser.parse_args(arguments)
    rotation = Rotation(secret=options.secret, cluster=options.cluster, services=tuple(options.service))
    try:
        if options.retire:
            rotation.retire()
        elif options.back:
            rotation.back()
        else:
            rotation.change(options.key, _value(options.key))
    except RotationError as error:
        print(f"rotate: {error}", file=sys.stderr)
        return 1
    return 0


def _value(key: str) -> str:
    value = getpass.getpass(f"new value of {key}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if not value:
        raise RotationError(f"no value for {key!r}; type or pipe one")
    return value


if __name__ == "__main__":
    sys.exit(main())
