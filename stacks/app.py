"""All stacks: five an environment, what passes between them, and what runs them."""

from collections.abc import Sequence

from constructs import Construct

from stacks.backend import BackendStack
from stacks.base import RunSettings
from stacks.data import DataStack
from stacks.delivery import DeliveryStack
from stacks.environment import Environment
from stacks.frontend import FrontendStack
from stacks.network import NetworkStack
from stacks.state import default_remote_outputs, resolve_references
from stacks.terraform_cloud import declare_terraform_cloud


def declare_app(app: Construct, *, environments: Sequence[Environment], run: RunSettings) -> None:
    """Declare all stacks; with Terraform Cloud also the one that sets it up, and what a first plan needs."""
    for environment in environments:
        declare_stacks(app, environment=environment, run=run)
    if any(run.cloud(environment) for environment in environments):
        reads = resolve_references(app)
        default_remote_outputs(app)
        declare_terraform_cloud(app, environments=environments, run=run, reads=reads)


def declare_stacks(app: Construct, *, environment: Environment, run: RunSettings) -> None:
    """Declare the five stacks. References go down this list and never up."""
    platform = NetworkStack(app, environment=environment, run=run)
    data = DataStack(app, environment=environment, run=run, platform=platform)
    backend = BackendStack(app, environment=environment, run=run, platform=platform, data=data)
    frontend = FrontendStack(app, environment=environment, run=run, platform=platform, backend=backend)
    DeliveryStack(app, environment=environment, run=run, backend=backend, frontend=frontend)
