"""Every right of every role, and a reason for everything that is not named."""

import json
from typing import Any, Final

import pytest

from constructs_lib.iam import Statement
from tests.support.iam_policy import allows
from tests.support.roles import Role as Found
from tests.support.roles import as_list, policies, roles_of
from tests.support.synthesis import Synthesized
from tools import toolchain

# Every role, and every action that it has. A new right is a line here, so that a review sees it.
ACTIONS: Final[dict[str, set[str]]] = {
    "flow-log": {"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"},
    "influxdb-task": {"elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"},
    "influxdb-execution": {
        "kms:Decrypt",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "secretsmanager:GetSecretValue",
    },
    "chromadb-task": {"elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"},
    "chromadb-execution": {"logs:CreateLogStream", "logs:PutLogEvents"},
    "data": {
        "backup:CopyIntoBackupVault",
        "backup:DescribeBackupVault",
        "elasticfilesystem:Backup",
        "elasticfilesystem:CreateFileSystem",
        "elasticfilesystem:DescribeFileSystems",
        "elasticfilesystem:DescribeTags",
        "elasticfilesystem:Restore",
        "elasticfilesystem:TagResource",
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "tag:GetResources",
    },
    "backend-task": {
        "bedrock-agentcore:InvokeAgentRuntime",
        "bedrock:InvokeAgent",
        "bedrock:InvokeModel",
        "ssm:GetParametersByPath",
    },
    "backend-execution": {
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
        "kms:Decrypt",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "secretsmanager:GetSecretValue",
    },
    "delivery-image": {
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:CompleteLayerUpload",
        "ecr:DescribeImages",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
    },
    "delivery-backend": {
        "application-autoscaling:RegisterScalableTarget",
        "ecr:BatchGetImage",
        "ecr:DescribeImages",
        "ecr:PutImage",
        "ecs:DescribeServices",
        "ecs:DescribeTaskDefinition",
        "ecs:DescribeTasks",
        "ecs:ListTasks",
        "ecs:RegisterTaskDefinition",
        "ecs:TagResource",
        "ecs:UpdateService",
        "iam:PassRole",
        "ssm:GetParameter",
        "ssm:GetParameterHistory",
        "ssm:PutParameter",
    },
    "delivery-frontend": {
        "cloudfront:CreateInvalidation",
        "cloudfront:GetInvalidation",
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "s3:DeleteObject",
        "s3:GetObject",
        "s3:GetObjectTagging",
        "s3:GetObjectVersion",
        "s3:ListBucket",
        "s3:ListBucketVersions",
        "s3:PutObject",
        "s3:PutObjectTagging",
    },
}
SERVICES: Final = {"flow-log": "vpc-flow-logs.amazonaws.com", "data": "backup.amazonaws.com"}


@pytest.fixture(scope="module")
def roles(synthesized: Synthesized) -> dict[str, Found]:
    return {name.removeprefix("edgemind-prod-"): role for name, role in roles_of(synthesized.of("prod")).items()}


def test_every_role_has_exactly_the_actions_that_are_written_down(roles: dict[str, Found]) -> None:
    """Roles and actions over all stacks of an environment are the table, no more and no less."""
    assert {name: role.actions() for name, role in roles.items()} == ACTIONS


def test_no_role_has_a_managed_policy(synthesized: Synthesized) -> None:
    """Rights come from grants in the code; nothing is attached whose content somebody else decides."""
    for name, role in roles_of(synthesized.stacks).items():
        assert role.managed == [], name
    for stack in synthesized.stacks.values():
        for kind in ("aws_iam_role", "aws_iam_policy", "aws_iam_user", "aws_iam_access_key"):
            for resource in stack.resources(kind):
                assert kind == "aws_iam_role"
                assert not {"managed_policy_arns", "inline_policy"} & set(resource)


def test_no_action_has_a_wildcard(roles: dict[str, Found]) -> None:
    """Actions are named one by one."""
    assert [action for role in roles.values() for action in role.actions() if "*" in action] == []


def test_every_wildcard_in_a_resource_has_a_reason(roles: dict[str, Found]) -> None:
    """Wildcards are these, and each passed Statement, which refuses one without a reason."""
    wild = [
        (name, statement["Sid"])
        for name, role in roles.items()
        for statement in role.statements
        if any("*" in resource for resource in as_list(statement["Resource"]))
    ]
    assert set(wild) == {
        ("flow-log", "Write"),  # a log stream a network interface
        ("influxdb-execution", "WriteLog"),  # a log stream a task
        ("chromadb-execution", "WriteLog"),
        ("backend-execution", "WriteLog"),
        ("backend-execution", "Login"),  # the action knows no resources
        ("data", "FindByTag"),  # the action knows no resources
        ("data", "RestoreToNewFileSystem"),  # the file system does not exist yet
        ("backend-task", "InvokeModels"),  # versions of three model families
        ("backend-task", "InvokeAgents"),  # agents are made elsewhere
        ("backend-task", "InvokeRuntimes"),
        ("backend-task", "FindAgents"),  # parameters below one path
        ("delivery-image", "Login"),
        ("delivery-backend", "ReadTaskDefinition"),  # the action knows no resources
        ("delivery-backend", "RegisterRevision"),  # the number of a revision
        ("delivery-backend", "Tasks"),  # tasks of one cluster, by condition
        ("delivery-frontend", "Write"),  # the files of one bucket
    }
    with pytest.raises(ValueError, match="without a reason"):
        Statement(sid="Any", actions=["s3:GetObject"], resources=["*"])
    library = (toolchain.ROOT / "constructs_lib", toolchain.ROOT / "stacks")
    makers = [f.name for folder in library for f in folder.glob("*.py") if "IamRolePolicy(" in f.read_text("utf-8")]
    assert makers == ["iam.py"], "only Role makes policies of roles, and only from Statements"


