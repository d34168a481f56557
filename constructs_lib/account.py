"""The AWS account and region that a stack is applied to."""

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.data_aws_caller_identity import DataAwsCallerIdentity
from constructs import Construct, IConstruct

_ID = "Account"


class AwsAccount(Construct):
    """Whose account a stack is in, known when Terraform plans.

    One per stack, made by the stack, found by the constructs below with :meth:`of`. The region is a plain value; the
    account's number is looked up by Terraform, so that no number of anyone's is in the code. Commercial partition
    only (``aws``).
    """

    def __init__(self, stack: TerraformStack, *, region: str) -> None:
        super().__init__(stack, _ID)
        self.region = region
        self.id: str = DataAwsCallerIdentity(self, "Identity").account_id

    @staticmethod
    def of(scope: IConstruct) -> "AwsAccount":
        """Return the account of the stack that *scope* is in.

        Raises:
            ValueError: The stack declares none.
        """
        stack = TerraformStack.of(scope)
        found = stack.node.try_find_child(_ID)
        if not isinstance(found, AwsAccount):
            raise ValueError(  # noqa: TRY004 - absent, not of a wrong type
                f"{scope.node.path}: its stack {stack.node.id!r} has no account; "
                "create AwsAccount(stack, region=…) before the constructs that need it"
            )
        return found

    def arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        """Return the ARN of *resource* in this account (``""`` as region for global services)."""
        return f"arn:aws:{service}:{self.region if region is None else region}:{self.id}:{resource}"
