"""AWS Backup for what holds data: a vault, a daily plan, and restores that are tried every month."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.backup_plan import BackupPlan, BackupPlanRule, BackupPlanRuleLifecycle
from cdktf_cdktf_provider_aws.backup_restore_testing_plan import (
    BackupRestoreTestingPlan,
    BackupRestoreTestingPlanRecoveryPointSelection,
)
from cdktf_cdktf_provider_aws.backup_restore_testing_selection import BackupRestoreTestingSelection
from cdktf_cdktf_provider_aws.backup_selection import BackupSelection
from cdktf_cdktf_provider_aws.backup_vault import BackupVault
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from constructs_lib.account import AwsAccount
from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.file_system import FileSystem
from constructs_lib.iam import Role, service_trust
from constructs_lib.naming import checked_name
from constructs_lib.protection import protected

_MANAGED_POLICIES = {
    "Backup": "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
    "Restore": "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForRestores",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class BackupSpec:
    """When backups are made and how long they stay.

    Attributes:
        schedule: AWS cron expression in UTC; daily at 05:00 when omitted.
        retention_days: 35 when omitted.
        restore_test_schedule: When a restore is tried; the first of a month at 07:00 UTC when omitted.

    Raises:
        ValueError: A retention below a week: a fault found on Monday must still have last week's data.
    """

    schedule: str = "cron(0 5 * * ? *)"
    retention_days: int = 35
    restore_test_schedule: str = "cron(0 7 1 * ? *)"

    def __post_init__(self) -> None:
        if not 7 <= self.retention_days <= 3650:  # noqa: PLR2004 - a week, ten years
            raise ValueError(f"retention_days={self.retention_days} for backups; use 7 to 3650")
        for name in ("schedule", "restore_test_schedule"):
            if not getattr(self, name).startswith("cron("):
                raise ValueError(f"{name}={getattr(self, name)!r} is no AWS cron expression; use cron(0 5 * * ? *)")


class Backups(Construct):
    """Daily backups of file systems in an encrypted vault, and a monthly restore test of each.

    A backup that was never restored is a hope; AWS Backup restores the newest one once a month to a scratch file
    system and reports (AWS Backup: "Restore testing"). The vault is protected against destruction.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        spec: BackupSpec,
        file_systems: Sequence[FileSystem],
        key: EncryptionKey,
        dangerously_allow_destroy: bool = False,
    ) -> None:
        super().__init__(scope, construct_id)
        if not file_systems:
            raise ValueError(f"{self.node.path}: nothing to back up; pass the file systems or leave the construct out")
        arns = [file_system.arn for file_system in file_systems]
        self.vault = BackupVault(
            self,
            "Vault",
            name=checked_name("backup vault", name),
            kms_key_arn=key.arn,
            force_destroy=dangerously_allow_destroy,
            lifecycle=protected(dangerously_allow_destroy=dangerously_allow_destroy),
        )
        self.vault_name = name
        self.plan = BackupPlan(
            self,
            "Plan",
            name=name,
            rule=[
                BackupPlanRule(
                    rule_name="daily",
                    target_vault_name=self.vault.name,
                    schedule=spec.schedule,
                    start_window=60,
                    completion_window=360,
                    lifecycle=BackupPlanRuleLifecycle(delete_after=spec.retention_days),
                )
            ],
        )
        self.role = self._define_role(name)
        BackupSelection(
            self,
            "Selection",
            name=name,
            plan_id=self.plan.id,
            iam_role_arn=self.role.arn,
            resources=arns,
        )
        self._test_restores(name, spec, arns)

    def _define_role(self, name: str) -> Role:
        account = AwsAccount.of(self)
        role = Role(
            self,
            "Role",
            name=name,
            description="AWS Backup copies and restores the file systems",
            trust=[service_trust("backup.amazonaws.com", account_id=account.id)],
        )
        for label, arn in _MANAGED_POLICIES.items():
            IamRolePolicyAttachment(self, f"{label}Policy", role=role.resource.name, policy_arn=arn)
        return role

    def _test_restores(self, name: str, spec: BackupSpec, arns: list[str]) -> None:
        plan = BackupRestoreTestingPlan(
            self,
            "RestoreTest",
            name=name.replace("-", "_"),  # letters, digits and _ only (AWS Backup: RestoreTestingPlanForCreate)
            schedule_expression=spec.restore_test_schedule,
            start_window_hours=8,
            recovery_point_selection=[
                BackupRestoreTestingPlanRecoveryPointSelection(
                    algorithm="LATEST_WITHIN_WINDOW",
                    include_vaults=[self.vault.arn],
                    recovery_point_types=["SNAPSHOT"],
                    selection_window_days=spec.retention_days,
                )
            ],
        )
        BackupRestoreTestingSelection(
            self,
            "RestoreTestSelection",
            name=f"{name}-file-systems".replace("-", "_"),
            restore_testing_plan_name=plan.name,
            iam_role_arn=self.role.arn,
            protected_resource_type="EFS",
            protected_resource_arns=arns,
            validation_window_hours=4,
        )
