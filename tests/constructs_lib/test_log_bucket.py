from collections.abc import Callable
from typing import Any

import pytest
from cdktf import TerraformOutput, TerraformStack

from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.log_bucket import LogBucket
from constructs_lib.private_bucket import PrivateBucket
from tests.support.template import Template, new_stack


def _logs(use: Callable[[LogBucket], object] = lambda _: None) -> Template:
    return Template.build(lambda stack: use(LogBucket(stack, "Logs", name="shop-logs")))


def _statement(template: Template, sid: str) -> dict[str, Any]:
    statements = template.policy("aws_s3_bucket_policy")["Statement"]
    found = [statement for statement in statements if statement["Sid"] == sid]
    assert len(found) == 1, [statement["Sid"] for statement in statements]
    statement: dict[str, Any] = found[0]
    return statement


def test_a_bucket_is_closed_to_the_public() -> None:
    """All four public access blocks are on, and access control lists are off."""
    template = _logs()
    block = template.only("aws_s3_bucket_public_access_block")
    names = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    assert all(block[name] is True for name in names)
    assert template.only("aws_s3_bucket_ownership_controls")["rule"] == {"object_ownership": "BucketOwnerEnforced"}


def test_plain_http_is_denied() -> None:
    """The policy denies everything that doesn't come over TLS, on the bucket and its objects."""
    deny = _statement(_logs(), "DenyPlainHttp")
    assert (deny["Effect"], deny["Principal"], deny["Action"]) == ("Deny", "*", "s3:*")
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert [arn.endswith("/*") for arn in deny["Resource"]] == [False, True]


def test_nobody_is_allowed_by_default() -> None:
    """Without a link, the policy allows nothing."""
    statements = _logs().policy("aws_s3_bucket_policy")["Statement"]
    assert [statement["Effect"] for statement in statements] == ["Deny"]


def test_logs_expire_and_deleted_ones_stay_restorable() -> None:
    """A log goes after a year, its deleted versions after 30 days more, unfinished uploads after a week."""
    rule = _logs().only("aws_s3_bucket_lifecycle_configuration")["rule"][0]
    assert rule["expiration"] == [{"days": 365}]
    assert rule["noncurrent_version_expiration"] == [{"noncurrent_days": 30}]
    assert rule["abort_incomplete_multipart_upload"] == [{"days_after_initiation": 7}]


def test_logs_are_under_s3s_own_key() -> None:
    """Load balancers deliver to no other encryption, so the log bucket has none."""
    rule = _logs().only("aws_s3_bucket_server_side_encryption_configuration")["rule"][0]
    assert rule["apply_server_side_encryption_by_default"] == {"sse_algorithm": "AES256"}


def test_load_balancers_write_below_their_prefix_and_account() -> None:
    """The delivery service may put objects where load balancers of this account log, and nowhere else."""
    statement = _statement(_logs(lambda bucket: bucket.allow_load_balancer_logs("web")), "LoadBalancerWeb")
    assert statement["Principal"] == {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    assert statement["Action"] == "s3:PutObject"
    assert "/web/AWSLogs/${data.aws_caller_identity." in statement["Resource"]


def test_cloudfront_delivers_for_this_account_only() -> None:
    """Standard logging v2 may put objects, on behalf of this account's delivery sources."""
    statement = _statement(_logs(lambda bucket: bucket.allow_cloudfront_logs()), "CloudFront")
    assert statement["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
    assert statement["Resource"].endswith("/CloudFront/*")
    assert "aws:SourceAccount" in statement["Condition"]["StringEquals"]
    assert statement["Condition"]["ArnLike"]["aws:SourceArn"].endswith(":delivery-source:*")


def test_s3_logs_of_one_named_bucket_only() -> None:
    """S3 may log one bucket's requests below that bucket's prefix."""
    statement = _statement(_logs(lambda bucket: bucket.allow_s3_access_logs("shop-files")), "S3ShopFiles")
    assert statement["Condition"]["ArnLike"] == {"aws:SourceArn": "arn:aws:s3:::shop-files"}
    assert statement["Resource"].endswith("/s3/shop-files/*")


def test_every_link_ends_up_in_the_one_policy() -> None:
    """However many write here, there is one policy, and the same link twice is one statement."""

    def use(bucket: LogBucket) -> None:
        bucket.allow_load_balancer_logs("web")
        bucket.allow_cloudfront_logs()
        bucket.allow_cloudfront_logs()
        bucket.allow_s3_access_logs("shop-files")

    statements = _logs(use).policy("aws_s3_bucket_policy")["Statement"]
    assert len(statements) == 4
    assert len({statement["Sid"] for statement in statements}) == 4


def test_users_of_the_bucket_wait_for_its_policy() -> None:
    """The name to log to comes from the policy, so nothing logs before it may."""
    names: list[str] = []

    def define(stack: TerraformStack) -> None:
        bucket = LogBucket(stack, "Logs", name="shop-logs")
        TerraformOutput(stack, "name", value=bucket.bucket_name)
        names.append(bucket.name)

    template = Template.build(define)
    assert template.document["output"]["name"]["value"].startswith("${aws_s3_bucket_policy.")
    assert names == ["shop-logs"]


@pytest.mark.parametrize("prefix", ["", "/web", "web/", "a/AWSLogs/b", "*"])
def test_a_log_prefix_is_a_plain_name(prefix: str) -> None:
    """A prefix that load balancers refuse, or that would open the whole bucket, isn't synthesized."""
    bucket = LogBucket(new_stack(), "Logs", name="shop-logs")
    with pytest.raises(ValueError, match="log prefix"):
        bucket.allow_load_balancer_logs(prefix)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "Shop_Logs"}, "S3 bucket name"),
        ({"name": "x" * 64}, "64 characters"),
        ({"retention_days": 0}, "retention_days=0"),
    ],
)
def test_wrong_arguments_of_a_log_bucket_are_refused(arguments: dict[str, Any], message: str) -> None:
    """What S3 refuses is refused here first."""
    with pytest.raises(ValueError, match=message):
        LogBucket(new_stack(), "Logs", **{"name": "shop-logs"} | arguments)


def test_files_are_under_a_customer_managed_key_and_never_expire() -> None:
    """A private bucket with a key uses it through a bucket key, and keeps what is current."""

    def define(stack: TerraformStack) -> None:
        key = EncryptionKey(stack, "Key", alias="k", description="d")
        PrivateBucket(stack, "Files", name="shop-files", key=key, old_versions_days=30)

    template = Template.build(define)
    rule = template.only("aws_s3_bucket_server_side_encryption_configuration")["rule"][0]
    assert rule["bucket_key_enabled"] is True
    assert rule["apply_server_side_encryption_by_default"]["sse_algorithm"] == "aws:kms"
    lifecycle = template.only("aws_s3_bucket_lifecycle_configuration")["rule"][0]
    assert lifecycle["expiration"] == [{"expired_object_delete_marker": True}]


@pytest.mark.parametrize(("disposable", "protected"), [(False, True), (True, False)])
def test_a_bucket_is_protected_unless_disposable(disposable: bool, protected: bool) -> None:  # noqa: FBT001
    """Terraform keeps a bucket and its objects until somebody says that they may go."""
    template = Template.build(
        lambda stack: LogBucket(stack, "Logs", name="shop-logs", dangerously_allow_destroy=disposable)
    )
    bucket = template.only("aws_s3_bucket")
    assert (bucket["lifecycle"]["prevent_destroy"], bucket["force_destroy"]) == (protected, disposable)
