"""A monthly limit that reports before it is reached."""

from cdktf_cdktf_provider_aws.budgets_budget import BudgetsBudget, BudgetsBudgetNotification
from constructs import Construct

from constructs_lib.alarm_topic import AlarmTopic


class MonthlyBudget(Construct):
    """An AWS budget over the account's cost of a month.

    Reports when 80 % are spent and when the forecast passes the whole: the first is often too late, the second is
    often wrong, together they are useful. It counts the whole account, because a budget by tag stays at zero until
    somebody activates the tag for billing (Billing: "Activating user-defined cost allocation tags").
    """

    def __init__(self, scope: Construct, construct_id: str, *, name: str, limit_usd: int, topic: AlarmTopic) -> None:
        super().__init__(scope, construct_id)
        if limit_usd < 1:
            raise ValueError(f"{self.node.path}: limit_usd={limit_usd} is no budget; use 1 or more")
        self.resource = BudgetsBudget(
            self,
            "Resource",
            name=name,
            budget_type="COST",
            limit_amount=str(limit_usd),
            limit_unit="USD",
            time_unit="MONTHLY",
            notification=[_notification(80, "ACTUAL", topic), _notification(100, "FORECASTED", topic)],
        )


def _notification(percent: int, kind: str, topic: AlarmTopic) -> BudgetsBudgetNotification:
    return BudgetsBudgetNotification(
        comparison_operator="GREATER_THAN",
        threshold=percent,
        threshold_type="PERCENTAGE",
        notification_type=kind,
        subscriber_sns_topic_arns=[topic.arn],
    )
