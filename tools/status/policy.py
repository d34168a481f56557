"""The rights that a look needs: reading, and nothing else."""

from typing import Any

from stacks.environment import Environment


def read_only_policy(environment: Environment) -> dict[str, Any]:
    """Return the IAM policy for ``python -m tools.status`` on *environment*.

    The account's place in the ARNs is ``*``: a policy works in its own account only, and no number needs editing.
    """
    prefix, region = environment.prefix, environment.region
    cluster = f"{prefix}-cluster"

    def arn(service: str, resource: str, *, where: str = region) -> str:
        return f"arn:aws:{service}:{where}:*:{resource}"

    return {
        "Version": "2012-10-17",
        "Statement": [
            _statement(
                "Services",
                ["ecs:DescribeServices", "ecs:DescribeTasks", "ecs:ListServices", "ecs:ListTasks"],
                [arn("ecs", f"{kind}/{cluster}{rest}") for kind, rest in _ECS],
            ),
            # no resource-level permissions (Service Authorization Reference); alarms are asked for by prefix, so all
            # of them are meant
            _statement(
                "ReadWithoutResource",
                [
                    "cloudfront:ListDistributions",
                    "cloudwatch:DescribeAlarms",
                    "ecs:DescribeTaskDefinition",
                    "elasticloadbalancing:DescribeTargetGroups",
                    "elasticloadbalancing:DescribeTargetHealth",
                ],
                ["*"],
            ),
            {
                **_statement("ListInCluster", ["ecs:ListServices", "ecs:ListTasks"], ["*"]),
                "Condition": {"ArnLike": {"ecs:cluster": arn("ecs", f"cluster/{cluster}")}},
            },
            _statement(
                "Invalidations", ["cloudfront:ListInvalidations"], [arn("cloudfront", "distribution/*", where="")]
            ),
            _statement("DeliveredImage", ["ssm:GetParameter"], [arn("ssm", f"parameter/{prefix}/*/image")]),
        ],
    }


_ECS = (("cluster", ""), ("service", "/*"), ("task", "/*"), ("container-instance", "/*"))


def _statement(sid: str, actions: list[str], resources: list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}
