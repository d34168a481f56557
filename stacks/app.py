"""The stacks of one environment, and what passes between them."""

from constructs import Construct

from stacks.backend import BackendStack
from stacks.base import RunSettings
from stacks.data import DataStack
from stacks.delivery import DeliveryStack
from stacks.environment import Environment
from stacks.frontend import FrontendStack
from stacks.network import NetworkStack


def declare_stacks(app: Construct, *, environment: Environment, run: RunSettings) -> None:
    """Declare the five stacks. References go down this list and never up."""
    platform = NetworkStack(app, environment=environment, run=run)
    data = DataStack(app, environment=environment, run=run, platform=platform)
    backend = BackendStack(app, environment=environment, run=run, platform=platform, data=data)
    frontend = FrontendStack(app, environment=environment, run=run, platform=platform, backend=backend)
    DeliveryStack(app, environment=environment, run=run, backend=backend, frontend=frontend)
