"""How a resource of each type is recognized: by its name, by a look into the account, or not at all.

A test holds this against the synthesized stacks: a new type must be given its place here.
"""

import string
from collections.abc import Iterator

from tools.adopt.aws import Account, Json
from tools.adopt.finder import Finder
from tools.adopt.network_kinds import NETWORK
from tools.adopt.service_kinds import SERVICES

# the import id is made of the planned values; whether there is such a thing, Terraform says
NAMED = {
    "aws_backup_restore_testing_plan": "{name}",
    "aws_backup_restore_testing_selection": "{name}:{restore_testing_plan_name}",
    "aws_backup_vault": "{name}",
    "aws_cloudfront_function": "{name}",
    "aws_cloudfront_monitoring_subscription": "{distribution_id}",
    "aws_cloudwatch_log_group": "{name}",
    "aws_ecr_repository": "{name}",
    "aws_iam_role": "{name}",
    "aws_kms_alias": "{name}",
    "aws_route": "{route_table_id}_{destination_cidr_block}",
    "aws_route53_record": "{zone_id}_{name}_{type}",
    "aws_route_table_association": "{subnet_id}/{route_table_id}",
    "aws_ssm_parameter": "{name}",
}

# making these again is writing the same thing to the same place: no second one comes of it, nothing is refused
WRITTEN_AGAIN = frozenset({
    "aws_acm_certificate_validation",
    "aws_appautoscaling_policy",
    "aws_appautoscaling_target",
    "aws_cloudwatch_dashboard",
    "aws_cloudwatch_event_rule",
    "aws_cloudwatch_event_target",
    "aws_cloudwatch_log_delivery_destination",
    "aws_cloudwatch_log_delivery_source",
    "aws_cloudwatch_log_metric_filter",
    "aws_cloudwatch_log_resource_policy",
    "aws_cloudwatch_metric_alarm",
    "aws_default_security_group",
    "aws_ecr_lifecycle_policy",
    "aws_ecs_cluster",
    "aws_ecs_cluster_capacity_providers",
    "aws_efs_file_system_policy",
    "aws_iam_role_policy",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_logging",
    "aws_s3_bucket_notification",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning",
    "aws_secretsmanager_secret_version",
    "aws_sns_topic",
    "aws_sns_topic_policy",
    "aws_sns_topic_subscription",
    "aws_wafv2_web_acl_logging_configuration",
    "terraform_data",
})  # fmt: skip


def finder(kind: str) -> Finder | None:
    """Return how to find what may be a planned resource of *kind*; None when nobody wrote it down."""
    if kind in WRITTEN_AGAIN:
        return lambda _account, _want: ()
    if kind in NAMED:
        return _by_name(NAMED[kind])
    return NETWORK.get(kind) or SERVICES.get(kind)


def _by_name(template: str) -> Finder:
    fields = [field for _, field, _, _ in string.Formatter().parse(template) if field]

    def find(_account: Account, want: Json) -> Iterator[str]:
        if all(want.get(field) for field in fields):
            yield template.format(**want)

    return find
