"""Where Terraform keeps a stack's state, and what a stack reads of another one before that was ever applied.

Terraform Cloud where the environment names an organization: one workspace per stack, called like the stack. A file
otherwise, or when the run asks for it. ``cdktf.CloudBackend`` is not used: it calls the terraform binary during
synthesis, and what it writes is this short.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cdktf import (
    LocalBackend,
    NamedRemoteWorkspace,
    RemoteBackend,
    TerraformOutput,
    TerraformRemoteState,
    TerraformStack,
    TerraformVariable,
)
from constructs import Construct

from stacks.environment import TerraformCloud
from stacks.placeholders import placeholder

CONSENT = "consent_to_destroy"
_OUTPUT = "cross-stack-output-"
_INPUT = "cross-stack-reference-input-"


def place_state(stack: TerraformStack, *, cloud: TerraformCloud | None, local_state_dir: Path) -> None:
    """Give *stack* its backend: the workspace of its name in *cloud*, or a file in *local_state_dir*."""
    name = stack.node.id
    if cloud is None:
        LocalBackend(stack, path=str(local_state_dir / f"{name}.tfstate"))
        return
    RemoteBackend(  # what other stacks read this one's outputs through
        stack,
        hostname=cloud.hostname,
        organization=cloud.organization,
        workspaces=NamedRemoteWorkspace(name),
    )
    stack.add_override("terraform.backend", None)
    stack.add_override(
        "terraform.cloud",
        {
            "hostname": cloud.hostname,
            "organization": cloud.organization,
            "workspaces": {"name": name, "project": cloud.project},
        },
    )


def declare_consent(stack: TerraformStack) -> None:
    """Let a run of *stack* name what it may destroy although it holds data; nothing when it names nothing.

    A variable of the run, so that plan, run and audit log show who agreed to lose what. The policy
    ``data_protection`` reads it; Terraform itself still refuses until ``prevent_destroy`` is lifted.
    """
    TerraformVariable(
        stack,
        CONSENT,
        type="list(string)",
        default=[],
        nullable=False,
        description="Addresses of resources with data that this run may destroy or replace",
    )


def stacks_of(app: Construct) -> list[TerraformStack]:
    """Return the stacks of *app*, in the order of their declaration."""
    return [child for child in app.node.children if isinstance(child, TerraformStack)]


def resolve_references(app: Construct) -> Mapping[str, Sequence[str]]:
    """Wire the references between the stacks of *app* now, and return which stacks each one reads.

    CDKTF does this at synthesis, too late for what depends on the result: the defaults of remote outputs, and who
    may read whose state.
    """
    stacks = stacks_of(app)
    for stack in stacks:
        stack.prepare_stack()
    return {
        stack.node.id: sorted(child.node.id.removeprefix(_INPUT) for child in _remote_states(stack)) for stack in stacks
    }


def default_remote_outputs(app: Construct) -> None:
    """Give every reference between stacks a stand-in of the right shape, for a plan before the first apply.

    Terraform uses it only while the other stack's state lacks the output. An apply must not: the policy
    ``data_protection`` refuses a stand-in in a run that is not speculative. The references must be wired
    (:func:`resolve_references`).
    """
    defaults = {stack.node.id: _stand_ins(stack) for stack in stacks_of(app)}
    for stack in stacks_of(app):
        for remote in _remote_states(stack):
            remote.add_override("defaults", defaults[remote.node.id.removeprefix(_INPUT)])


def _remote_states(stack: TerraformStack) -> Iterable[TerraformRemoteState]:
    return (child for child in stack.node.children if isinstance(child, TerraformRemoteState))


def _stand_ins(stack: TerraformStack) -> dict[str, object]:
    outputs = (
        child
        for child in stack.node.children
        if isinstance(child, TerraformOutput) and child.node.id.startswith(_OUTPUT)
    )
    return {output.friendly_unique_id: placeholder(output.node.id.removeprefix(_OUTPUT)) for output in outputs}
