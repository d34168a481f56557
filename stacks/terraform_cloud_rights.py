"""What Terraform may do in an environment's account: look at what it manages (plan), and change it (apply).

Services and verbs that the stacks use, no others, and no whole service. Where AWS lets a resource be named, the
environment's names bound the right; where ids are random (networks, files, keys, distributions) the verbs do. What
is read are settings, never contents: no objects, no images, no log lines.
"""

from collections.abc import Mapping, Sequence

from constructs_lib.account import AwsAccount
from constructs_lib.iam import Statement
from stacks.environment import Environment

_LOOKS: Mapping[str, Sequence[str]] = {
    "acm": ("DescribeCertificate", "ListTagsForCertificate"),
    "application-autoscaling": ("Describe*", "ListTagsForResource"),
    "backup": ("DescribeBackupVault", "GetBackup*", "GetRestoreTesting*", "ListBackupSelections", "ListTags"),
    "budgets": ("ViewBudget", "ListTagsForResource"),
    "cloudfront": ("Describe*", "Get*", "List*"),
    "cloudwatch": ("Describe*", "GetDashboard", "ListTagsForResource"),
    "ec2": ("Describe*", "GetManagedPrefixListEntries", "GetSecurityGroupsForVpc"),
    "ecr": ("DescribeRepositories", "GetLifecyclePolicy", "GetRepositoryPolicy", "ListTagsForResource"),
    "ecs": ("Describe*", "ListTagsForResource"),
    "elasticfilesystem": ("Describe*", "ListTagsForResource"),
    "elasticloadbalancing": ("Describe*",),
    "events": ("DescribeRule", "ListTagsForResource", "ListTargetsByRule"),
    "iam": ("GetOpenIDConnectProvider", "GetPolicy*", "GetRole*", "ListAttachedRolePolicies", "ListRole*"),
    "kms": ("DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListAliases", "ListResourceTags"),
    "logs": ("Describe*", "GetDelivery*", "ListTagsForResource"),
    "route53": ("GetChange", "GetHostedZone", "GetDNSSEC", "List*"),
    "s3": ("Get*Configuration", "GetBucket*", "ListBucket"),
    "secretsmanager": ("DescribeSecret", "GetRandomPassword", "GetResourcePolicy"),
    "servicediscovery": ("Get*", "ListTagsForResource"),
    "sns": ("GetSubscriptionAttributes", "GetTopicAttributes", "ListTagsForResource"),
    "ssm": ("DescribeParameters", "ListTagsForResource"),
    "sts": ("GetCallerIdentity",),
    "wafv2": ("GetLoggingConfiguration", "GetWebACL*", "ListTagsForResource"),
}
_UNNAMED: Mapping[str, Sequence[str]] = {
    "acm": ("*Certificate", "*TagsToCertificate", "*TagsFromCertificate"),
    "application-autoscaling": ("DeleteS*", "DeregisterScalableTarget", "PutScalingPolicy", "RegisterScalableTarget"),
    "cloudfront": ("Create*", "Delete*", "PublishFunction", "TagResource", "UntagResource", "Update*"),
    "ec2": (
        "A*Address*",
        "AssociateRouteTable",
        "AttachInternetGateway",
        "AuthorizeSecurityGroup*",
        "Create*",
        "DeleteFlowLogs",
        "DeleteInternetGateway",
        "DeleteNatGateway",
        "DeleteRoute*",
        "DeleteSecurityGroup",
        "DeleteSubnet",
        "DeleteTags",
        "DeleteVpc*",
        "Detach*",
        "Disassociate*",
        "ModifySecurityGroupRules",
        "ModifySubnetAttribute",
        "ModifyVpc*",
        "ReleaseAddress",
        "ReplaceRoute*",
        "RevokeSecurityGroup*",
    ),
    "ecs": ("DeregisterTaskDefinition",),
    "elasticfilesystem": ("Create*", "Delete*", "ModifyMountTargetSecurityGroups", "Put*", "TagResource", "Update*"),
    "kms": ("CreateKey", "EnableKeyRotation", "PutKeyPolicy", "ScheduleKeyDeletion", "TagResource", "UpdateKey*"),
    "cloudwatch": ("DeleteDashboards", "PutDashboard"),
    "logs": ("*Delivery*", "DeleteResourcePolicy", "PutResourcePolicy"),
    "route53": ("Change*", "Create*Zone", "CreateQuery*", "DeleteHostedZone", "DeleteQuery*", "UpdateHostedZone*"),
    "servicediscovery": ("Create*", "Delete*", "TagResource", "UntagResource", "Update*"),
}
_NAMED: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "backup": (("backup-vault:{prefix}*", "backup-plan:*", "restore-testing-plan:*"), ("Create*", "Delete*", "Put*")),
    "budgets": (("budget/{prefix}*",), ("ModifyBudget", "TagResource", "UntagResource")),
    "cloudwatch": (("alarm:{prefix}*",), ("DeleteAlarms", "PutMetricAlarm", "TagResource", "UntagResource")),
    "ecr": (
        ("repository/{prefix}*",),
        (
            "CreateRepository",
            "DeleteLifecyclePolicy",
            "DeleteRepository*",
            "Put*",
            "SetRepositoryPolicy",
            "TagResource",
        ),
    ),
    "ecs": (
        ("cluster/{prefix}*", "service/{prefix}*", "task-definition/{prefix}*"),
        ("Create*", "DeleteCluster", "DeleteService", "Put*", "RegisterTaskDefinition", "TagResource", "Update*"),
    ),
    "elasticloadbalancing": (
        ("*/{prefix}*", "*/app/{prefix}*"),
        ("AddTags", "Create*", "Delete*", "Modify*", "RemoveTags", "Set*"),
    ),
    "events": (("rule/{prefix}*",), ("DeleteRule", "Put*", "RemoveTargets", "TagResource", "UntagResource")),
    "iam": (
        ("role/{prefix}-*",),
        (
            "AttachRolePolicy",
            "CreateRole",
            "DeleteRole*",
            "DetachRolePolicy",
            "PutRolePolicy",
            "TagRole",
            "Update*Role*",
        ),
    ),
    "kms": (("alias/{prefix}*", "key/*"), ("CreateAlias", "DeleteAlias", "UpdateAlias")),
    "logs": (
        ("log-group:*{prefix}*",),
        (
            "AssociateKmsKey",
            "CreateLogGroup",
            "DeleteLogGroup",
            "DeleteMetricFilter",
            "PutMetricFilter",
            "PutRetentionPolicy",
            "TagResource",
            "UntagResource",
        ),
    ),
    "secretsmanager": (
        ("secret:{secrets}/*",),
        ("CreateSecret", "DeleteSecret", "PutResourcePolicy", "PutSecretValue", "TagResource", "UpdateSecret"),
    ),
    "sns": (("{prefix}*",), ("CreateTopic", "DeleteTopic", "SetTopicAttributes", "Subscribe", "TagResource")),
    "ssm": (("parameter/{prefix}/*",), ("*TagsToResource", "DeleteParameter", "PutParameter")),
    "wafv2": (("global/*",), ("AssociateWebACL", "*WebACL", "*LoggingConfiguration", "TagResource")),
}
_GLOBAL = frozenset({"budgets", "iam"})
_USES_KEYS = ("backup", "ecr", "elasticfilesystem", "secretsmanager", "sns")
_HAVE_LINKED_ROLES = ("ecs", "ecs.application-autoscaling", "elasticloadbalancing", "vpcorigin.cloudfront")
_ROLES_ARE_PASSED_TO = ("backup.amazonaws.com", "ecs-tasks.amazonaws.com", "vpc-flow-logs.amazonaws.com")


