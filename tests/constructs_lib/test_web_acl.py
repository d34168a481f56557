from typing import Any

import pytest
from cdktf import TerraformStack

from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.web_acl import COMMON, WebAcl
from tests.support.template import Template, contains, new_stack


def _acl(stack: TerraformStack, **arguments: Any) -> WebAcl:
    key = EncryptionKey(stack, "Key", alias="k", description="d")
    defaults: dict[str, Any] = {"name": "shop", "key": key}
    return WebAcl(stack, "WebAcl", **defaults | arguments)


def _rules(**arguments: Any) -> list[dict[str, Any]]:
    acl = Template.build(lambda stack: _acl(stack, **arguments)).only("aws_wafv2_web_acl")
    return sorted(acl["rule"], key=lambda rule: rule["priority"])


def test_a_flood_from_one_address_is_blocked_first() -> None:
    """The first rule blocks an address beyond the limit in five minutes."""
    first = _rules(rate_limit_per_5_minutes=500)[0]
    assert contains(
        first,
        {
            "action": {"block": {}},
            "statement": {
                "rate_based_statement": {
                    "limit": 500,
                    "aggregate_key_type": "IP",
                    "evaluation_window_sec": 300,
                }
            },
        },
    )


def test_managed_groups_block_in_order() -> None:
    """The groups for any site act as AWS says, reputation first; anonymous addresses are only counted."""
    groups = [
        (rule["statement"]["managed_rule_group_statement"]["name"], *rule["override_action"]) for rule in _rules()[1:]
    ]
    assert groups == [
        ("AWSManagedRulesAmazonIpReputationList", "none"),
        ("AWSManagedRulesKnownBadInputsRuleSet", "none"),
        ("AWSManagedRulesCommonRuleSet", "none"),
        ("AWSManagedRulesAnonymousIpList", "count"),
    ]


def test_groups_are_chosen_by_name() -> None:
    """A team that wants one group gets one group."""
    assert [rule["name"] for rule in _rules(managed_groups=[COMMON], counted_groups=[])] == ["RateLimit", COMMON]


def test_every_rule_is_counted_and_sampled() -> None:
    """A rule without metrics can't be tuned; each has its own."""
    metrics = [rule["visibility_config"] for rule in _rules()]
    assert all(metric["cloudwatch_metrics_enabled"] and metric["sampled_requests_enabled"] for metric in metrics)
    assert len({metric["metric_name"] for metric in metrics}) == len(metrics)


def test_requests_are_logged_without_credentials() -> None:
    """The log goes to an encrypted group with WAF's prefix, and leaves out authorization and cookies."""
    template = Template.build(_acl)
    logging = template.only("aws_wafv2_web_acl_logging_configuration")
    assert logging["log_destination_configs"] == [f"${{{template.address('aws_cloudwatch_log_group')}.arn}}"]
    redacted = [field["single_header"]["name"] for field in logging["redacted_fields"]]
    assert redacted == ["authorization", "cookie"]
    group = template.only("aws_cloudwatch_log_group")
    assert group["name"] == "aws-waf-logs-shop"
    assert "aws_kms_key" in group["kms_key_id"]


def test_a_web_acl_for_cloudfront_lives_in_us_east_1() -> None:
    """Elsewhere it is refused, while one for a load balancer is not."""
    with pytest.raises(ValueError, match="us-east-1"):
        _acl(new_stack(region="eu-west-1"))
    assert _acl(new_stack(region="eu-west-1"), applies_to="REGIONAL").name == "shop"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rate_limit_per_5_minutes": 9}, "rate_limit_per_5_minutes=9"),
        ({"name": "shop acl"}, "web ACL name"),
        ({"log_retention_days": 2}, "retention_days=2"),
    ],
)
def test_wrong_arguments_of_a_web_acl_are_refused(arguments: dict[str, Any], message: str) -> None:
    """What WAF or CloudWatch refuses is refused here first."""
    with pytest.raises(ValueError, match=message):
        _acl(new_stack(), **arguments)
