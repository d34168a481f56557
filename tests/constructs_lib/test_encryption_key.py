from typing import Any

from constructs_lib.encryption_key import EncryptionKey
from tests.support.template import Template


def _template(**arguments: Any) -> Template:
    return Template.build(lambda stack: EncryptionKey(stack, "Key", alias="shop-data", description="d", **arguments))


def test_it_rotates_and_survives() -> None:
    """The key rotates every year, waits 30 days before it is deleted, and a plan can't delete it."""
    key = _template().only("aws_kms_key")
    assert key["enable_key_rotation"] is True
    assert key["deletion_window_in_days"] == 30
    assert key["lifecycle"]["prevent_destroy"] is True


def test_only_named_services_use_it() -> None:
    """Beside the account's own IAM, exactly the named services are in the policy."""
    policy = _template(services=["sns.amazonaws.com"]).policy("aws_kms_key")
    principals = [s["Principal"] for s in policy["Statement"]]
    assert principals[1:] == [{"Service": "sns.amazonaws.com"}]
    assert principals[0]["AWS"].endswith(":root")


def test_a_service_uses_it_for_this_account_only() -> None:
    """The statement of a service is limited to this account's resources."""
    statement = _template(services=["sns.amazonaws.com"]).policy("aws_kms_key")["Statement"][1]
    assert "aws:SourceAccount" in statement["Condition"]["StringEquals"]


def test_log_groups_are_told_apart_by_the_encryption_context() -> None:
    """CloudWatch Logs may use the key for this account's log groups; it sends no source account."""
    statement = _template(services=["logs.us-east-1.amazonaws.com"]).policy("aws_kms_key")["Statement"][1]
    (arn,) = statement["Condition"]["ArnLike"].values()
    assert arn.startswith("arn:aws:logs:us-east-1:")
    assert arn.endswith(":log-group:*")
