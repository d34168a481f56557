"""Limits that AWS puts on names, checked before anything is synthesized."""

import re
from typing import Final, NamedTuple


class NameRule(NamedTuple):
    """What one AWS service accepts as a name.

    Attributes:
        max_length: Most characters that AWS accepts.
        pattern: Regular expression that the whole name must match.
        allowed: The pattern in words, for error messages.
        source: Title of the AWS page that states the rule.
    """

    max_length: int
    pattern: str
    allowed: str
    source: str


_HYPHENATED: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"

RULES: Final[dict[str, NameRule]] = {
    "load balancer": NameRule(
        32, rf"(?!internal-){_HYPHENATED}", "letters, digits and inner hyphens", "ELB: CreateLoadBalancer"
    ),
    "target group": NameRule(32, _HYPHENATED, "letters, digits and inner hyphens", "ELB: CreateTargetGroup"),
    "S3 bucket": NameRule(
        63,
        r"[a-z0-9][a-z0-9-]+[a-z0-9]",
        "lower-case letters, digits and inner hyphens",
        "S3: Bucket naming rules",
    ),
    "IAM role": NameRule(64, r"[\w+=,.@-]+", "letters, digits and +=,.@_-", "IAM: IAM and STS quotas"),
    "ECS name": NameRule(255, r"[A-Za-z0-9_-]+", "letters, digits, _ and -", "ECS: CreateService"),
    "ECR repository": NameRule(
        256,
        r"[a-z0-9]+(?:[._/-][a-z0-9]+)*",
        "lower-case letters, digits and ._/- between them",
        "ECR: CreateRepository",
    ),
    "EFS token": NameRule(64, r".+", "any characters", "EFS: CreateFileSystem"),
    "backup vault": NameRule(50, r"[A-Za-z0-9_-]{2,}", "letters, digits, _ and -", "AWS Backup: CreateBackupVault"),
    "security group": NameRule(
        255,
        r"(?!sg-)[A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*-]+",
        "letters, digits and ._-:/()#,@[]+=&;{}!$*",
        "EC2: CreateSecurityGroup",
    ),
    "CloudFront name": NameRule(64, r"[A-Za-z0-9_-]+", "letters, digits, _ and -", "CloudFront: Quotas"),
    "secret": NameRule(512, r"[\w/+=.@-]+", "letters, digits and /_+=.@-", "Secrets Manager: CreateSecret"),
    "log delivery": NameRule(60, r"[A-Za-z0-9_-]+", "letters, digits, _ and -", "CloudWatch Logs: PutDeliverySource"),
    "web ACL": NameRule(128, r"[A-Za-z0-9_-]+", "letters, digits, _ and -", "WAF: CreateWebACL"),
    "DNS domain": NameRule(
        253,
        r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]",
        "lower-case labels of letters, digits and inner hyphens, joined by dots",
        "Route 53: DNS domain name format",
    ),
    "log group": NameRule(512, r"[\w./#-]+", "letters, digits and ._-/#", "CloudWatch Logs: CreateLogGroup"),
}


def checked_name(kind: str, name: str) -> str:
    """Return *name* if AWS accepts it for a resource of this *kind*.

    Raises:
        ValueError: The name is too long or has a character that the service refuses.
    """
    rule = RULES[kind]
    if len(name) > rule.max_length:
        raise ValueError(
            f"{kind} name {name!r} has {len(name)} characters, AWS allows {rule.max_length} "
            f"({rule.source}); shorten the prefix or the role in it"
        )
    if not re.fullmatch(rule.pattern, name):
        raise ValueError(f"{kind} name {name!r} is not a name that AWS accepts: use {rule.allowed} ({rule.source})")
    return name
