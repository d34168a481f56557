"""Access logs of a distribution."""

from cdktf_cdktf_provider_aws.cloudwatch_log_delivery import CloudwatchLogDelivery
from cdktf_cdktf_provider_aws.cloudwatch_log_delivery_destination import (
    CloudwatchLogDeliveryDestination,
    CloudwatchLogDeliveryDestinationDeliveryDestinationConfiguration,
)
from cdktf_cdktf_provider_aws.cloudwatch_log_delivery_source import CloudwatchLogDeliverySource
from constructs import Construct

from constructs_lib.log_bucket import LogBucket
from constructs_lib.naming import checked_name


class SiteLogs(Construct):
    """CloudFront standard logging (v2) into a bucket, as JSON lines.

    Below the bucket's ``AWSLogs/<account>/CloudFront/``, where CloudFront puts them by itself: a path of one's own
    comes back changed and never matches the plan again.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, name: str, distribution_arn: str, bucket: LogBucket
    ) -> None:
        super().__init__(scope, construct_id)
        source = CloudwatchLogDeliverySource(
            self,
            "Source",
            name=checked_name("log delivery", f"{name}-site"),
            log_type="ACCESS_LOGS",
            resource_arn=distribution_arn,
        )
        destination = CloudwatchLogDeliveryDestination(
            self,
            "Destination",
            name=checked_name("log delivery", f"{name}-site"),
            output_format="json",
            delivery_destination_configuration=[
                CloudwatchLogDeliveryDestinationDeliveryDestinationConfiguration(
                    destination_resource_arn=bucket.allow_cloudfront_logs()
                )
            ],
        )
        CloudwatchLogDelivery(
            self,
            "Delivery",
            delivery_source_name=source.name,
            delivery_destination_arn=destination.arn,
            depends_on=[bucket.policy],
        )
