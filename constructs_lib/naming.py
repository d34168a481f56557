"""Limits that AWS puts on names and descriptions, checked before anything is synthesized."""

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


_QUOTED: Final = 80  # characters of a text that is too long
_EC2_TEXT: Final = r"[A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*-]+"
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
    "ECS": NameRule(255, r"[A-Za-z0-9_-]+", "letters, digits, _ and -", "ECS: CreateService"),
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
        rf"(?!sg-){_EC2_TEXT}",
        "letters, digits and ._-:/()#,@[]+=&;{}!$*",
        "EC2: CreateSecurityGroup",
    ),
    "CloudFront": NameRule(64, r"[A-Za-z0-9_-]+", "letters, digits, _ and -", "CloudFront: Quotas"),
    "secret": NameRule(512, r"[\w/+=.@-]+", "letters, digits and /_+=.@-", "Secrets Manager: CreateSecret"),
    "log delivery": NameRule(60, r"[A-Za-z0-9_-]+", "letters, digits, _ and -", "CloudWatch Logs: PutDeliverySource"),
    "web ACL": NameRule(128, r"[A-Za-z0-9_-]+", "letters, digits, _ and -", "WAF: CreateWebACL"),
    "alarm": NameRule(255, r"[^\x00-\x1f]+", "printable characters, at least one", "CloudWatch: PutMetricAlarm"),
    "metric": NameRule(255, r"[^\x00-\x1f]+", "printable characters, at least one", "CloudWatch: PutMetricAlarm"),
    "metric namespace": NameRule(
        255, r"[^:\x00-\x1f][^\x00-\x1f]*", "printable characters, no colon first", "CloudWatch: PutMetricAlarm"
    ),
    "SNS topic": NameRule(256, r"[A-Za-z0-9_-]+", "letters, digits, _ and -", "SNS: CreateTopic"),
    "KMS alias": NameRule(
        250, r"(?!aws/)[A-Za-z0-9/_-]+", "letters, digits and /_-, not aws/ first", "KMS: CreateAlias"
    ),
    "SSM parameter": NameRule(
        1011,
        r"(?!/(?:aws|ssm)(?:/|$))(?:/[A-Za-z0-9_.-]+){1,15}",
        "levels of letters, digits and _.-, each after a slash, not aws or ssm first",
        "Systems Manager: PutParameter",
    ),
    "DNS domain": NameRule(
        253,
        r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]",
        "lower-case labels of letters, digits and inner hyphens, joined by dots",
        "Route 53: DNS domain name format",
    ),
    "log group": NameRule(512, r"[\w./#-]+", "letters, digits and ._-/#", "CloudWatch Logs: CreateLogGroup"),
}


DESCRIPTIONS: Final[dict[str, NameRule]] = {
    "IAM role": NameRule(1000, r"[\t\n\r\x20-\x7e\xa1-\xff]*", "letters of Western languages", "IAM: CreateRole"),
    "KMS key": NameRule(8192, r"[^\x00]*", "any characters", "KMS: CreateKey"),
    "security group": NameRule(255, _EC2_TEXT, "letters, digits and ._-:/()#,@[]+=&;{}!$*", "EC2: CreateSecurityGroup"),
    "alarm": NameRule(1024, r"[^\x00]*", "any characters", "CloudWatch: PutMetricAlarm"),
}


def checked_name(kind: str, name: str) -> str:
    """Return *name* if AWS accepts it for a resource of this *kind*.

    Raises:
        ValueError: The name is too long or has a character that the service refuses.
    """
    return _checked(kind, "name", name, rule=RULES[kind], shorten="shorten the prefix or the role in it")


def checked_description(kind: str, text: str) -> str:
    """Return *text* if AWS accepts it as the description of a resource of this *kind*.

    Raises:
        ValueError: The text is too long or has a character that the service refuses.
    """
    return _checked(kind, "description", text, rule=DESCRIPTIONS[kind], shorten="say it shorter")


def _checked(kind: str, noun: str, text: str, *, rule: NameRule, shorten: str) -> str:
    if len(text) > rule.max_length:
        raise ValueError(
            f"{kind} {noun} {text[:_QUOTED]!r} has {len(text)} characters, AWS allows {rule.max_length} "
            f"({rule.source}); {shorten}"
        )
    if not re.fullmatch(rule.pattern, text, re.ASCII):
        raise ValueError(f"{kind} {noun} {text!r} is not a {noun} that AWS accepts: use {rule.allowed} ({rule.source})")
    return text
