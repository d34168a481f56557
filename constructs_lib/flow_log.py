"""VPC flow logs: who talked to whom, and who was refused."""

from cdktf_cdktf_provider_aws.flow_log import FlowLog
from constructs import Construct

from constructs_lib.account import AwsAccount
from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.iam import Role, Statement, service_trust
from constructs_lib.log_group import LogGroup
from constructs_lib.security_group import InVpc


class VpcFlowLog(Construct):
    """All traffic of a VPC, recorded in an encrypted log group at one-minute steps."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        network: InVpc,
        name: str,
        key: EncryptionKey,
        retention_days: int,
    ) -> None:
        super().__init__(scope, construct_id)
        account = AwsAccount.of(self)
        log_group = LogGroup(self, "LogGroup", name=f"/vpc/{name}/flow-log", key=key, retention_days=retention_days)
        role = Role(
            self,
            "Role",
            name=f"{name}-flow-log",
            description="VPC flow logs write to their log group",
            trust=[
                service_trust(
                    "vpc-flow-logs.amazonaws.com",
                    account_id=account.id,
                    source_arn=account.arn("ec2", "vpc-flow-log/*"),
                )
            ],
        )
        role.grant(
            "write-flow-log",
            Statement(
                sid="Write",
                actions=["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
                resources=[log_group.arn, f"{log_group.arn}:log-stream:*"],
                wildcard_reason="one log stream a network interface, named when the interface appears",
            ),
        )
        FlowLog(
            self,
            "Resource",
            vpc_id=network.vpc_id,
            traffic_type="ALL",
            log_destination=log_group.arn,
            iam_role_arn=role.arn,
            max_aggregation_interval=60,
            tags={"Name": name},
        )
