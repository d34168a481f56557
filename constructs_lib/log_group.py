"""Log groups that end, and are encrypted."""

from typing import Final

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from constructs import Construct

from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.naming import checked_name
from constructs_lib.protection import protected

RETENTION_DAYS: Final = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
"""Retentions that CloudWatch Logs accepts (CloudWatch Logs: PutRetentionPolicy)."""


def check_retention(retention_days: int) -> None:
    """Refuse a retention that CloudWatch Logs does not offer.

    Raises:
        ValueError: It is not one of :data:`RETENTION_DAYS`.
    """
    if retention_days not in RETENTION_DAYS:
        raise ValueError(
            f"retention_days={retention_days} is not offered by CloudWatch Logs; "
            f"use one of {', '.join(map(str, RETENTION_DAYS))}"
        )


class LogGroup(Construct):
    """A CloudWatch log group with a retention and a customer-managed key.

    Kept a year unless told otherwise: an incident is often understood months later.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        key: EncryptionKey,
        retention_days: int = 365,
        dangerously_allow_destroy: bool | None = None,
    ) -> None:
        """Define the log group.

        Args:
            scope: Parent construct.
            construct_id: Id below it.
            name: Its name, ``/ecs/NAME`` for a service.
            key: What it is encrypted with.
            retention_days: How long events are kept.
            dangerously_allow_destroy: Let Terraform delete it. As its key when omitted: nobody reads a log whose key
                is gone.
        """
        super().__init__(scope, construct_id)
        if dangerously_allow_destroy is None:
            dangerously_allow_destroy = key.may_be_destroyed
        check_retention(retention_days)
        self.name = checked_name("log group", name)
        self.resource = CloudwatchLogGroup(
            self,
            "Resource",
            name=name,
            retention_in_days=retention_days,
            kms_key_id=key.arn,
            lifecycle=protected(dangerously_allow_destroy=dangerously_allow_destroy),
        )
        self.arn: str = self.resource.arn
