"""The CloudFront distribution of a static site with a backend behind the same name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from cdktf_cdktf_provider_aws.cloudfront_cache_policy import (
    CloudfrontCachePolicy,
    CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOrigin,
    CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfig,
    CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfig,
    CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfig,
)
from cdktf_cdktf_provider_aws.cloudfront_distribution import (
    CloudfrontDistribution,
    CloudfrontDistributionDefaultCacheBehavior,
    CloudfrontDistributionDefaultCacheBehaviorFunctionAssociation,
    CloudfrontDistributionOrderedCacheBehavior,
    CloudfrontDistributionViewerCertificate,
)
from cdktf_cdktf_provider_aws.data_aws_cloudfront_cache_policy import DataAwsCloudfrontCachePolicy
from cdktf_cdktf_provider_aws.data_aws_cloudfront_origin_request_policy import (
    DataAwsCloudfrontOriginRequestPolicy,
)
from constructs import Construct

from constructs_lib.certificate import Certificate
from constructs_lib.dns_zone import DnsZone
from constructs_lib.exceptions import except_from_check
from constructs_lib.load_balancer import listener_patterns
from constructs_lib.naming import checked_name

FILES_ORIGIN: Final = "files"
BACKEND_ORIGIN: Final = "backend"
_READ: Final = ("GET", "HEAD")
_READ_AND_WRITE: Final = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_HOUR_SECONDS: Final = 3600
_YEAR_SECONDS: Final = 365 * 24 * _HOUR_SECONDS


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteDomain:
    """The name of a site.

    Attributes:
        domain_name: Name that visitors type.
        certificate: Certificate for it, in us-east-1.
        zone: Zone that gets the records which lead to the site.

    Raises:
        ValueError: The certificate is for another name, or the name is outside of the zone.
    """

    domain_name: str
    certificate: Certificate
    zone: DnsZone

    def __post_init__(self) -> None:
        self.zone.require(self.domain_name)
        if self.certificate.domain_name != self.domain_name:
            raise ValueError(
                f"domain_name={self.domain_name!r}, but the certificate is for "
                f"{self.certificate.domain_name!r}; make a certificate for the site's name"
            )


def viewer_certificate(domain: SiteDomain | None) -> CloudfrontDistributionViewerCertificate:
    """Return what visitors' TLS is made with.

    Without a domain it is CloudFront's own certificate, for which the oldest protocol can't be raised
    (CloudFront: "Supported protocols and ciphers between viewers and CloudFront").
    """
    if domain is None:
        return CloudfrontDistributionViewerCertificate(cloudfront_default_certificate=True)
    return CloudfrontDistributionViewerCertificate(
        acm_certificate_arn=domain.certificate.arn,
        ssl_support_method="sni-only",
        minimum_protocol_version="TLSv1.2_2021",
    )


_OPEN_BY_DESIGN: Final = {
    "CKV_AWS_86": "its logs go through CloudWatch's delivery to the log bucket (standard logging, version 2); the "
    "check knows only the first version, which needs access control lists on the bucket",
    "CKV_AWS_310": "the files are in one bucket of one region, and there is no second place to fail over to",
    "CKV_AWS_374": "visitors come from any country: where a team may serve is not this library's to know",
}
_WITHOUT_DOMAIN: Final = {
    "CKV_AWS_174": "without a domain CloudFront's own certificate is used, whose oldest protocol nobody can raise",
    "CKV2_AWS_42": "without a domain there is no name that a certificate of ours could be for",
}


def except_distribution(distribution: CloudfrontDistribution, domain: SiteDomain | None) -> None:
    """Excuse the distribution of a site from the checks that its design contradicts."""
    for check, reason in (_OPEN_BY_DESIGN | ({} if domain else _WITHOUT_DOMAIN)).items():
        except_from_check(distribution, check, reason=reason, expires=date(2027, 11, 30))


class FilesBehavior(Construct):
    """How files are served: cached as each file's own headers say, compressed, deep links to the index.

    A publisher marks files whose names change with their content as immutable, and HTML as not to be cached; a
    file that says nothing is cached for an hour. Cookies and query strings are no part of a file's name.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, name: str, headers_policy_id: str, function_arn: str
    ) -> None:
        super().__init__(scope, construct_id)
        parameters = CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOrigin(
            enable_accept_encoding_brotli=True,
            enable_accept_encoding_gzip=True,
            cookies_config=CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfig(
                cookie_behavior="none"
            ),
            headers_config=CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfig(
                header_behavior="none"
            ),
            query_strings_config=CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfig(
                query_string_behavior="none"
            ),
        )
        policy = CloudfrontCachePolicy(
            self,
            "CachePolicy",
            name=checked_name("CloudFront", name),
            comment="Files are cached as their own headers say",
            # zero: a file marked no-cache is asked for each time
            min_ttl=0,
            default_ttl=_HOUR_SECONDS,
            max_ttl=_YEAR_SECONDS,
            parameters_in_cache_key_and_forwarded_to_origin=parameters,
        )
        self.settings = CloudfrontDistributionDefaultCacheBehavior(
            target_origin_id=FILES_ORIGIN,
            allowed_methods=list(_READ),
            cached_methods=list(_READ),
            viewer_protocol_policy="redirect-to-https",
            compress=True,
            cache_policy_id=policy.id,
            response_headers_policy_id=headers_policy_id,
            function_association=[
                CloudfrontDistributionDefaultCacheBehaviorFunctionAssociation(
                    event_type="viewer-request", function_arn=function_arn
                )
            ],
        )


class BackendBehaviors(Construct):
    """How the backend's paths are served: everything forwarded, nothing cached.

    The viewer's ``Host`` is forwarded as well. CloudFront then expects the backend's certificate to be for that
    name (CloudFront: "Require HTTPS for communication between CloudFront and your custom origin"), so one
    certificate serves both. Every prefix counts as itself and as all that is below it.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, path_prefixes: Sequence[str], headers_policy_id: str
    ) -> None:
        super().__init__(scope, construct_id)
        uncached = DataAwsCloudfrontCachePolicy(self, "Uncached", name="Managed-CachingDisabled")
        everything = DataAwsCloudfrontOriginRequestPolicy(self, "Everything", name="Managed-AllViewer")
        self.settings = [
            CloudfrontDistributionOrderedCacheBehavior(
                path_pattern=pattern,
                target_origin_id=BACKEND_ORIGIN,
                allowed_methods=list(_READ_AND_WRITE),
                cached_methods=list(_READ),
                viewer_protocol_policy="redirect-to-https",
                compress=False,
                cache_policy_id=uncached.id,
                origin_request_policy_id=everything.id,
                response_headers_policy_id=headers_policy_id,
            )
            for pattern in listener_patterns(path_prefixes)
        ]
