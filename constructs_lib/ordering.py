"""One resource after another, or replaced with it, where no reference says so."""

from cdktf import TerraformResource
from constructs import IConstruct


def address_of(resource: TerraformResource) -> str:
    """Return the address of *resource* in its stack, ``TYPE.NAME``.

    For arguments in which Terraform takes an address and no template, such as ``depends_on`` and
    ``replace_triggered_by``; cdktf writes a reference as a template.
    """
    return f"{resource.terraform_resource_type}.{resource.friendly_unique_id}"


def create_after(resource: TerraformResource, *constructs: IConstruct) -> None:
    """Make Terraform create *resource* after every resource of *constructs*, and destroy it before them.

    Written as ``depends_on``: cdktf accepts ``node.add_dependency`` between resources of one stack and then writes
    nothing (seen with 0.21.0).
    """
    parts = [part for construct in constructs for part in construct.node.find_all()]
    found = [address_of(part) for part in parts if isinstance(part, TerraformResource)]
    resource.depends_on = list(dict.fromkeys([*(resource.depends_on or []), *found]))
