"""The way from CloudFront into private subnets."""

from typing import Final, Protocol

from cdktf import Fn, TerraformResource, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudfront_vpc_origin import (
    CloudfrontVpcOrigin,
    CloudfrontVpcOriginVpcOriginEndpointConfig,
    CloudfrontVpcOriginVpcOriginEndpointConfigOriginSslProtocols,
)
from cdktf_cdktf_provider_aws.data_aws_default_tags import DataAwsDefaultTags
from constructs import Construct

from constructs_lib.naming import RULES, checked_name
from constructs_lib.ordering import address_of

_SUFFIX_LENGTH: Final = 8
_HTTP_PORT: Final = 80
_HTTPS_PORT: Final = 443


class PrivateBackend(Protocol):
    """What a VPC origin needs to know of a load balancer."""

    @property
    def arn(self) -> str:
        """ARN of the load balancer."""
        ...

    @property
    def dns_name(self) -> str:
        """Its name in DNS."""
        ...

    @property
    def https(self) -> bool:
        """Whether it is spoken to over TLS."""
        ...

    @property
    def port(self) -> int:
        """The port that it listens on."""
        ...


class VpcOrigin(Construct):
    """A CloudFront VPC origin that is replaced, never changed.

    While a distribution uses an origin, CloudFront answers 409 to every change of it, tags included. So its name
    ends in a digest of all that it consists of, the provider's default tags too; a new digest makes a new origin,
    the distribution moves to it, then the old one goes.
    """

    def __init__(self, scope: Construct, construct_id: str, *, name: str, backend: PrivateBackend) -> None:
        super().__init__(scope, construct_id)
        longest = RULES["CloudFront"].max_length - _SUFFIX_LENGTH - 1
        if len(name) > longest:
            raise ValueError(
                f"VPC origin name {name!r} has {len(name)} characters; with the digest that is appended, "
                f"{longest} are left: shorten the prefix"
            )
        tags = DataAwsDefaultTags(self, "Tags").tags
        content = Fn.sha256(
            Fn.jsonencode({"arn": backend.arn, "https": backend.https, "port": backend.port, "tags": tags})
        )
        digest = Fn.substr(content, 0, _SUFFIX_LENGTH)
        # not cdktf's DataResource, which runs `terraform version` in every synthesis and fails where there is none
        trigger = TerraformResource(self, "Content", terraform_resource_type="terraform_data")
        trigger.add_override("triggers_replace", {"digest": digest})
        self.resource = CloudfrontVpcOrigin(
            self,
            "Resource",
            vpc_origin_endpoint_config=[
                CloudfrontVpcOriginVpcOriginEndpointConfig(
                    name=f"{checked_name('CloudFront', name)}-{digest}",
                    arn=backend.arn,
                    http_port=_HTTP_PORT if backend.https else backend.port,
                    https_port=backend.port if backend.https else _HTTPS_PORT,
                    origin_protocol_policy="https-only" if backend.https else "http-only",
                    origin_ssl_protocols=[
                        CloudfrontVpcOriginVpcOriginEndpointConfigOriginSslProtocols(items=["TLSv1.2"], quantity=1)
                    ],
                )
            ],
            lifecycle=TerraformResourceLifecycle(
                create_before_destroy=True,
                replace_triggered_by=[address_of(trigger)],
            ),
        )
        self.id: str = self.resource.id
