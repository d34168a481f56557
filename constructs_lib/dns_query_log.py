"""Who asks for a zone's names: Route 53 query logging."""

from cdktf_cdktf_provider_aws.cloudwatch_log_resource_policy import CloudwatchLogResourcePolicy
from cdktf_cdktf_provider_aws.route53_query_log import Route53QueryLog
from cdktf_cdktf_provider_aws.route53_zone import Route53Zone
from constructs import Construct

from constructs_lib.account import AwsAccount
from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.iam import policy_document
from constructs_lib.log_group import LogGroup


class DnsQueryLog(Construct):
    """Every query to a public zone, in an encrypted log group.

    Route 53 writes to log groups of us-east-1 only (Route 53: "Public DNS query logging"), and may write to this one
    for this zone only.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        zone: Route53Zone,
        domain: str,
        key: EncryptionKey,
        retention_days: int,
    ) -> None:
        super().__init__(scope, construct_id)
        account = AwsAccount.of(self)
        if account.region != "us-east-1":
            raise ValueError(
                f"{self.node.path}: its stack is in {account.region}; Route 53 logs queries to us-east-1 only: "
                "put the zone in a stack of that region"
            )
        log_group = LogGroup(self, "Log", name=f"/aws/route53/{domain}", key=key, retention_days=retention_days)
        policy = CloudwatchLogResourcePolicy(
            self,
            "MayWrite",
            policy_name=f"route53-{domain.replace('.', '-')}",
            policy_document=policy_document(
                [
                    {
                        "Sid": "QueryLog",
                        "Effect": "Allow",
                        "Principal": {"Service": "route53.amazonaws.com"},
                        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                        "Resource": f"{log_group.arn}:*",  # its streams
                        "Condition": {
                            "StringEquals": {"aws:SourceAccount": account.id},
                            "ArnEquals": {"aws:SourceArn": zone.arn},
                        },
                    }
                ]
            ),
        )
        Route53QueryLog(
            self,
            "Resource",
            zone_id=zone.zone_id,
            cloudwatch_log_group_arn=log_group.arn,
            depends_on=[policy],  # Route 53 tries it when logging is turned on
        )
