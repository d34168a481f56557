"""The response headers that protect a site's visitors."""

from typing import Final

from cdktf_cdktf_provider_aws.cloudfront_response_headers_policy import (
    CloudfrontResponseHeadersPolicy,
    CloudfrontResponseHeadersPolicyCustomHeadersConfig,
    CloudfrontResponseHeadersPolicyCustomHeadersConfigItems,
    CloudfrontResponseHeadersPolicyRemoveHeadersConfig,
    CloudfrontResponseHeadersPolicyRemoveHeadersConfigItems,
    CloudfrontResponseHeadersPolicySecurityHeadersConfig,
    CloudfrontResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicy,
    CloudfrontResponseHeadersPolicySecurityHeadersConfigContentTypeOptions,
    CloudfrontResponseHeadersPolicySecurityHeadersConfigFrameOptions,
    CloudfrontResponseHeadersPolicySecurityHeadersConfigReferrerPolicy,
    CloudfrontResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurity,
)
from constructs import Construct

from constructs_lib.naming import checked_name

HSTS_SECONDS: Final = 2 * 365 * 24 * 3600
_UNUSED_FEATURES: Final = ("accelerometer", "camera", "geolocation", "gyroscope", "microphone", "payment", "usb")
_TALKATIVE_HEADERS: Final = (
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",  # has the account's number in it
    "x-amz-server-side-encryption-bucket-key-enabled",
    "x-amz-version-id",
)


class SiteHeaders(Construct):
    """HSTS, CSP, no sniffing, no framing, a short referrer, no device features; S3's internals left out.

    They replace what the origin sends, so that neither a file's metadata nor the backend can weaken them. HSTS
    covers subdomains and allows preloading, which takes effect only for a domain that its owner submits.
    """

    def __init__(self, scope: Construct, construct_id: str, *, name: str, content_security_policy: str) -> None:
        super().__init__(scope, construct_id)
        self.resource = CloudfrontResponseHeadersPolicy(
            self,
            "Resource",
            name=checked_name("CloudFront", name),
            comment="Security headers of the site",
            security_headers_config=_security_headers(content_security_policy),
            custom_headers_config=CloudfrontResponseHeadersPolicyCustomHeadersConfig(
                items=[
                    CloudfrontResponseHeadersPolicyCustomHeadersConfigItems(
                        header="Permissions-Policy",
                        value=", ".join(f"{feature}=()" for feature in _UNUSED_FEATURES),
                        override=True,
                    )
                ]
            ),
            remove_headers_config=CloudfrontResponseHeadersPolicyRemoveHeadersConfig(
                items=[
                    CloudfrontResponseHeadersPolicyRemoveHeadersConfigItems(header=header)
                    for header in _TALKATIVE_HEADERS
                ]
            ),
        )
        self.policy_id: str = self.resource.id


def _security_headers(csp: str) -> CloudfrontResponseHeadersPolicySecurityHeadersConfig:
    return CloudfrontResponseHeadersPolicySecurityHeadersConfig(
        content_security_policy=CloudfrontResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicy(
            content_security_policy=csp, override=True
        ),
        content_type_options=CloudfrontResponseHeadersPolicySecurityHeadersConfigContentTypeOptions(override=True),
        frame_options=CloudfrontResponseHeadersPolicySecurityHeadersConfigFrameOptions(
            frame_option="DENY", override=True
        ),
        referrer_policy=CloudfrontResponseHeadersPolicySecurityHeadersConfigReferrerPolicy(
            referrer_policy="strict-origin-when-cross-origin", override=True
        ),
        strict_transport_security=CloudfrontResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurity(
            access_control_max_age_sec=HSTS_SECONDS, include_subdomains=True, preload=True, override=True
        ),
    )
