"""Who may be Terraform, and what Terraform may do: tokens against the trust, actions against the rights."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.cloud_app import ORGANIZATION, STACKS, document, synthesize
from tests.support.iam_policy import allows, trusts
from tests.support.template import Template, parsed

HOST = "app.terraform.io"
AUDIENCE = "aws.workload.identity"
ACCOUNT = "111122223333"
PHASES = ("plan", "apply")


@pytest.fixture(scope="module")
def delivery(cloud: Path) -> Template:
    """Return the stack with a number where Terraform would look one up."""
    found = document(cloud, "edgemind-prod-delivery")
    (name,) = found["data"]["aws_caller_identity"]
    reference = f"${{data.aws_caller_identity.{name}.account_id}}"
    return Template(json.loads(json.dumps(found).replace(reference, ACCOUNT)))


def _subject(**parts: str) -> str:
    known = {"organization": ORGANIZATION, "project": "edgemind", "workspace": "edgemind-prod-backend"} | parts
    phase = known.pop("run_phase", "plan")
    return ":".join(f"{key}:{value}" for key, value in known.items()) + f":run_phase:{phase}"


def _trusted(template: Template, phase: str, *, sub: str | None, aud: str | None = AUDIENCE, host: str = HOST) -> bool:
    trust = template.policy("aws_iam_role", "assume_role_policy", name=f"edgemind-terraform-prod-{phase}")
    address = template.address("aws_iam_openid_connect_provider", url=f"https://{HOST}")
    provider = f"${{{address}.arn}}" if host == HOST else "arn:aws:iam::111122223333:oidc-provider/other"
    claims = {name: value for name, value in (("sub", sub), ("aud", aud)) if value is not None}
    return trusts(trust, provider=provider, claims=claims, host=host)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("stack", STACKS)
def test_each_workspace_is_let_in_in_its_phase(delivery: Template, phase: str, stack: str) -> None:
    """A plan of each stack's workspace gets the plan role, an apply the apply role."""
    assert _trusted(delivery, phase, sub=_subject(workspace=f"edgemind-prod-{stack}", run_phase=phase))


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize(
    "parts",
    [
        {"organization": "other-org"},
        {"organization": f"{ORGANIZATION}-2"},
        {"project": "other"},
        {"project": "Default Project"},
        {"workspace": "edgemind-prod-backend-2"},
        {"workspace": "edgemind-dev-backend"},
        {"workspace": "edgemind-terraform-cloud"},
        {"workspace": "*"},
    ],
    ids=str,
)
def test_other_subjects_are_refused(delivery: Template, phase: str, parts: dict[str, str]) -> None:
    """A token of another organization, project or workspace is refused."""
    assert not _trusted(delivery, phase, sub=_subject(run_phase=phase, **parts))


@pytest.mark.parametrize("phase", PHASES)
def test_a_plan_is_no_apply(delivery: Template, phase: str) -> None:
    """A run's token opens the role of its own phase and not the other's."""
    other = next(name for name in PHASES if name != phase)
    assert not _trusted(delivery, phase, sub=_subject(run_phase=other))


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("audience", ["sts.amazonaws.com", "aws.workload.identity2", "", None])
def test_other_audiences_are_refused(delivery: Template, phase: str, audience: str | None) -> None:
    """A token for somebody else, or for nobody, is refused."""
    assert not _trusted(delivery, phase, sub=_subject(run_phase=phase), aud=audience)


@pytest.mark.parametrize("phase", PHASES)
def test_token_without_subject_is_refused(delivery: Template, phase: str) -> None:
    """A claim that is absent satisfies nothing."""
    assert not _trusted(delivery, phase, sub=None)


@pytest.mark.parametrize("phase", PHASES)
def test_other_issuers_are_refused(delivery: Template, phase: str) -> None:
    """A token of another issuer is refused, whatever it says."""
    assert not _trusted(delivery, phase, sub=_subject(run_phase=phase), host="token.actions.githubusercontent.com")


@pytest.mark.parametrize("phase", PHASES)
def test_trust_is_exact(delivery: Template, phase: str) -> None:
    """The trust has one operator, two claims, and no wildcard."""
    text = delivery.only("aws_iam_role", name=f"edgemind-terraform-prod-{phase}")["assume_role_policy"]
    (statement,) = parsed(text)["Statement"]
    assert set(statement["Condition"]) == {"StringEquals"}
    assert set(statement["Condition"]["StringEquals"]) == {f"{HOST}:aud", f"{HOST}:sub"}
    assert "*" not in text


