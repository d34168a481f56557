"""What a finder is: it looks into the account for what a plan wants to make."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from tools.adopt.aws import Account, Json

# from the planned values to the import ids of what may be it; whether it is, Terraform's import plan shows
Finder: TypeAlias = Callable[[Account, Json], Iterable[str]]
