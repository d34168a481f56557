"""What carries a stack's tags although neither its state nor its plan knows it."""

from collections.abc import Iterable

from tools.adopt.aws import Account
from tools.adopt.plan import Plan

# AWS makes these by itself and gives them the tags of what they come from; revisions are CI's as well
BY_AWS = (
    ":ecs:task/", ":task/", ":task-definition/", ":network-interface/", ":recovery-point:", ":snapshot/",
)  # fmt: skip


def leftovers(account: Account, plan: Plan) -> list[str]:
    """Return the ids and ARNs of what nobody keeps: two runs were killed, or somebody made it by hand.

    AWS answers from an index that is minutes old (Resource Groups Tagging API), so what was just deleted may be named.
    """
    name = plan.owner.get("Stack")
    if not name:
        return []
    every = [{"Key": "Stack", "Values": [name]}]
    arns = [
        found["ResourceARN"]
        for found in account.each(
            "resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList", TagFilters=every
        )
    ]
    in_ec2 = account.tagged_in_ec2("Stack", name)
    return unknown([*(arn for arn in arns if ":ec2:" not in arn), *in_ec2], plan.known)


def unknown(found: Iterable[str], known: set[str]) -> list[str]:
    """Return what is in *found* and not in *known*, by ARN or by the id at an ARN's end."""
    return sorted(
        one
        for one in set(found)
        if not any(mark in one for mark in BY_AWS)
        and one not in known
        and one.rpartition("/")[2] not in known
        and one.rpartition(":")[2] not in known
    )