def _rights(template: Template, phase: str) -> dict[str, Any]:
    address = template.address("aws_iam_role", name=f"edgemind-terraform-prod-{phase}")
    own = [p for p in template.resources("aws_iam_role_policy") if p["role"] == f"${{{address}.name}}"]
    return {"Statement": [s for policy in own for s in parsed(policy["policy"])["Statement"]]}


def _may(template: Template, phase: str, action: str, resource: str = "*", **context: str) -> bool:
    where = {"aws:RequestedRegion": "us-east-1"} | {key.replace("__", ":"): v for key, v in context.items()}
    return allows(_rights(template, phase), action=action, resource=resource, **where)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize(
    "action",
    ["ec2:DescribeVpcs", "ecs:DescribeServices", "s3:GetBucketPolicy", "iam:GetRole", "kms:DescribeKey"],
)
def test_both_see_settings(delivery: Template, phase: str, action: str) -> None:
    """Plans and applies read the settings of what the stacks manage."""
    assert _may(delivery, phase, action)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize(
    "action",
    [
        "s3:GetObject",
        "s3:PutObject",
        "ecr:BatchGetImage",
        "logs:GetLogEvents",
        "logs:FilterLogEvents",
        "dynamodb:GetItem",
        "sts:AssumeRole",
        "iam:CreateUser",
        "iam:CreateAccessKey",
        "ecs:ExecuteCommand",
        "ecs:RunTask",
        "organizations:LeaveOrganization",
    ],
)
def test_neither_sees_contents_or_makes_keys(delivery: Template, phase: str, action: str) -> None:
    """Neither role reads objects, images or logs, runs tasks, or makes long-lived keys."""
    assert not _may(delivery, phase, action)


@pytest.mark.parametrize("phase", PHASES)
def test_one_secret_is_compared(delivery: Template, phase: str) -> None:
    """Terraform compares the version of the secret that it generates; all others stay closed to it."""
    arn = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:edgemind"
    assert _may(delivery, phase, "secretsmanager:GetSecretValue", f"{arn}/influxdb-a1b2c3")
    assert not _may(delivery, phase, "secretsmanager:GetSecretValue", f"{arn}/mqtt-a1b2c3")


