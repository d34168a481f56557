"""Who hears of trouble, as an environment's file says it."""

from typing import Annotated

from pydantic import Field

from stacks.environment_network import Table

Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]


class Alarms(Table):
    """Who hears of trouble, and from which cost on."""

    emails: Annotated[tuple[Email, ...], Field(strict=False)] = Field(
        default=(), description="Addresses that get every alarm; each confirms once.", examples=[["ops@example.com"]]
    )
    monthly_budget_usd: int | None = Field(
        default=None,
        ge=1,
        description="Cost of a month that is reported before it is reached; no budget when omitted.",
        examples=[500],
    )
