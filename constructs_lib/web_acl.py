"""A web application firewall in front of a distribution or a load balancer."""

from collections.abc import Sequence
from typing import Final, Literal

from cdktf_cdktf_provider_aws.wafv2_web_acl import (
    Wafv2WebAcl,
    Wafv2WebAclDefaultAction,
    Wafv2WebAclDefaultActionAllow,
    Wafv2WebAclRule,
    Wafv2WebAclRuleAction,
    Wafv2WebAclRuleActionBlock,
    Wafv2WebAclRuleOverrideAction,
    Wafv2WebAclRuleOverrideActionCount,
    Wafv2WebAclRuleOverrideActionNone,
    Wafv2WebAclRuleVisibilityConfig,
    Wafv2WebAclVisibilityConfig,
)
from cdktf_cdktf_provider_aws.wafv2_web_acl_logging_configuration import (
    Wafv2WebAclLoggingConfiguration,
    Wafv2WebAclLoggingConfigurationRedactedFields,
    Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader,
)
from constructs import Construct

from constructs_lib.account import AwsAccount
from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.log_group import LogGroup
from constructs_lib.naming import checked_name

COMMON: Final = "AWSManagedRulesCommonRuleSet"
KNOWN_BAD_INPUTS: Final = "AWSManagedRulesKnownBadInputsRuleSet"
"""Includes the rules against Log4Shell."""
IP_REPUTATION: Final = "AWSManagedRulesAmazonIpReputationList"
ANONYMOUS_IP: Final = "AWSManagedRulesAnonymousIpList"
"""VPNs, proxies and hosting providers, the hosts of build runners among them."""
MANAGED_GROUPS: Final = (IP_REPUTATION, KNOWN_BAD_INPUTS, COMMON)
"""Groups that suit any site, the cheapest verdict first."""

LOG_GROUP_PREFIX: Final = "aws-waf-logs-"
"""WAF writes to log groups with this prefix only (WAF: "Sending logs to a CloudWatch Logs log group")."""

_RATE_LIMITS: Final = range(10, 2_000_000_001)  # WAF: "Rate-based rule high-level settings"
_RATE_WINDOW_SECONDS: Final = 300
_SECRET_HEADERS: Final = ("authorization", "cookie")


class WebAcl(Construct):
    """A WAF web ACL: AWS's managed rule groups and a limit on requests per address, logged and counted.

    What no rule blocks is allowed. The rate limit comes first, so that a flood is cut off before anything
    else is evaluated. Credentials in headers are left out of the log.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        key: EncryptionKey,
        applies_to: Literal["CLOUDFRONT", "REGIONAL"] = "CLOUDFRONT",
        rate_limit_per_5_minutes: int = 2000,
        managed_groups: Sequence[str] = MANAGED_GROUPS,
        counted_groups: Sequence[str] = (ANONYMOUS_IP,),
        log_retention_days: int = 365,
        dangerously_allow_destroy: bool = False,
    ) -> None:
        """Define the web ACL.

        Args:
            scope: Parent construct.
            construct_id: Id below it.
            name: Name of the ACL, its metrics and (after ``aws-waf-logs-``) its log group.
            key: Key that encrypts the log.
            applies_to: ``CLOUDFRONT``, or ``REGIONAL`` for a load balancer.
            rate_limit_per_5_minutes: Requests that one address may make in five minutes before it is blocked.
            managed_groups: Names of AWS's managed rule groups that block, in the order of evaluation.
            counted_groups: Names of groups that are only counted and logged: a block would hit a smoke test that
                runs in a data centre, and visitors behind a VPN.
            log_retention_days: Days that the log is kept.
            dangerously_allow_destroy: Let Terraform delete the log.

        Raises:
            ValueError: A rate limit that WAF refuses, or an ACL for CloudFront outside of us-east-1.
        """
        super().__init__(scope, construct_id)
        _check(name, applies_to=applies_to, rate=rate_limit_per_5_minutes, region=AwsAccount.of(self).region)
        self.name = checked_name("web ACL", name)
        self.resource = Wafv2WebAcl(
            self,
            "Resource",
            name=name,
            scope=applies_to,
            description="Managed rule groups and a request rate limit",
            default_action=Wafv2WebAclDefaultAction(allow=Wafv2WebAclDefaultActionAllow()),
            rule=[
                _rate_rule(name, limit=rate_limit_per_5_minutes, priority=0),
                *_group_rules(name, blocking=managed_groups, counted=counted_groups),
            ],
            visibility_config=Wafv2WebAclVisibilityConfig(
                cloudwatch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
            ),
        )
        self.arn: str = self.resource.arn
        self.log_group = LogGroup(
            self,
            "Log",
            name=LOG_GROUP_PREFIX + name,
            key=key,
            retention_days=log_retention_days,
            dangerously_allow_destroy=dangerously_allow_destroy,
        )
        Wafv2WebAclLoggingConfiguration(
            self,
            "Logging",
            resource_arn=self.arn,
            log_destination_configs=[self.log_group.arn],
            redacted_fields=[
                Wafv2WebAclLoggingConfigurationRedactedFields(
                    single_header=Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader(name=header)
                )
                for header in _SECRET_HEADERS
            ],
        )


def _check(name: str, *, applies_to: str, rate: int, region: str) -> None:
    if rate not in _RATE_LIMITS:
        raise ValueError(
            f"web ACL {name!r}: rate_limit_per_5_minutes={rate}; use {_RATE_LIMITS.start} to {_RATE_LIMITS.stop - 1}"
        )
    if applies_to not in ("CLOUDFRONT", "REGIONAL"):
        raise ValueError(f"web ACL {name!r}: applies_to={applies_to!r}; use CLOUDFRONT or REGIONAL")
    if applies_to == "CLOUDFRONT" and region != "us-east-1":
        raise ValueError(
            f"web ACL {name!r} is for CloudFront, its stack is in {region}; "
            "CloudFront's web ACLs live in us-east-1: put it in a stack of that region"
        )


def _rate_rule(acl: str, *, limit: int, priority: int) -> Wafv2WebAclRule:
    return Wafv2WebAclRule(
        name="RateLimit",
        priority=priority,
        action=Wafv2WebAclRuleAction(block=Wafv2WebAclRuleActionBlock()),
        statement={
            "rate_based_statement": {
                "limit": limit,
                "aggregate_key_type": "IP",
                "evaluation_window_sec": _RATE_WINDOW_SECONDS,
            }
        },
        visibility_config=_visible(f"{acl}-RateLimit"),
    )


def _group_rules(acl: str, *, blocking: Sequence[str], counted: Sequence[str]) -> list[Wafv2WebAclRule]:
    as_they_say = Wafv2WebAclRuleOverrideAction(none=Wafv2WebAclRuleOverrideActionNone())
    count_only = Wafv2WebAclRuleOverrideAction(count=Wafv2WebAclRuleOverrideActionCount())
    groups = [(group, as_they_say) for group in blocking] + [(group, count_only) for group in counted]
    return [
        Wafv2WebAclRule(
            name=group,
            priority=priority,
            override_action=override,
            statement={"managed_rule_group_statement": {"vendor_name": "AWS", "name": group}},
            visibility_config=_visible(f"{acl}-{group}"),
        )
        for priority, (group, override) in enumerate(groups, start=1)
    ]


def _visible(metric: str) -> Wafv2WebAclRuleVisibilityConfig:
    return Wafv2WebAclRuleVisibilityConfig(
        cloudwatch_metrics_enabled=True, metric_name=metric, sampled_requests_enabled=True
    )
