from typing import Any

import pytest
from cdktf import TerraformStack

from constructs_lib.container_registry import ContainerRegistry
from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.iam import Role
from tests.support.template import Template, contains, new_stack, parsed


def _registry(stack: TerraformStack, **arguments: Any) -> ContainerRegistry:
    key = EncryptionKey(stack, "Key", alias="k", description="d")
    defaults: dict[str, Any] = {"name": "shop-api", "key": key}
    return ContainerRegistry(stack, "Registry", **defaults | arguments)


def _grants(method: str) -> dict[str, dict[str, Any]]:
    def define(stack: TerraformStack) -> None:
        role = Role(stack, "Role", name="r", description="d", trust=[])
        getattr(_registry(stack), method)(role)

    policy = Template.build(define).policy("aws_iam_role_policy")
    return {statement["Sid"]: statement for statement in policy["Statement"]}


def test_images_are_scanned_encrypted_and_protected() -> None:
    """Every push is scanned, images are under the customer-managed key, and Terraform keeps the repository."""
    repository = Template.build(_registry).only("aws_ecr_repository")
    assert repository["image_scanning_configuration"] == {"scan_on_push": True}
    assert repository["encryption_configuration"][0]["encryption_type"] == "KMS"
    assert "aws_kms_key" in repository["encryption_configuration"][0]["kms_key"]
    assert repository["lifecycle"]["prevent_destroy"] is True
    assert repository["force_delete"] is False


def test_a_disposable_registry_goes_with_its_images() -> None:
    """With dangerously_allow_destroy a destroy isn't stopped by images."""
    repository = Template.build(lambda stack: _registry(stack, dangerously_allow_destroy=True)).only(
        "aws_ecr_repository"
    )
    assert (repository["force_delete"], repository["lifecycle"]["prevent_destroy"]) == (True, False)


def _rules(**arguments: Any) -> list[dict[str, Any]]:
    template = Template.build(lambda stack: _registry(stack, **arguments))
    rules: list[dict[str, Any]] = template.policy("aws_ecr_lifecycle_policy")["rules"]
    return sorted(rules, key=lambda rule: rule["rulePriority"])


def test_the_image_in_use_is_shielded_before_anything_expires() -> None:
    """The rules of highest priority name `deployed` and `latest`, alone, and can't expire a single image."""
    shields = [rule["selection"] for rule in _rules()[:2]]
    assert [shield["tagPatternList"] for shield in shields] == [["deployed"], ["latest"]]
    assert all(shield["countType"] == "imageCountMoreThan" and shield["countNumber"] == 1 for shield in shields)


def test_old_and_untagged_images_expire_after_the_shields() -> None:
    """Tagged images beyond the limit go, and untagged ones by age."""
    tagged, untagged = (rule["selection"] for rule in _rules(keep_images=7, untagged_days=3)[2:])
    assert contains(tagged, {"tagStatus": "tagged", "tagPatternList": ["*"], "countNumber": 7})
    assert contains(untagged, {"tagStatus": "untagged", "countType": "sinceImagePushed", "countNumber": 3})


def _kept(images: list[tuple[str, ...]], rules: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Apply the rules for tagged images as ECR documents them; *images* are tags, newest first."""
    claimed: set[int] = set()
    expired: set[int] = set()
    for rule in rules:
        patterns = rule["selection"].get("tagPatternList")
        if patterns is None:
            continue
        matching = [n for n, tags in enumerate(images) if patterns == ["*"] or set(patterns) <= set(tags)]
        beyond = matching[rule["selection"]["countNumber"] :]
        expired |= {n for n in beyond if n not in claimed}
        claimed |= set(matching)
    return [tags for n, tags in enumerate(images) if n not in expired]


def test_an_old_image_in_use_outlives_newer_ones() -> None:
    """After a rollback to the oldest image and many pushes, the image in use is still there."""
    images = [("sha-9", "latest"), *[(f"sha-{n}",) for n in range(8, 1, -1)], ("sha-1", "deployed")]
    kept = _kept(images, _rules(keep_images=3))
    assert ("sha-1", "deployed") in kept
    assert ("sha-9", "latest") in kept
    assert len(kept) < len(images)


def test_pulling_is_granted_for_this_repository() -> None:
    """A puller may log in and read this repository, and write nothing."""
    statements = _grants("grant_pull")
    assert statements["Login"]["Action"] == ["ecr:GetAuthorizationToken"]
    assert statements["Login"]["Resource"] == ["*"]
    assert "aws_ecr_repository" in statements["Pull"]["Resource"][0]
    assert not [action for action in statements["Pull"]["Action"] if "Put" in action or "Upload" in action]


def test_pushing_is_granted_for_this_repository() -> None:
    """A pusher may upload and tag in this repository, and delete nothing."""
    push = _grants("grant_push")["Push"]
    assert {"ecr:PutImage", "ecr:InitiateLayerUpload", "ecr:BatchGetImage"} <= set(push["Action"])
    assert not [action for action in push["Action"] if "Delete" in action or "*" in action]
    assert len(push["Resource"]) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"keep_images": 0}, "keep_images=0"),
        ({"untagged_days": 0}, "untagged_days=0"),
        ({"name": "Shop"}, "ECR repository name 'Shop'"),
    ],
)
def test_wrong_arguments_of_a_registry_are_refused(arguments: dict[str, Any], message: str) -> None:
    """A registry that would keep nothing, or that ECR refuses, isn't synthesized."""
    with pytest.raises(ValueError, match=message):
        _registry(new_stack(), **arguments)


def test_a_lifecycle_is_json_without_tokens() -> None:
    """ECR's lifecycle is known in full when it is synthesized."""
    policy = Template.build(_registry).only("aws_ecr_lifecycle_policy")["policy"]
    assert "${" not in policy
    assert list(parsed(policy)) == ["rules"]
