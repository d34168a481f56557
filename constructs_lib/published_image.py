"""The image that runs now: written by whoever publishes, read by Terraform."""

from datetime import date
from typing import Final

from cdktf import Fn, Token
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter
from constructs import Construct

from constructs_lib.container_registry import ContainerRegistry
from constructs_lib.exceptions import except_from_check
from constructs_lib.iam import Role, Statement
from constructs_lib.naming import checked_name
from constructs_lib.protection import protected

UNPUBLISHED_TAG: Final = "unpublished"


class PublishedImage(Construct):
    """An SSM parameter that holds the reference of a service's current image.

    One owner per field: delivery owns the image, Terraform owns everything else. Terraform creates the parameter with
    a tag that does not exist and never writes it again; task definitions read it, so a plan after a delivery shows
    no change, and a changed environment variable makes a revision with the delivered image.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        parameter_prefix: str,
        registry: ContainerRegistry,
        dangerously_allow_destroy: bool = False,
    ) -> None:
        super().__init__(scope, construct_id)
        self.registry = registry
        self.parameter_prefix = parameter_prefix
        self.parameter_name = checked_name("SSM parameter", f"{parameter_prefix}/image")
        self.parameter = SsmParameter(
            self,
            "Resource",
            name=self.parameter_name,
            description=f"Image in use from {registry.name}; written by the delivery workflow",
            type="String",
            # not a secret, and plans must be able to show it: insecure_value keeps it readable
            insecure_value=f"{registry.repository_url}:{UNPUBLISHED_TAG}",
            lifecycle=protected(
                dangerously_allow_destroy=dangerously_allow_destroy,
                ignore_changes=["insecure_value", "value"],
            ),
        )
        except_from_check(
            self.parameter,
            "CKV2_AWS_34",
            reason="the reference of an image is no secret, and plans must show which image they deploy",
            expires=date(2027, 11, 30),
        )
        self.arn: str = self.parameter.arn

    def once_published(self, number: int) -> int:
        """Return a Terraform expression: *number* as soon as an image was published, 0 before."""
        unpublished = Fn.endswith(self.reference, f":{UNPUBLISHED_TAG}")
        return int(Token.as_number(Fn.conditional(unpublished, 0, number)))

    @property
    def reference(self) -> str:
        """The image reference, as a Terraform expression."""
        return self.parameter.insecure_value

    def grant_publish(self, role: Role) -> None:
        """Let *role* say which image is in use, and see which ones were."""
        role.grant(
            "publish-image-reference",
            Statement(
                sid="ImageParameter",
                actions=["ssm:GetParameter", "ssm:GetParameterHistory", "ssm:PutParameter"],
                resources=[self.arn],
            ),
        )
