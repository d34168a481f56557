"""Where alarms go: one encrypted SNS topic."""

from collections.abc import Sequence
from typing import Any, Final

from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from constructs_lib.account import AwsAccount
from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.iam import policy_document
from constructs_lib.naming import checked_name

PUBLISHERS: Final = ("cloudwatch.amazonaws.com", "events.amazonaws.com", "budgets.amazonaws.com")
"""Services that report: alarms, events, budgets."""


class AlarmTopic(Construct):
    """An SNS topic with a key of its own that CloudWatch, EventBridge and Budgets of this account may publish to.

    Nobody else may, and nobody without TLS. People subscribe by e-mail and confirm once; a chat or a pager subscribes
    to the same topic. The key exists because SNS's default key can't be used by other services, so that an alarm would
    be dropped without a word (SNS: "Managing Amazon SNS encryption keys and costs").
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        emails: Sequence[str] = (),
        dangerously_allow_destroy: bool = False,
    ) -> None:
        super().__init__(scope, construct_id)
        account = AwsAccount.of(self)
        self.name = checked_name("SNS topic", name)
        self.key = EncryptionKey(
            self,
            "Key",
            alias=name,
            description=f"Messages of {name}",
            services=PUBLISHERS,
            # EventBridge sends no aws:SourceAccount with these; what is encrypted tells instead
            service_conditions={
                "events.amazonaws.com": {
                    "StringEquals": {"kms:EncryptionContext:aws:sns:topicArn": account.arn("sns", name)}
                }
            },
            dangerously_allow_destroy=dangerously_allow_destroy,
        )
        self.resource = SnsTopic(self, "Resource", name=name, kms_master_key_id=self.key.arn)
        self.arn: str = self.resource.arn
        SnsTopicPolicy(self, "Policy", arn=self.arn, policy=policy_document(self._statements(account)))
        for number, email in enumerate(emails, start=1):
            SnsTopicSubscription(self, f"Email{number}", topic_arn=self.arn, protocol="email", endpoint=email)

    def _statements(self, account: AwsAccount) -> list[dict[str, Any]]:
        publish = [
            {
                "Sid": "Publish" + service.split(".")[0].title(),
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": "sns:Publish",
                "Resource": self.arn,
                "Condition": {"StringEquals": {"aws:SourceAccount": account.id}},
            }
            for service in PUBLISHERS
        ]
        tls_only = {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "sns:Publish",
            "Resource": self.arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        return [*publish, tls_only]
