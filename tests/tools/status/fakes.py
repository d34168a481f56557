"""Answers of AWS for tests of the status tool."""

from collections.abc import Iterator
from typing import Any

from tools.status.target import Target

Json = dict[str, Any]
SITE = "shop.example.com"


class _Pages:
    def __init__(self, *pages: Json) -> None:
        self._pages = pages

    def paginate(self, **_: Any) -> "_Pages":
        return self

    def __iter__(self) -> Iterator[Json]:
        return iter(self._pages)

    def search(self, expression: str) -> Iterator[Any]:
        for page in self._pages:
            yield from page[expression.removesuffix("[]")]


class _NotFoundError(Exception):
    """What boto3 raises for a parameter that is not there."""


class FakeAws:
    """One service ``shop-prod-api`` behind a load balancer; each test changes what matters to it."""

    def __init__(self) -> None:
        self.service: Json = {
            "serviceName": "shop-prod-api",
            "status": "ACTIVE",
            "runningCount": 1,
            "desiredCount": 1,
            "taskDefinition": "arn:aws:ecs:us-east-1:1:task-definition/shop-prod-api:7",
            "deployments": [{"rolloutState": "COMPLETED"}],
            "loadBalancers": [{}],
        }
        self.image = "registry.example.com/shop-prod-api:0123abc"
        self.delivered: str | None = self.image
        self.stopped: list[Json] = []
        self.alarms: list[Json] = [{"AlarmName": "shop-prod-api-cpu", "StateValue": "OK"}]
        self.health = ["healthy"]
        self.denied: Exception | None = None

    def target(self) -> Target:
        """Return the environment that these answers are about."""
        return Target(prefix="shop-prod", region="us-east-1", domain=SITE, clients=lambda _: self)

    class exceptions:  # noqa: N801 - boto3's own name
        """Errors of the client."""

        ParameterNotFound = _NotFoundError

    def get_paginator(self, operation: str) -> _Pages:
        """Return the pages of a listing."""
        if self.denied:
            raise self.denied
        pages: dict[str, Json] = {
            "list_services": {"serviceArns": ["arn"]},
            "describe_alarms": {"MetricAlarms": self.alarms},
            "describe_target_groups": {"TargetGroups": [{"TargetGroupName": "shop-prod-api", "TargetGroupArn": "tg"}]},
            "list_distributions": {
                "DistributionList": {
                    "Items": [
                        {
                            "Id": "E1",
                            "Aliases": {"Items": [SITE]},
                            "Enabled": True,
                            "Status": "Deployed",
                            "DomainName": "d1.cloudfront.net",
                        }
                    ]
                }
            },
        }
        return _Pages(pages[operation])

    def describe_services(self, **_: Any) -> Json:
        """Answer ECS: DescribeServices."""
        return {"services": [self.service]}

    def describe_task_definition(self, **_: Any) -> Json:
        """Answer ECS: DescribeTaskDefinition."""
        return {"taskDefinition": {"containerDefinitions": [{"image": self.image}]}}

    def list_tasks(self, **_: Any) -> Json:
        """Answer ECS: ListTasks."""
        return {"taskArns": [task["taskArn"] for task in self.stopped]}

    def describe_tasks(self, **_: Any) -> Json:
        """Answer ECS: DescribeTasks."""
        return {"tasks": self.stopped}

    def get_parameter(self, **_: Any) -> Json:
        """Answer SSM: GetParameter."""
        if self.delivered is None:
            raise self.exceptions.ParameterNotFound
        return {"Parameter": {"Value": self.delivered}}

    def describe_target_health(self, **_: Any) -> Json:
        """Answer ELB: DescribeTargetHealth."""
        return {"TargetHealthDescriptions": [{"TargetHealth": {"State": state}} for state in self.health]}

    def list_invalidations(self, **_: Any) -> Json:
        """Answer CloudFront: ListInvalidations."""
        return {"InvalidationList": {"Items": [{"Id": "I1", "Status": "Completed"}]}}
