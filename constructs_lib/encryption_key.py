"""Customer-managed KMS keys, one per purpose."""

from collections.abc import Mapping, Sequence
from typing import Any

from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from constructs_lib.account import AwsAccount
from constructs_lib.iam import Role, Statement, policy_document
from constructs_lib.naming import checked_description, checked_name
from constructs_lib.numbers import checked_number
from constructs_lib.protection import protected

_USE = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")


def _own_account_only(service: str, account: AwsAccount) -> dict[str, Any]:
    """Return the condition that keeps other accounts' resources out.

    CloudWatch Logs sends no ``aws:SourceAccount``, it names the log group in the encryption context (CloudWatch Logs:
    "Encrypt log data using AWS KMS").
    """
    if service.startswith("logs."):
        return {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": account.arn("logs", "log-group:*")}}
    return {"StringEquals": {"aws:SourceAccount": account.id}}


class EncryptionKey(Construct):
    """A symmetric KMS key that rotates, with a policy that names the services that may use it.

    The account's administrators manage it through IAM (KMS: "Default key policy"); a service in *services* may use it
    for this account's resources only. Protected against destruction: without its key, data is lost.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        alias: str,
        description: str,
        services: Sequence[str] = (),
        service_conditions: Mapping[str, Mapping[str, Any]] | None = None,
        deletion_window_days: int = 30,
        dangerously_allow_destroy: bool = False,
    ) -> None:
        """Define the key.

        Args:
            scope: Parent construct.
            construct_id: Id below it.
            alias: Name without ``alias/``.
            description: What it encrypts.
            services: Principals such as ``sns.amazonaws.com`` that use the key on the account's behalf.
            service_conditions: Conditions by service, in place of this account's number.
            deletion_window_days: Days between the order to delete and the deletion, 7 to 30.
            dangerously_allow_destroy: Let Terraform delete the key.
        """
        super().__init__(scope, construct_id)
        self.may_be_destroyed = dangerously_allow_destroy
        account = AwsAccount.of(self)
        conditions = service_conditions or {}
        statements: list[dict[str, Any]] = [
            {
                "Sid": "AdministerThroughIam",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account.id}:root"},
                "Action": "kms:*",
                "Resource": "*",  # in a key policy "*" is this key
            }
        ]
        statements += [
            {
                "Sid": "Use" + service.split(".")[0].title().replace("-", ""),
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": [*_USE, "kms:CreateGrant"],
                "Resource": "*",
                "Condition": conditions.get(service) or _own_account_only(service, account),
            }
            for service in services
        ]
        self.resource = KmsKey(
            self,
            "Resource",
            description=checked_description("KMS key", description),
            enable_key_rotation=True,
            deletion_window_in_days=checked_number(
                "deletion_window_days", deletion_window_days, least=7, most=30, source="KMS: ScheduleKeyDeletion"
            ),
            policy=policy_document(statements),
            lifecycle=protected(dangerously_allow_destroy=dangerously_allow_destroy),
        )
        self.arn: str = self.resource.arn
        self.alias = KmsAlias(
            self, "Alias", name=f"alias/{checked_name('KMS alias', alias)}", target_key_id=self.resource.key_id
        )

    def grant_decrypt(self, role: Role, grant_id: str, *, via_service: str) -> None:
        """Let *role* read what the key encrypts, through *via_service* (``secretsmanager``) and no other way."""
        region = AwsAccount.of(self).region
        role.grant(
            grant_id,
            Statement(
                sid="Decrypt",
                actions=["kms:Decrypt"],
                resources=[self.arn],
                conditions={"StringEquals": {"kms:ViaService": f"{via_service}.{region}.amazonaws.com"}},
            ),
        )
