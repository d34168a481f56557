"""One bucket for the access logs of load balancers, distributions and buckets."""

from datetime import date
from typing import Any

from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from constructs import Construct

from constructs_lib.account import AwsAccount
from constructs_lib.exceptions import except_from_check
from constructs_lib.private_bucket import PrivateBucket, check_lifecycle_days

_OLD_VERSIONS_DAYS = 30


class LogBucket(Construct):
    """A private bucket that services write access logs to, and nobody else.

    Encrypted with S3's own keys: load balancers and S3 deliver access logs to nothing else (ELB: "Enable
    access logs for your Application Load Balancer"; S3: "Enabling Amazon S3 server access logging").
    Versioned although a log is written once: whoever deletes or overwrites one leaves a trace for 30 days.
    It keeps no access log of itself, which would grow from its own entries.

    Each ``allow_…`` lets one service write below one prefix, on this account's behalf.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        retention_days: int = 365,
        dangerously_allow_destroy: bool = False,
    ) -> None:
        """Define the bucket.

        Args:
            scope: Parent construct.
            construct_id: Id below it.
            name: Name, unique in all of AWS.
            retention_days: Days after which a log is deleted.
            dangerously_allow_destroy: Let Terraform delete the bucket, logs and all.

        Raises:
            ValueError: A name that S3 refuses, or a retention below a day.
        """
        super().__init__(scope, construct_id)
        check_lifecycle_days("retention_days", retention_days)
        self._bucket = PrivateBucket(
            self,
            "Bucket",
            name=name,
            key=None,
            old_versions_days=_OLD_VERSIONS_DAYS,
            expire_days=retention_days,
            dangerously_allow_destroy=dangerously_allow_destroy,
        )
        except_from_check(
            self._bucket.resource,
            "CKV_AWS_145",
            reason="load balancers deliver access logs to buckets with S3's own keys only",
            expires=date(2027, 11, 30),
        )
        except_from_check(
            self._bucket.resource,
            "CKV_AWS_18",
            reason="an access log of the access logs would grow from its own entries without end",
            expires=date(2027, 11, 30),
            frameworks=("terraform_json",),
        )
        self.name = self._bucket.name
        self.arn: str = self._bucket.arn
        self.policy: S3BucketPolicy = self._bucket.policy
        # through the policy: a service that is told to write here first tries whether it may
        self.bucket_name: str = self.policy.bucket

    def allow_load_balancer_logs(self, prefix: str) -> str:
        """Let load balancers of this account write below *prefix*, and return it.

        The path names the account; the service is not documented to send a condition key that would.
        """
        _check_prefix(prefix)
        account = AwsAccount.of(self)
        self._allow_write(
            sid=f"LoadBalancer{_sid(prefix)}",
            service="logdelivery.elasticloadbalancing.amazonaws.com",
            path=f"{prefix}/AWSLogs/{account.id}/*",
            conditions=None,
        )
        return prefix

    def allow_cloudfront_logs(self) -> str:
        """Let CloudFront's standard logging (v2) deliver here, and return the ARN to deliver to.

        Version 2 goes through CloudWatch Logs' delivery service, which needs a bucket policy only. The older
        one needs access control lists on the bucket, which are off here.
        """
        account = AwsAccount.of(self)
        self._allow_write(
            sid="CloudFront",
            service="delivery.logs.amazonaws.com",
            path=f"AWSLogs/{account.id}/CloudFront/*",
            conditions={
                "StringEquals": {
                    "aws:SourceAccount": account.id,
                    "s3:x-amz-acl": "bucket-owner-full-control",
                },
                "ArnLike": {"aws:SourceArn": account.arn("logs", "delivery-source:*", region="us-east-1")},
            },
        )
        return self.arn

    def allow_s3_access_logs(self, bucket_name: str) -> str:
        """Let S3 write the server access logs of *bucket_name*, and return the prefix for them."""
        account = AwsAccount.of(self)
        prefix = f"s3/{bucket_name}/"
        self._allow_write(
            sid=f"S3{_sid(bucket_name)}",
            service="logging.s3.amazonaws.com",
            path=f"{prefix}*",
            conditions={
                "StringEquals": {"aws:SourceAccount": account.id},
                "ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{bucket_name}"},
            },
        )
        return prefix

    def _allow_write(self, *, sid: str, service: str, path: str, conditions: dict[str, Any] | None) -> None:
        self._bucket.allow(
            {
                "Sid": sid,
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": "s3:PutObject",
                "Resource": f"{self.arn}/{path}",
            }
            | ({"Condition": conditions} if conditions else {})
        )


def _check_prefix(prefix: str) -> None:
    if not prefix or prefix.startswith("/") or prefix.endswith("/") or "AWSLogs" in prefix or "*" in prefix:
        raise ValueError(
            f"log prefix {prefix!r} won't do; use a name such as 'web': no slash at its ends, no * or AWSLogs"
        )


def _sid(text: str) -> str:
    return "".join(character for character in text.title() if character.isalnum())
