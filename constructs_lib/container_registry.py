"""A repository for container images that keeps the image in use."""

import json
from datetime import date
from typing import Any, Final

from cdktf_cdktf_provider_aws.ecr_lifecycle_policy import EcrLifecyclePolicy
from cdktf_cdktf_provider_aws.ecr_repository import (
    EcrRepository,
    EcrRepositoryEncryptionConfiguration,
    EcrRepositoryImageScanningConfiguration,
)
from constructs import Construct

from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.exceptions import except_from_check
from constructs_lib.iam import Role, Statement
from constructs_lib.naming import checked_name
from constructs_lib.protection import protected

SHIELDED_TAGS: Final = ("deployed", "latest")
"""Tags that keep their image from expiring; whoever deploys moves ``deployed`` to the image in use."""

_PULL: Final = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_PUSH: Final = (
    *_PULL,
    "ecr:CompleteLayerUpload",
    "ecr:DescribeImages",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)
_MARK: Final = ("ecr:BatchGetImage", "ecr:DescribeImages", "ecr:PutImage")


class ContainerRegistry(Construct):
    """An ECR repository: scanned on push, encrypted with a customer-managed key, tidied up.

    Tags are mutable, because ``latest`` and ``deployed`` must move. Mutable for those two only
    (``IMMUTABLE_WITH_EXCLUSION``) takes version 6 of the AWS provider; until then, deploy by digest or by the
    tag of a commit, and let only one role push.

    The lifecycle can't expire the image in use: an image that carries the tag of a rule is out of reach of
    the rules after it (ECR: "Automate the cleanup of images by using lifecycle policies"), and the first
    rules name :data:`SHIELDED_TAGS`, each of which one image at most can carry.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        key: EncryptionKey,
        keep_images: int = 100,
        untagged_days: int = 14,
        dangerously_allow_destroy: bool = False,
    ) -> None:
        """Define the repository.

        Args:
            scope: Parent construct.
            construct_id: Id below it.
            name: Name of the repository.
            key: Key that encrypts the images.
            keep_images: Tagged images to keep beside the shielded ones, newest first: how far back a rollback
                can go.
            untagged_days: Days from its push after which an image without a tag expires.
            dangerously_allow_destroy: Let Terraform delete the repository, images and all.

        Raises:
            ValueError: A name that ECR refuses, or nothing to keep.
        """
        super().__init__(scope, construct_id)
        for field, value in (("keep_images", keep_images), ("untagged_days", untagged_days)):
            if value < 1:
                raise ValueError(f"registry {name!r}: {field}={value}; use 1 or more")
        self.name = checked_name("ECR repository", name)
        self.resource = EcrRepository(
            self,
            "Resource",
            name=name,
            image_tag_mutability="MUTABLE",
            image_scanning_configuration=EcrRepositoryImageScanningConfiguration(scan_on_push=True),
            encryption_configuration=[EcrRepositoryEncryptionConfiguration(encryption_type="KMS", kms_key=key.arn)],
            force_delete=dangerously_allow_destroy,
            lifecycle=protected(dangerously_allow_destroy=dangerously_allow_destroy),
        )
        except_from_check(
            self.resource,
            "CKV_AWS_51",
            reason="latest and deployed must move; immutable tags with exclusions take version 6 of the AWS provider",
            expires=date(2027, 11, 30),
        )
        EcrLifecyclePolicy(
            self,
            "Lifecycle",
            repository=self.resource.name,
            policy=_lifecycle_policy(keep_images=keep_images, untagged_days=untagged_days),
        )
        self.arn: str = self.resource.arn
        self.repository_url: str = self.resource.repository_url

    def grant_pull(self, role: Role) -> None:
        """Let *role* pull from this repository and no other."""
        role.grant(f"{self.node.id}Pull", _login(), self._images("Pull", _PULL))

    def grant_push(self, role: Role) -> None:
        """Let *role* push to this repository and no other, move tags in it, and see what is there."""
        role.grant(f"{self.node.id}Push", _login(), self._images("Push", _PUSH))

    def grant_mark(self, role: Role) -> None:
        """Let *role* see which images there are, and give one of them another tag; layers can't be uploaded."""
        role.grant(f"{self.node.id}Mark", self._images("Mark", _MARK))

    def _images(self, sid: str, actions: tuple[str, ...]) -> Statement:
        return Statement(sid=sid, actions=actions, resources=[self.arn])


def _login() -> Statement:
    return Statement(
        sid="Login",
        actions=["ecr:GetAuthorizationToken"],
        resources=["*"],
        wildcard_reason="a token is for the account's whole registry, the action knows no resources; "
        "what can be done with the token is limited by the other statement",
    )


def _lifecycle_policy(*, keep_images: int, untagged_days: int) -> str:
    tagged = {"tagStatus": "tagged", "countType": "imageCountMoreThan"}
    selections: list[tuple[str, dict[str, Any]]] = [
        (f"Shield the image tagged {tag}", {**tagged, "tagPatternList": [tag], "countNumber": 1})
        for tag in SHIELDED_TAGS
    ]
    selections += [
        (
            f"Keep the newest {keep_images} tagged images",
            {**tagged, "tagPatternList": ["*"], "countNumber": keep_images},
        ),
        (
            f"Expire untagged images {untagged_days} days after their push",
            {
                "tagStatus": "untagged",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": untagged_days,
            },
        ),
    ]
    rules = [
        {
            "rulePriority": priority,
            "description": description,
            "selection": selection,
            "action": {"type": "expire"},
        }
        for priority, (description, selection) in enumerate(selections, start=1)
    ]
    return json.dumps({"rules": rules}, separators=(",", ":"))
