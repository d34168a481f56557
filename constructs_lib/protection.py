"""Protection of what holds data against ``terraform destroy`` and replacement."""

from collections.abc import Sequence

from cdktf import TerraformResourceLifecycle


def protected(
    *, dangerously_allow_destroy: bool = False, ignore_changes: Sequence[str] = ()
) -> TerraformResourceLifecycle:
    """Return a lifecycle under which Terraform refuses to plan the resource's destruction.

    With *dangerously_allow_destroy* the refusal is off. Everything that holds data uses this one function, so that a
    team can find (and a policy can check) each place.
    """
    return TerraformResourceLifecycle(
        prevent_destroy=not dangerously_allow_destroy, ignore_changes=list(ignore_changes) or None
    )