def looks(account: AwsAccount, environment: Environment) -> list[Statement]:
    """Return what a plan needs: settings of what the stacks manage, and the two values that Terraform compares."""
    secret = f"secret:{environment.secret_prefix}/influxdb-??????"
    return [
        Statement(
            sid="Look",
            actions=_actions(_LOOKS),
            resources=["*"],
            wildcard_reason="a plan finds out what is there; these actions read settings and no contents",
        ),
        Statement(
            sid="ReadParameters",
            actions=["ssm:GetParameter", "ssm:GetParameters"],
            resources=[account.arn("ssm", f"parameter/{environment.prefix}/*")],
            wildcard_reason="all parameters below the environment's path, none of them secret",
        ),
        Statement(
            sid="CompareSecretVersion",
            actions=["secretsmanager:GetSecretValue"],
            resources=[account.arn("secretsmanager", secret)],
        ),
        Statement(
            sid="DecryptThatSecret",
            actions=["kms:Decrypt"],
            resources=[account.arn("kms", "key/*")],
            conditions={
                "StringEquals": {"kms:ViaService": f"secretsmanager.{environment.region}.amazonaws.com"},
                "StringLike": {"kms:EncryptionContext:SecretARN": account.arn("secretsmanager", secret)},
            },
            wildcard_reason="the key's id is random; the encryption context names the one secret",
        ),
    ]


