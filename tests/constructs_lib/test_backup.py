import json

import pytest

from constructs_lib.backup import Backups, BackupSpec
from constructs_lib.file_system import FileSystem
from tests.support.template import Template
from tests.support.world import World, template_of


def _define(world: World) -> Backups:
    files = FileSystem(
        world.stack, "Files", name="shop-db", network=world.network, key=world.key, owner_uid=1000, owner_gid=1000
    )
    return Backups(world.stack, "Backups", name="shop-data", spec=BackupSpec(), file_systems=[files], key=world.key)


@pytest.fixture(scope="module")
def template() -> Template:
    return template_of(_define)


def test_a_copy_every_day_for_five_weeks(template: Template) -> None:
    """The plan copies daily and keeps 35 days."""
    (rule,) = template.only("aws_backup_plan")["rule"]
    assert rule["schedule"] == "cron(0 5 * * ? *)"
    assert rule["lifecycle"] == {"delete_after": 35}


def test_the_vault_is_encrypted_and_survives(template: Template) -> None:
    """The copies have a customer-managed key, and a plan can't delete the vault."""
    vault = template.only("aws_backup_vault")
    assert "kms_key_arn" in vault
    assert vault["lifecycle"]["prevent_destroy"] is True
    assert vault["force_destroy"] is False


def test_restores_are_tried(template: Template) -> None:
    """The newest copy of each file system is restored once a month."""
    assert template.only("aws_backup_restore_testing_plan")["schedule_expression"] == "cron(0 7 1 * ? *)"
    selection = template.only("aws_backup_restore_testing_selection")
    assert selection["protected_resource_type"] == "EFS"
    assert len(selection["protected_resource_arns"]) == 1
    # the provider can't update the list
    (trigger,) = selection["lifecycle"]["replace_triggered_by"]
    assert trigger.startswith("aws_backup_selection.")


def test_nothing_to_back_up_is_a_mistake() -> None:
    """A plan over no file system is refused."""
    with pytest.raises(ValueError, match="nothing to back up"):
        template_of(
            lambda world: Backups(
                world.stack, "Backups", name="shop-data", spec=BackupSpec(), file_systems=[], key=world.key
            )
        )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"retention_days": 6}, "use 7 to 3650"),
        ({"schedule": "daily"}, "is no AWS cron expression"),
        ({"restore_test_schedule": "0 7 * * *"}, "is no AWS cron expression"),
    ],
)
def test_refuses_a_plan_that_aws_refuses(change: dict[str, object], words: str) -> None:
    """A short retention or another kind of schedule is refused."""
    with pytest.raises(ValueError, match=words):
        BackupSpec(**change)  # type: ignore[arg-type]


def test_the_backup_role_can_copy_and_restore_and_delete_nothing(template: Template) -> None:
    """It has no managed policy, no right to delete, and copies only the file systems that it was given."""
    assert template.resources("aws_iam_role_policy_attachment") == []
    statements = [
        statement
        for policy in template.resources("aws_iam_role_policy")
        if "backup" in policy["name"] or policy["name"] in {"back-up", "restore", "use-key"}
        for statement in json.loads(policy["policy"])["Statement"]
    ]
    actions = {action for statement in statements for action in statement["Action"]}
    assert {"elasticfilesystem:Backup", "elasticfilesystem:Restore", "backup:CopyIntoBackupVault"} <= actions
    assert not [action for action in actions if "Delete" in action or "*" in action]
    (copied,) = [s["Resource"] for s in statements if "elasticfilesystem:Backup" in s["Action"]]
    assert all(resource.startswith("${aws_efs_file_system.") for resource in copied)


def test_backups_that_stay_for_years_are_tried_within_the_window_of_the_service() -> None:
    """Restore tests look back a year at most, however long backups stay."""

    def define(world: World) -> Backups:
        files = FileSystem(
            world.stack, "Files", name="shop-db", network=world.network, key=world.key, owner_uid=1000, owner_gid=1000
        )
        spec = BackupSpec(retention_days=3650)
        return Backups(world.stack, "Backups", name="shop-data", spec=spec, file_systems=[files], key=world.key)

    plan = template_of(define).only("aws_backup_restore_testing_plan")
    (selection,) = plan["recovery_point_selection"]
    assert selection["selection_window_days"] == 365
