"""Who may deliver: GitHub's workflows, each job with a role of its own."""

from constructs import Construct

from stacks.backend import BackendStack
from stacks.base import BaseStack, RunSettings
from stacks.environment import Environment
from stacks.frontend import FrontendStack


class DeliveryStack(BaseStack):
    """The roles of the delivery workflows."""

    def __init__(
        self,
        scope: Construct,
        *,
        environment: Environment,
        run: RunSettings,
        backend: BackendStack,
        frontend: FrontendStack,
    ) -> None:
        super().__init__(scope, "delivery", environment=environment, run=run)
        self._backend = backend
        self._frontend = frontend