def test_plan_role_changes_nothing(delivery: Template) -> None:
    """Every action of the plan role reads; what a pull request starts can't change the account."""
    for statement in _rights(delivery, "plan")["Statement"]:
        for action in statement["Action"]:
            verb = action.split(":")[1]
            assert verb.startswith(("Describe", "Get", "List", "View")) or action == "kms:Decrypt", action


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("ec2:CreateVpc", "*"),
        ("ecs:UpdateService", f"arn:aws:ecs:us-east-1:{ACCOUNT}:service/edgemind-prod-cluster/edgemind-prod-backend"),
        ("ecs:RegisterTaskDefinition", f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/edgemind-prod-backend:7"),
        ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/edgemind-prod-backend-task"),
        ("logs:PutRetentionPolicy", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/ecs/edgemind-prod-backend"),
        (
            "elasticloadbalancing:ModifyLoadBalancerAttributes",
            f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:loadbalancer/app/edgemind-prod-backend/50dc6c495c0c9188",
        ),
        ("ssm:PutParameter", f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/edgemind-prod/backend/image"),
    ],
)
def test_apply_role_changes_its_own(delivery: Template, action: str, resource: str) -> None:
    """The apply role changes what the stacks define."""
    assert _may(delivery, "apply", action, resource)
    assert not _may(delivery, "plan", action, resource)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/edgemind-terraform-prod-apply"),
        ("iam:UpdateAssumeRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/edgemind-terraform-prod-plan"),
        ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/administrators"),
        ("iam:CreateOpenIDConnectProvider", f"arn:aws:iam::{ACCOUNT}:oidc-provider/{HOST}"),
        ("ecs:UpdateService", f"arn:aws:ecs:us-east-1:{ACCOUNT}:service/shop/api"),
        ("ecr:DeleteRepository", f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/shop"),
        ("secretsmanager:DeleteSecret", f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:shop/db-a1b2c3"),
        ("cloudwatch:DeleteAlarms", f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:shop"),
        ("logs:DeleteLogGroup", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/ecs/shop"),
    ],
)
def test_apply_role_leaves_others_and_itself_alone(delivery: Template, action: str, resource: str) -> None:
    """The apply role can't widen its own rights, nor touch what is named after somebody else."""
    assert not _may(delivery, "apply", action, resource)


def _arn(service: str, resource: str, *, region: str = "us-east-1", account: str = ACCOUNT) -> str:
    return f"arn:aws:{service}:{region}:{account}:{resource}"


BUCKET = "arn:aws:s3:::edgemind-prod-frontend"
ROLE = _arn("iam", "role/edgemind-prod-x", region="")
TYPES = {
    "aws_acm_certificate": ("acm:RequestCertificate", "*"),
    "aws_acm_certificate_validation": ("acm:DescribeCertificate", "*"),
    "aws_appautoscaling_policy": ("application-autoscaling:PutScalingPolicy", "*"),
    "aws_appautoscaling_target": ("application-autoscaling:RegisterScalableTarget", "*"),
    "aws_backup_plan": ("backup:CreateBackupPlan", _arn("backup", "backup-plan:1")),
    "aws_backup_restore_testing_plan": ("backup:CreateRestoreTestingPlan", _arn("backup", "restore-testing-plan:1")),
    "aws_backup_restore_testing_selection": (
        "backup:CreateRestoreTestingSelection",
        _arn("backup", "restore-testing-plan:1"),
    ),
    "aws_backup_selection": ("backup:CreateBackupSelection", _arn("backup", "backup-plan:1")),
    "aws_backup_vault": ("backup:CreateBackupVault", _arn("backup", "backup-vault:edgemind-prod-data")),
    "aws_budgets_budget": ("budgets:ModifyBudget", _arn("budgets", "budget/edgemind-prod", region="")),
    "aws_cloudfront_cache_policy": ("cloudfront:CreateCachePolicy", "*"),
    "aws_cloudfront_distribution": ("cloudfront:CreateDistribution", "*"),
    "aws_cloudfront_function": ("cloudfront:CreateFunction", "*"),
    "aws_cloudfront_monitoring_subscription": ("cloudfront:CreateMonitoringSubscription", "*"),
    "aws_cloudfront_origin_access_control": ("cloudfront:CreateOriginAccessControl", "*"),
    "aws_cloudfront_response_headers_policy": ("cloudfront:CreateResponseHeadersPolicy", "*"),
    "aws_cloudfront_vpc_origin": ("cloudfront:CreateVpcOrigin", "*"),
    "aws_cloudwatch_dashboard": ("cloudwatch:PutDashboard", "*"),
    "aws_cloudwatch_event_rule": ("events:PutRule", _arn("events", "rule/edgemind-prod-x")),
    "aws_cloudwatch_event_target": ("events:PutTargets", _arn("events", "rule/edgemind-prod-x")),
    "aws_cloudwatch_log_delivery": ("logs:CreateDelivery", "*"),
    "aws_cloudwatch_log_delivery_destination": ("logs:PutDeliveryDestination", "*"),
    "aws_cloudwatch_log_delivery_source": ("logs:PutDeliverySource", "*"),
    "aws_cloudwatch_log_group": ("logs:CreateLogGroup", _arn("logs", "log-group:/ecs/edgemind-prod-backend")),
    "aws_cloudwatch_log_metric_filter": ("logs:PutMetricFilter", _arn("logs", "log-group:/ecs/edgemind-prod-backend")),
    "aws_cloudwatch_log_resource_policy": ("logs:PutResourcePolicy", "*"),
    "aws_cloudwatch_metric_alarm": ("cloudwatch:PutMetricAlarm", _arn("cloudwatch", "alarm:edgemind-prod-x")),
    "aws_default_security_group": ("ec2:RevokeSecurityGroupIngress", "*"),
    "aws_ecr_lifecycle_policy": ("ecr:PutLifecyclePolicy", _arn("ecr", "repository/edgemind-prod-backend")),
    "aws_ecr_repository": ("ecr:CreateRepository", _arn("ecr", "repository/edgemind-prod-backend")),
    "aws_ecs_cluster": ("ecs:CreateCluster", _arn("ecs", "cluster/edgemind-prod-cluster")),
    "aws_ecs_cluster_capacity_providers": (
        "ecs:PutClusterCapacityProviders",
        _arn("ecs", "cluster/edgemind-prod-cluster"),
    ),
    "aws_ecs_service": ("ecs:CreateService", _arn("ecs", "service/edgemind-prod-cluster/edgemind-prod-backend")),
    "aws_ecs_task_definition": ("ecs:RegisterTaskDefinition", _arn("ecs", "task-definition/edgemind-prod-backend:1")),
    "aws_efs_access_point": ("elasticfilesystem:CreateAccessPoint", "*"),
    "aws_efs_file_system": ("elasticfilesystem:CreateFileSystem", "*"),
    "aws_efs_file_system_policy": ("elasticfilesystem:PutFileSystemPolicy", "*"),
    "aws_efs_mount_target": ("elasticfilesystem:CreateMountTarget", "*"),
    "aws_eip": ("ec2:AllocateAddress", "*"),
    "aws_flow_log": ("ec2:CreateFlowLogs", "*"),
    "aws_iam_role": ("iam:CreateRole", ROLE),
    "aws_iam_role_policy": ("iam:PutRolePolicy", ROLE),
    "aws_internet_gateway": ("ec2:AttachInternetGateway", "*"),
    "aws_kms_alias": ("kms:CreateAlias", _arn("kms", "alias/edgemind-prod-data")),
    "aws_kms_key": ("kms:CreateKey", "*"),
    "aws_lb": (
        "elasticloadbalancing:CreateLoadBalancer",
        _arn("elasticloadbalancing", "loadbalancer/app/edgemind-prod-backend/1"),
    ),
    "aws_lb_listener": (
        "elasticloadbalancing:CreateListener",
        _arn("elasticloadbalancing", "loadbalancer/app/edgemind-prod-backend/1"),
    ),
    "aws_lb_listener_rule": (
        "elasticloadbalancing:CreateRule",
        _arn("elasticloadbalancing", "listener/app/edgemind-prod-backend/1/2"),
    ),
    "aws_lb_target_group": (
        "elasticloadbalancing:CreateTargetGroup",
        _arn("elasticloadbalancing", "targetgroup/edgemind-prod-backend/1"),
    ),
    "aws_nat_gateway": ("ec2:CreateNatGateway", "*"),
    "aws_route": ("ec2:CreateRoute", "*"),
    "aws_route53_query_log": ("route53:CreateQueryLoggingConfig", "*"),
    "aws_route53_record": ("route53:ChangeResourceRecordSets", "*"),
    "aws_route53_zone": ("route53:CreateHostedZone", "*"),
    "aws_route_table": ("ec2:CreateRouteTable", "*"),
    "aws_route_table_association": ("ec2:AssociateRouteTable", "*"),
    "aws_s3_bucket": ("s3:CreateBucket", BUCKET),
    "aws_s3_bucket_lifecycle_configuration": ("s3:PutLifecycleConfiguration", BUCKET),
    "aws_s3_bucket_logging": ("s3:PutBucketLogging", BUCKET),
    "aws_s3_bucket_notification": ("s3:PutBucketNotification", BUCKET),
    "aws_s3_bucket_ownership_controls": ("s3:PutBucketOwnershipControls", BUCKET),
    "aws_s3_bucket_policy": ("s3:PutBucketPolicy", BUCKET),
    "aws_s3_bucket_public_access_block": ("s3:PutBucketPublicAccessBlock", BUCKET),
    "aws_s3_bucket_server_side_encryption_configuration": ("s3:PutEncryptionConfiguration", BUCKET),
    "aws_s3_bucket_versioning": ("s3:PutBucketVersioning", BUCKET),
    "aws_secretsmanager_secret": ("secretsmanager:CreateSecret", _arn("secretsmanager", "secret:edgemind/mqtt-a1")),
    "aws_secretsmanager_secret_version": (
        "secretsmanager:PutSecretValue",
        _arn("secretsmanager", "secret:edgemind/influxdb-a1"),
    ),
    "aws_security_group": ("ec2:CreateSecurityGroup", "*"),
    "aws_service_discovery_private_dns_namespace": ("servicediscovery:CreatePrivateDnsNamespace", "*"),
    "aws_service_discovery_service": ("servicediscovery:CreateService", "*"),
    "aws_sns_topic": ("sns:CreateTopic", _arn("sns", "edgemind-prod-alarms")),
    "aws_sns_topic_policy": ("sns:SetTopicAttributes", _arn("sns", "edgemind-prod-alarms")),
    "aws_ssm_parameter": ("ssm:PutParameter", _arn("ssm", "parameter/edgemind-prod/backend/image")),
    "aws_subnet": ("ec2:CreateSubnet", "*"),
    "aws_vpc": ("ec2:CreateVpc", "*"),
    "aws_vpc_endpoint": ("ec2:CreateVpcEndpoint", "*"),
    "aws_vpc_security_group_egress_rule": ("ec2:AuthorizeSecurityGroupEgress", "*"),
    "aws_vpc_security_group_ingress_rule": ("ec2:AuthorizeSecurityGroupIngress", "*"),
    "aws_wafv2_web_acl": ("wafv2:CreateWebACL", _arn("wafv2", "global/webacl/edgemind-prod-frontend/1")),
    "aws_wafv2_web_acl_logging_configuration": (
        "wafv2:PutLoggingConfiguration",
        _arn("wafv2", "global/webacl/edgemind-prod-frontend/1"),
    ),
}
BY_ADMINISTRATORS = {"aws_iam_openid_connect_provider", "terraform_data"}


@pytest.mark.parametrize("kind", TYPES)
def test_apply_role_can_make_every_type(delivery: Template, kind: str) -> None:
    """For every type of resource in the stacks the apply role has the action that makes it, on the name it gets."""
    action, resource = TYPES[kind]
    assert _may(delivery, "apply", action, resource)


def test_every_type_is_looked_at(cloud: Path) -> None:
    """A new type of resource in a stack needs a line in the table above, and perhaps a right."""
    used = {kind for stack in STACKS for kind in document(cloud, f"edgemind-prod-{stack}")["resource"]}
    assert used - BY_ADMINISTRATORS <= set(TYPES)


def test_apply_role_works_in_its_region(delivery: Template) -> None:
    """Networks in another region are out of reach."""
    assert not _may(delivery, "apply", "ec2:CreateVpc", aws__RequestedRegion="eu-west-1")


def test_apply_role_passes_roles_to_its_services(delivery: Template) -> None:
    """Roles are passed to the services that the stacks use, and only the environment's own."""
    own = f"arn:aws:iam::{ACCOUNT}:role/edgemind-prod-backend-task"
    assert _may(delivery, "apply", "iam:PassRole", own, iam__PassedToService="ecs-tasks.amazonaws.com")
    assert not _may(delivery, "apply", "iam:PassRole", own, iam__PassedToService="lambda.amazonaws.com")
    assert not _may(
        delivery,
        "apply",
        "iam:PassRole",
        f"arn:aws:iam::{ACCOUNT}:role/administrators",
        iam__PassedToService="ecs-tasks.amazonaws.com",
    )


@pytest.mark.parametrize("phase", PHASES)
def test_policies_fit_into_a_role(delivery: Template, phase: str) -> None:
    """IAM takes 10,240 characters of inline policies a role, white space not counted."""
    address = delivery.address("aws_iam_role", name=f"edgemind-terraform-prod-{phase}")
    own = [p["policy"] for p in delivery.resources("aws_iam_role_policy") if p["role"] == f"${{{address}.name}}"]
    assert sum(len("".join(policy.split())) for policy in own) <= 10_240


def test_provider_can_be_an_existing_one(tmp_path: Path) -> None:
    """A second environment in an account uses the provider that is there."""
    table = '\n[terraform_cloud]\norganization = "example-org"\ncreate_provider = false\n'
    template = Template(document(synthesize(tmp_path, more=table), "edgemind-prod-delivery"))
    assert {p["url"] for p in template.resources("aws_iam_openid_connect_provider")} == {
        "https://token.actions.githubusercontent.com"
    }
    assert template.data("aws_iam_openid_connect_provider")[0]["url"] == f"https://{HOST}"