def test_wildcards_without_resources_are_narrowed_or_harmless(roles: dict[str, Found]) -> None:
    """A bare "*" as resource is on read-only actions only, or has a condition."""
    harmless = {"ecr:GetAuthorizationToken", "ecs:DescribeTaskDefinition", "tag:GetResources"}
    for name, role in roles.items():
        for statement in role.statements:
            if "*" in as_list(statement["Resource"]):
                assert set(as_list(statement["Action"])) <= harmless or statement.get("Condition"), (name, statement)


def test_roles_are_passed_to_tasks_only(roles: dict[str, Found]) -> None:
    """iam:PassRole names the two roles of one task, and the service that may have them."""
    passing = [(n, s) for n, role in roles.items() for s in role.statements if "iam:PassRole" in as_list(s["Action"])]
    ((name, statement),) = passing
    assert name == "delivery-backend"
    assert len(statement["Resource"]) == 2
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}


def test_services_assume_roles_for_this_account_only(roles: dict[str, Found]) -> None:
    """Every trust of an AWS service names the account, so that nobody else's resource can borrow the role."""
    for name, role in roles.items():
        if name.startswith("delivery-"):
            continue
        (statement,) = role.trust
        assert statement["Principal"] == {"Service": SERVICES.get(name, "ecs-tasks.amazonaws.com")}
        assert "aws:SourceAccount" in statement["Condition"]["StringEquals"]


def test_policies_of_resources_let_nobody_in_by_wildcard(synthesized: Synthesized) -> None:
    """In every resource policy a principal "*" is denied something, or bound by a condition to one of ours."""
    seen = 0
    for stack in synthesized.stacks.values():
        for address, policy in policies(stack):
            for statement in policy["Statement"]:
                if statement["Effect"] == "Allow" and _anybody(statement.get("Principal")):
                    pytest.fail(f"{address} lets anybody in: {statement}")
                seen += 1
    assert seen > 50


def test_services_use_keys_for_this_account_only(synthesized: Synthesized) -> None:
    """In key policies every service is bound to this account or to one of its resources."""
    for stack in synthesized.stacks.values():
        for key in stack.resources("aws_kms_key"):
            for statement in json.loads(key["policy"])["Statement"]:
                if "Service" in statement["Principal"]:
                    assert statement.get("Condition"), statement


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("elasticfilesystem:ClientRootAccess", "arn:aws:elasticfilesystem:us-east-1:1:file-system/fs-1"),
        ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:1:secret:edgemind/influxdb-x"),
        ("ssm:GetParametersByPath", "arn:aws:ssm:us-east-1:1:parameter/other/agents/x"),
        ("bedrock:InvokeModel", "arn:aws:bedrock:us-east-1::foundation-model/meta.llama3-70b"),
        ("bedrock:CreateAgent", "arn:aws:bedrock:us-east-1:1:agent/x"),
        ("s3:GetObject", "arn:aws:s3:::edgemind-prod-frontend/index.html"),
        ("iam:PassRole", "arn:aws:iam::1:role/edgemind-prod-backend-task"),
        ("sts:AssumeRole", "arn:aws:iam::1:role/edgemind-prod-delivery-image"),
        ("ecs:ExecuteCommand", "arn:aws:ecs:us-east-1:1:task/edgemind-prod-cluster/x"),
        ("kms:Decrypt", "arn:aws:kms:us-east-1:1:key/x"),
    ],
)
def test_the_application_may_do_nothing_of_this(action: str, resource: str, roles: dict[str, Found]) -> None:
    """The backend's task role allows its models, agents and parameters; evaluated as IAM documents it."""
    assert not allows({"Statement": _known(roles["backend-task"].statements)}, action=action, resource=resource)


def test_the_application_may_ask_its_models() -> None:
    """The evaluator of the refusals above does allow what is granted."""
    allowed = {
        "Effect": "Allow",
        "Action": ["bedrock:InvokeModel"],
        "Resource": ["arn:aws:bedrock:*::foundation-model/amazon.nova-*"],
    }
    nova = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0"
    assert allows({"Statement": [allowed]}, action="bedrock:InvokeModel", resource=nova)


def _known(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return *statements* with an account number where Terraform will put one."""
    text = json.dumps(statements)
    start = text.find("${data.aws_caller_identity")
    token = text[start : text.index("}", start) + 1]
    found: list[dict[str, Any]] = json.loads(text.replace(token, "1"))
    return found


def _anybody(principal: Any) -> bool:
    return principal == "*" or (isinstance(principal, dict) and "*" in as_list(principal.get("AWS", [])))
