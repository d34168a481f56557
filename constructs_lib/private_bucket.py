"""S3 buckets that nobody reaches but through their policy, and over TLS."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
)
from cdktf_cdktf_provider_aws.s3_bucket_notification import S3BucketNotification
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import (
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import (
    S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration,
)
from constructs import Construct

from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.exceptions import except_from_check
from constructs_lib.iam import policy_document
from constructs_lib.naming import checked_name
from constructs_lib.numbers import checked_number
from constructs_lib.protection import protected

_ABORT_UPLOADS_DAYS = 7


def check_lifecycle_days(field: str, days: int) -> None:
    """Refuse a time that a lifecycle rule can't wait; *field* is the name of the argument.

    Raises:
        ValueError: It is less than a day, or more than S3 can count.
    """
    checked_number(field, days, least=1, most=2**31 - 1, source="S3: LifecycleExpiration")


class PrivateBucket(Construct):
    """A versioned, encrypted bucket without public access and without access control lists.

    Who may reach it is said in one place, its policy (Terraform and S3 know only one a bucket), to which
    :meth:`allow` adds. What is overwritten or deleted stays restorable for a while, then goes by itself.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        key: EncryptionKey | None,
        old_versions_days: int,
        expire_days: int | None = None,
        dangerously_allow_destroy: bool = False,
    ) -> None:
        """Define the bucket.

        Args:
            scope: Parent construct.
            construct_id: Id below it.
            name: Name, unique in all of AWS.
            key: Key that encrypts the objects; None for S3's own keys.
            old_versions_days: Days that overwritten and deleted objects stay restorable.
            expire_days: Days after which objects are deleted; never when omitted.
            dangerously_allow_destroy: Let Terraform delete the bucket, objects and all.

        Raises:
            ValueError: A name that S3 refuses, or a number of days that it refuses.
        """
        super().__init__(scope, construct_id)
        for field, days in (("old_versions_days", old_versions_days), ("expire_days", expire_days)):
            if days is not None:
                check_lifecycle_days(field, days)
        self.name = checked_name("S3 bucket", name)
        self.resource = S3Bucket(
            self,
            "Resource",
            bucket=name,
            force_destroy=dangerously_allow_destroy,
            lifecycle=protected(dangerously_allow_destroy=dangerously_allow_destroy),
        )
        self.arn: str = self.resource.arn
        self.regional_domain_name: str = self.resource.bucket_regional_domain_name
        except_from_check(
            self.resource,
            "CKV_AWS_144",
            reason="production is in one region; versions protect against people, a second region is not planned for",
            expires=date(2027, 11, 30),
        )
        self._close()
        self._encrypt(key)
        self._keep(old_versions_days=old_versions_days, expire_days=expire_days)
        self._statements: list[Mapping[str, Any]] = [_deny_plain_http(self.arn)]
        self.policy = S3BucketPolicy(self, "Policy", bucket=self.resource.id, policy=self._document())

    def allow(self, statement: Mapping[str, Any]) -> None:
        """Add *statement* to the bucket's policy, once."""
        if statement not in self._statements:
            self._statements.append(statement)
            self.policy.policy = self._document()

    def _document(self) -> str:
        return policy_document(self._statements)

    def _close(self) -> None:
        S3BucketPublicAccessBlock(
            self,
            "PublicAccess",
            bucket=self.resource.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        S3BucketOwnershipControls(
            self,
            "Ownership",
            bucket=self.resource.id,
            rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
        )

        # whoever must know of changes (an audit, a scanner) subscribes to them, and the bucket stays as it is
        S3BucketNotification(self, "Events", bucket=self.resource.id, eventbridge=True)

    def _encrypt(self, key: EncryptionKey | None) -> None:
        S3BucketServerSideEncryptionConfigurationA(
            self,
            "Encryption",
            bucket=self.resource.id,
            rule=[
                S3BucketServerSideEncryptionConfigurationRuleA(
                    apply_server_side_encryption_by_default=S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
                        sse_algorithm="aws:kms" if key else "AES256",
                        kms_master_key_id=key.arn if key else None,
                    ),
                    # one data key a bucket and moment, not one a object: fewer calls to KMS
                    bucket_key_enabled=key is not None,
                )
            ],
        )

    def _keep(self, *, old_versions_days: int, expire_days: int | None) -> None:
        versioning = S3BucketVersioningA(
            self,
            "Versioning",
            bucket=self.resource.id,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
        )
        S3BucketLifecycleConfiguration(
            self,
            "Lifecycle",
            bucket=self.resource.id,
            # rules about old versions are refused while there are no versions
            depends_on=[versioning],
            rule=[
                S3BucketLifecycleConfigurationRule(
                    id="tidy-up",
                    status="Enabled",
                    filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="")],
                    # with days, S3 clears delete markers as well; both in one rule are refused
                    expiration=[
                        S3BucketLifecycleConfigurationRuleExpiration(days=expire_days)
                        if expire_days
                        else S3BucketLifecycleConfigurationRuleExpiration(expired_object_delete_marker=True)
                    ],
                    noncurrent_version_expiration=[
                        S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(noncurrent_days=old_versions_days)
                    ],
                    abort_incomplete_multipart_upload=[
                        S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                            days_after_initiation=_ABORT_UPLOADS_DAYS
                        )
                    ],
                )
            ],
        )


def _deny_plain_http(bucket_arn: str) -> dict[str, Any]:
    return {
        "Sid": "DenyPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket_arn, f"{bucket_arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
