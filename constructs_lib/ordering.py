"""One resource after another, where no reference says so."""

from cdktf import TerraformResource
from constructs import IConstruct


def create_after(resource: TerraformResource, *constructs: IConstruct) -> None:
    """Make Terraform create *resource* after every resource of *constructs*, and destroy it before them.

    Written as ``depends_on``: cdktf accepts ``node.add_dependency`` between resources of one stack and then writes
    nothing (seen with 0.21.0).
    """
    parts = [part for construct in constructs for part in construct.node.find_all()]
    found = [
        f"{part.terraform_resource_type}.{part.friendly_unique_id}"
        for part in parts
        if isinstance(part, TerraformResource)
    ]
    resource.depends_on = list(dict.fromkeys([*(resource.depends_on or []), *found]))
