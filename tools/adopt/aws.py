"""The account that is looked into; read only."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import boto3
from botocore.exceptions import ClientError

Json = dict[str, Any]
# how services say that there is no such thing; ECS says only "ClientException"
_ABSENT = ("NotFound", "NoSuch", "404", "ClientException", "DoesNotExist")


class Account:
    """An AWS account in one region, through the credentials of the environment."""

    def __init__(self, region: str | None = None, client: Callable[[str], Any] | None = None) -> None:
        self._client = cache(client or (lambda service: boto3.client(service, region_name=region)))

    @property
    def id(self) -> str:
        """The account's number."""
        return str(self._client("sts").get_caller_identity()["Account"])

    def ask(self, service: str, operation: str, **arguments: object) -> Json:
        """Return the answer to one request; nothing when AWS says that there is no such thing."""
        try:
            answer: Json = getattr(self._client(service), operation)(**arguments)
        except ClientError as error:
            if any(word in error.response["Error"]["Code"] for word in _ABSENT):
                return {}
            raise
        return answer

    def each(self, service: str, operation: str, items: str, **arguments: object) -> Iterator[Any]:
        """Yield what is below *items* (``Keys``, ``DistributionList.Items``) on every page of the answer."""
        client = self._client(service)
        pages = (
            client.get_paginator(operation).paginate(**arguments)
            if client.can_paginate(operation)
            else [self.ask(service, operation, **arguments)]
        )
        for page in pages:
            found: Any = page
            for key in items.split("."):
                found = (found or {}).get(key)
            yield from found or ()

    def tagged_in_ec2(self, key: str, value: str, kind: str | None = None) -> dict[str, dict[str, str]]:
        """Return the tags of what EC2 holds with this tag, by id."""
        filters = [{"Name": "key", "Values": [key]}, {"Name": "value", "Values": [value]}]
        filters += [{"Name": "resource-type", "Values": [kind]}] if kind else []
        ids = [found["ResourceId"] for found in self.each("ec2", "describe_tags", "Tags", Filters=filters)]
        tags: dict[str, dict[str, str]] = {found: {} for found in ids}
        if ids:
            every = [{"Name": "resource-id", "Values": ids}]
            for found in self.each("ec2", "describe_tags", "Tags", Filters=every):
                tags[found["ResourceId"]][found["Key"]] = found["Value"]
        return tags
