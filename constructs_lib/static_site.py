"""A static site: files in a private bucket, a backend behind the same name, CloudFront before both."""

from collections.abc import Sequence
from typing import Final

from cdktf_cdktf_provider_aws.cloudfront_distribution import (
    CloudfrontDistribution,
    CloudfrontDistributionOrigin,
    CloudfrontDistributionOriginVpcOriginConfig,
    CloudfrontDistributionRestrictions,
    CloudfrontDistributionRestrictionsGeoRestriction,
)
from cdktf_cdktf_provider_aws.cloudfront_origin_access_control import CloudfrontOriginAccessControl
from cdktf_cdktf_provider_aws.s3_bucket_logging import S3BucketLoggingA
from constructs import Construct

from constructs_lib.account import AwsAccount
from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.iam import Role, Statement
from constructs_lib.log_bucket import LogBucket
from constructs_lib.naming import checked_name
from constructs_lib.private_bucket import PrivateBucket
from constructs_lib.site_distribution import (
    BACKEND_ORIGIN,
    FILES_ORIGIN,
    BackendBehaviors,
    FilesBehavior,
    SiteDomain,
    except_distribution,
    viewer_certificate,
)
from constructs_lib.site_functions import DeepLinks
from constructs_lib.site_headers import SiteHeaders
from constructs_lib.site_logs import SiteLogs
from constructs_lib.site_spec import SiteSpec
from constructs_lib.vpc_origin import PrivateBackend, VpcOrigin
from constructs_lib.web_acl import WebAcl

BACKEND_PATHS: Final = ("/health", "/api", "/ws")
_INDEX: Final = "index.html"
_KEEPALIVE_SECONDS: Final = 60


def site_encryption_key(
    scope: Construct, construct_id: str, *, alias: str, dangerously_allow_destroy: bool = False
) -> EncryptionKey:
    """Define a key for a site's files that CloudFront may use.

    Any distribution of this account may, not only the site's: the key is needed by the bucket, which is needed by
    the distribution, so the key's policy can't name it. The bucket's policy does.
    """
    account = AwsAccount.of(scope)
    distributions = account.arn("cloudfront", "distribution/*", region="")
    return EncryptionKey(
        scope,
        construct_id,
        alias=alias,
        description="Files of the site",
        services=["cloudfront.amazonaws.com"],
        service_conditions={"cloudfront.amazonaws.com": {"ArnLike": {"aws:SourceArn": distributions}}},
        dangerously_allow_destroy=dangerously_allow_destroy,
    )


