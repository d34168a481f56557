from pathlib import Path
from typing import Any

import pytest
from cdktf import TerraformStack

from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.iam import Role
from constructs_lib.secret import GeneratedValue, Secret
from tests.support.template import Template, contains, new_stack, parsed
from tests.support.terraform import refusals


def _secret(stack: TerraformStack, **arguments: Any) -> Secret:
    key = EncryptionKey(stack, "Key", alias="k", description="d")
    defaults: dict[str, Any] = {"name": "shop/db", "description": "The database", "key": key}
    return Secret(stack, "Secret", **defaults | arguments)


def _written(stack: TerraformStack, **arguments: Any) -> Secret:
    generated = {"token": GeneratedValue(), "password": GeneratedValue(length=20, punctuation=True)}
    return _secret(stack, fixed={"url": "http://db.local:8086"}, generated=generated, **arguments)


def test_a_supplied_secret_has_no_version_of_terraforms() -> None:
    """What people supply is written by nobody else."""
    template = Template.build(lambda stack: _secret(stack, supplied=["host", "port"]))
    assert template.has("aws_secretsmanager_secret", {"name": "shop/db", "recovery_window_in_days": 30})
    assert template.resources("aws_secretsmanager_secret_version") == []
    assert template.document.get("ephemeral") is None


def test_a_generated_value_is_ephemeral_and_write_only() -> None:
    """The JSON is written through the argument that state and plan leave out, from ephemeral values."""
    template = Template.build(_written)
    version = template.only("aws_secretsmanager_secret_version")
    assert "secret_string" not in version
    assert version["secret_string_wo_version"] == 1
    assert version["secret_string_wo"].startswith('{"url":"http://db.local:8086","token":${jsonencode(ephemeral.')
    lengths = sorted(
        (item["password_length"], item["exclude_punctuation"])
        for item in template.ephemeral("aws_secretsmanager_random_password")
    )
    assert lengths == [(20, False), (48, True)]
    assert "random_password" not in template.document["data"].get("aws_secretsmanager_random_password", {})


@pytest.mark.terraform
def test_terraform_accepts_ephemeral_values_in_a_secret(tmp_path: Path) -> None:
    """Terraform validates the override without a class in the bindings, and fixed values with templates in them."""
    assert refusals(lambda stack: _secret(stack, fixed={"odd": '"${x} %{y}\\'}), tmp_path) == []
    assert refusals(_written, tmp_path) == []


def test_a_fixed_value_is_data_and_never_an_expression() -> None:
    """Terraform's template markers in a fixed value are escaped."""
    template = Template.build(lambda stack: _secret(stack, fixed={"odd": "${path.module} %{if"}))
    version = template.only("aws_secretsmanager_secret_version")
    assert contains(version, {"secret_string_wo": '{"odd":"$${path.module} %%{if"}'})


def test_a_fixed_value_that_is_known_later_is_encoded_by_terraform() -> None:
    """An attribute of another resource keeps its reference, inside jsonencode."""

    def define(stack: TerraformStack) -> None:
        key = EncryptionKey(stack, "Other", alias="o", description="d")
        _secret(stack, fixed={"key": key.arn})

    version = Template.build(define).only("aws_secretsmanager_secret_version")
    assert version["secret_string_wo"].startswith('{"key":${jsonencode(aws_kms_key.')


def test_a_secret_is_encrypted_and_protected() -> None:
    """The customer-managed key encrypts it, and Terraform refuses to destroy it."""
    secret = Template.build(_written).only("aws_secretsmanager_secret")
    assert "aws_kms_key" in secret["kms_key_id"]
    assert secret["lifecycle"]["prevent_destroy"] is True


def test_a_disposable_secret_can_go_at_once() -> None:
    """With dangerously_allow_destroy a name is free again right after the destroy."""
    template = Template.build(lambda stack: _written(stack, dangerously_allow_destroy=True, recovery_window_days=0))
    secret = template.only("aws_secretsmanager_secret")
    assert secret["lifecycle"]["prevent_destroy"] is False
    assert secret["recovery_window_in_days"] == 0


def test_a_key_names_the_current_value_in_ecs_words() -> None:
    """A declared key becomes ARN, key and two empty fields: current version."""
    stack = new_stack()
    secret = _secret(stack, supplied=["host", "port"])
    assert secret.key("port").value_from == f"{secret.arn}:port::"
    assert secret.declared_keys == ("host", "port")


def test_an_undeclared_key_is_refused() -> None:
    """Asking for a key that nobody writes fails, and names those that exist."""
    secret = _secret(new_stack(), supplied=["host", "port"])
    with pytest.raises(ValueError, match="declares no key 'pasword'; it declares host, port"):
        secret.key("pasword")


def test_reading_is_granted_for_this_secret_only() -> None:
    """The role gets the value of this ARN, and the key through Secrets Manager only."""

    def define(stack: TerraformStack) -> None:
        role = Role(stack, "Role", name="reader", description="d", trust=[])
        _written(stack).grant_read(role, "read")

    template = Template.build(define)
    policies = [parsed(item["policy"])["Statement"] for item in template.resources("aws_iam_role_policy")]
    statements = {statement["Sid"]: statement for group in policies for statement in group}
    assert statements["Read"]["Action"] == ["secretsmanager:GetSecretValue"]
    assert "aws_secretsmanager_secret" in statements["Read"]["Resource"][0]
    assert contains(
        statements["Decrypt"],
        {
            "Action": ["kms:Decrypt"],
            "Condition": {"StringEquals": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}},
        },
    )
    assert "*" not in str(policies)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "declares no key"),
        ({"supplied": ["a"], "fixed": {"b": "c"}}, "one document has one author"),
        ({"supplied": ["a"], "generated": {"b": GeneratedValue()}}, "one document has one author"),
        ({"supplied": ["a", "a"]}, "key 'a' twice"),
        ({"fixed": {"a": "b"}, "generated": {"a": GeneratedValue()}}, "key 'a' twice"),
        ({"supplied": ["a:b"]}, "key 'a:b' is no plain name"),
        ({"supplied": ["a"], "version": 0}, "version=0"),
        ({"supplied": ["a"], "recovery_window_days": 0}, "recovery_window_days=0"),
        ({"supplied": ["a"], "recovery_window_days": 31}, "recovery_window_days=31"),
        ({"supplied": ["a"], "name": "has space"}, "secret name 'has space'"),
    ],
)
def test_wrong_arguments_of_a_secret_are_refused(arguments: dict[str, Any], message: str) -> None:
    """Every argument that AWS or the rules of the house refuse stops before anything is synthesized."""
    with pytest.raises(ValueError, match=message):
        _secret(new_stack(), **arguments)


@pytest.mark.parametrize("length", [0, 15, 4097])
def test_a_generated_value_is_long_enough(length: int) -> None:
    """A value too short to be safe, or too long for AWS, is refused."""
    with pytest.raises(ValueError, match=f"length={length}"):
        GeneratedValue(length=length)