def changes(account: AwsAccount, environment: Environment) -> list[Statement]:
    """Return what an apply needs beyond :func:`looks`; the two roles of Terraform itself are out of its reach."""
    buckets = f"arn:aws:s3:::{environment.prefix}-*"
    return [
        Statement(
            sid="ChangeBuckets",
            actions=["s3:CreateBucket", "s3:DeleteBucket*", "s3:Put*Configuration", "s3:PutBucket*"],
            resources=[buckets],
            wildcard_reason="buckets whose names start with the environment's, and their settings; no objects",
        ),
        Statement(
            sid="ChangeUnnamed",
            actions=_actions(_UNNAMED),
            resources=["*"],
            conditions={"StringEquals": {"aws:RequestedRegion": [environment.region]}},
            wildcard_reason="these resources get random ids, so the verbs and the region are the bound",
        ),
        *(_change_named(account, environment, service) for service in _NAMED),
        Statement(
            sid="PassRoles",
            actions=["iam:PassRole"],
            resources=[account.arn("iam", f"role/{environment.prefix}-*", region="")],
            conditions={"StringEquals": {"iam:PassedToService": list(_ROLES_ARE_PASSED_TO)}},
            wildcard_reason="the roles of the environment's own services, which these stacks define",
        ),
        Statement(
            sid="UseKeysThroughServices",
            actions=["kms:CreateGrant", "kms:GenerateDataKey"],
            resources=[account.arn("kms", "key/*")],
            conditions={
                "StringEquals": {
                    "kms:ViaService": [f"{name}.{environment.region}.amazonaws.com" for name in _USES_KEYS]
                }
            },
            wildcard_reason="a key's id is random; only the services that encrypt with it may use it here",
        ),
        Statement(
            sid="LinkServiceRoles",
            actions=["iam:CreateServiceLinkedRole"],
            resources=[account.arn("iam", "role/aws-service-role/*", region="")],
            conditions={
                "StringEquals": {"iam:AWSServiceName": [f"{name}.amazonaws.com" for name in _HAVE_LINKED_ROLES]}
            },
            wildcard_reason="AWS names these roles; the condition lists whose",
        ),
    ]


def _actions(verbs: Mapping[str, Sequence[str]]) -> list[str]:
    return [f"{service}:{verb}" for service, names in verbs.items() for verb in names]


def _change_named(account: AwsAccount, environment: Environment, service: str) -> Statement:
    patterns, verbs = _NAMED[service]
    names = {"prefix": environment.prefix, "secrets": environment.secret_prefix}
    region = "" if service in _GLOBAL else None
    return Statement(
        sid=f"Change{service.title().replace('-', '')}",
        actions=[f"{service}:{verb}" for verb in verbs],
        resources=_arns(account, service, [pattern.format(**names) for pattern in patterns], region=region),
        wildcard_reason="names that start with the environment's, and verbs that Terraform's resources use",
    )


def _arns(account: AwsAccount, service: str, resources: Sequence[str], *, region: str | None) -> list[str]:
    return [account.arn(service, resource, region=region) for resource in resources]