class StaticSite(Construct):
    """A single-page application and its backend under one name.

    Nobody reaches the bucket but this distribution, nobody reaches the backend but CloudFront (a VPC origin).
    Visitors come over HTTPS, from any country: where the team is allowed to serve is not this construct's to know,
    and a block by address stops no one who means it. A missing file is a 404, and so is a missing API path.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name_prefix: str,
        bucket_name: str,
        spec: SiteSpec,
        backend: PrivateBackend,
        domain: SiteDomain | None,
        web_acl: WebAcl,
        log_bucket: LogBucket,
        key: EncryptionKey,
        backend_paths: Sequence[str] = BACKEND_PATHS,
        dangerously_allow_destroy: bool = False,
    ) -> None:
        """Define the site.

        Args:
            scope: Parent construct.
            construct_id: Id below it.
            name_prefix: Start of the names of its CloudFront resources, which are the account's.
            bucket_name: Name of the bucket, unique in all of AWS.
            spec: What the site is like.
            backend: Load balancer in private subnets that answers *backend_paths*.
            domain: The site's name; with None it gets CloudFront's.
            web_acl: Firewall for CloudFront.
            log_bucket: Bucket for access logs of the distribution and of the files.
            key: Key for the files, from :func:`site_encryption_key`.
            backend_paths: Path prefixes that the backend answers.
            dangerously_allow_destroy: Let Terraform delete the files.

        Raises:
            ValueError: A name or path that AWS refuses, a backend over HTTPS without a domain, or a stack outside
                of us-east-1.
        """
        super().__init__(scope, construct_id)
        _check(bucket_name, backend=backend, domain=domain, region=AwsAccount.of(self).region)
        self._key = key
        self.bucket = PrivateBucket(
            self,
            "Files",
            name=bucket_name,
            key=key,
            old_versions_days=spec.old_versions_days,
            dangerously_allow_destroy=dangerously_allow_destroy,
        )
        S3BucketLoggingA(
            self,
            "FilesLog",
            bucket=self.bucket.resource.id,
            target_bucket=log_bucket.bucket_name,
            target_prefix=log_bucket.allow_s3_access_logs(bucket_name),
        )
        self.distribution = self._distribute(
            name=name_prefix,
            spec=spec,
            backend=backend,
            backend_paths=backend_paths,
            domain=domain,
            web_acl=web_acl,
        )
        except_distribution(self.distribution, domain)
        self.distribution_id: str = self.distribution.id
        self.distribution_arn: str = self.distribution.arn
        self.domain_name: str = domain.domain_name if domain else self.distribution.domain_name
        self.url = f"https://{self.domain_name}"
        self._let_distribution_read()
        SiteLogs(self, "Logs", name=name_prefix, distribution_arn=self.distribution_arn, bucket=log_bucket)
        if domain:
            domain.zone.add_alias(
                self,
                "Name",
                name=domain.domain_name,
                target_dns_name=self.distribution.domain_name,
                target_zone_id=self.distribution.hosted_zone_id,
            )

    def grant_publish(self, role: Role) -> None:
        """Let *role* list, write, mark, delete and bring back the site's files, and nothing else.

        Not to delete versions: whoever publishes can't make a release irretrievable.
        """
        region = AwsAccount.of(self).region
        role.grant(
            f"{self.node.id}Publish",
            Statement(sid="List", actions=["s3:ListBucket", "s3:ListBucketVersions"], resources=[self.bucket.arn]),
            Statement(
                sid="Write",
                actions=[
                    "s3:DeleteObject",
                    "s3:GetObject",
                    "s3:GetObjectTagging",
                    "s3:GetObjectVersion",
                    "s3:PutObject",
                    "s3:PutObjectTagging",
                ],
                resources=[f"{self.bucket.arn}/*"],
                wildcard_reason="all files of this one bucket; their names are the publisher's",
            ),
            Statement(
                sid="Encrypt",
                # Decrypt is for uploads in parts, and for copies of older versions
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=[self._key.arn],
                conditions={"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}},
            ),
        )

    def grant_invalidate(self, role: Role) -> None:
        """Let *role* clear this distribution's caches, and see when that is done."""
        role.grant(
            f"{self.node.id}Invalidate",
            Statement(
                sid="Invalidate",
                actions=["cloudfront:CreateInvalidation", "cloudfront:GetInvalidation"],
                resources=[self.distribution_arn],
            ),
        )

    def _distribute(
        self,
        *,
        name: str,
        spec: SiteSpec,
        backend: PrivateBackend,
        backend_paths: Sequence[str],
        domain: SiteDomain | None,
        web_acl: WebAcl,
    ) -> CloudfrontDistribution:
        domain_name = domain.domain_name if domain else None
        headers = SiteHeaders(
            self,
            "Headers",
            name=f"{name}-site",
            content_security_policy=spec.content_security_policy(domain_name=domain_name),
        ).policy_id
        links = DeepLinks(self, "DeepLinks", name=f"{name}-deep-links")
        files = FilesBehavior(
            self, "FilesBehavior", name=f"{name}-files", headers_policy_id=headers, function_arn=links.arn
        )
        paths = BackendBehaviors(self, "BackendBehaviors", path_prefixes=backend_paths, headers_policy_id=headers)
        return CloudfrontDistribution(
            self,
            "Distribution",
            enabled=True,
            comment=domain_name or f"{name} site",
            aliases=[domain_name] if domain_name else None,
            default_root_object=_INDEX,
            http_version="http2and3",
            is_ipv6_enabled=True,
            price_class=spec.price_class,
            web_acl_id=web_acl.arn,
            viewer_certificate=viewer_certificate(domain),
            restrictions=CloudfrontDistributionRestrictions(
                geo_restriction=CloudfrontDistributionRestrictionsGeoRestriction(restriction_type="none")
            ),
            origin=[self._files_origin(name), self._backend_origin(name, backend, spec)],
            default_cache_behavior=files.settings,
            ordered_cache_behavior=paths.settings,
        )

    def _files_origin(self, name: str) -> CloudfrontDistributionOrigin:
        access = CloudfrontOriginAccessControl(
            self,
            "FilesAccess",
            name=checked_name("CloudFront", f"{name}-files"),
            description="CloudFront signs its requests to the bucket",
            origin_access_control_origin_type="s3",
            signing_behavior="always",
            signing_protocol="sigv4",
        )
        return CloudfrontDistributionOrigin(
            origin_id=FILES_ORIGIN,
            domain_name=self.bucket.regional_domain_name,
            origin_access_control_id=access.id,
        )

    def _backend_origin(self, name: str, backend: PrivateBackend, spec: SiteSpec) -> CloudfrontDistributionOrigin:
        origin = VpcOrigin(self, "VpcOrigin", name=f"{name}-backend", backend=backend)
        return CloudfrontDistributionOrigin(
            origin_id=BACKEND_ORIGIN,
            domain_name=backend.dns_name,
            vpc_origin_config=CloudfrontDistributionOriginVpcOriginConfig(
                vpc_origin_id=origin.id,
                origin_keepalive_timeout=_KEEPALIVE_SECONDS,
                origin_read_timeout=spec.backend_read_timeout_seconds,
            ),
        )

    def _let_distribution_read(self) -> None:
        # listing turns the answer for a missing file from 403 into 404; no request can list, because the
        # distribution forwards no query strings and no path without a file's name
        for sid, action, resource in (
            ("DistributionReads", "s3:GetObject", f"{self.bucket.arn}/*"),
            ("DistributionSeesWhatIsMissing", "s3:ListBucket", self.bucket.arn),
        ):
            self.bucket.allow(
                {
                    "Sid": sid,
                    "Effect": "Allow",
                    "Principal": {"Service": "cloudfront.amazonaws.com"},
                    "Action": action,
                    "Resource": resource,
                    "Condition": {"StringEquals": {"aws:SourceArn": self.distribution_arn}},
                }
            )


def _check(bucket_name: str, *, backend: PrivateBackend, domain: SiteDomain | None, region: str) -> None:
    if region != "us-east-1":
        raise ValueError(
            f"site {bucket_name!r}: its stack is in {region}, but CloudFront's log delivery is set up in "
            "us-east-1; put the site in a stack of that region"
        )
    if backend.https and domain is None:
        raise ValueError(
            f"site {bucket_name!r}: the backend speaks HTTPS, but without a domain no certificate fits the "
            "Host that CloudFront forwards; give the site a domain, or the backend plain HTTP"
        )
