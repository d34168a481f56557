"""One CloudWatch dashboard, drawn from what is watched."""

import json
from collections.abc import Sequence

from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from constructs import Construct

from constructs_lib import dashboard_widgets as widgets
from constructs_lib.account import AwsAccount
from constructs_lib.monitoring import Monitoring


class Dashboard(Construct):
    """A dashboard that answers three questions from top to bottom: is it up, is data flowing, what changed.

    It lists nothing by itself: every service, file system, distribution and log metric that a :class:`Monitoring`
    watches appears, in the order of declaration. A service that is added to a stack is on the dashboard with the same
    line that gives it its alarms.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, name: str, watched: Sequence[Monitoring], runbook_path: str
    ) -> None:
        super().__init__(scope, construct_id)
        if not any(monitoring.tasks for monitoring in watched):
            raise ValueError(f"{self.node.path}: nothing is watched; pass the Monitoring of the stacks with services")
        account = AwsAccount.of(self)
        sections = [
            widgets.is_it_up(watched, account=account, runbook_path=runbook_path),
            widgets.is_data_flowing(watched, region=account.region),
            widgets.what_changed(watched, region=account.region),
        ]
        self.resource = CloudwatchDashboard(
            self,
            "Resource",
            dashboard_name=name,
            dashboard_body=json.dumps({"start": "-PT6H", "widgets": widgets.place(sections)}, separators=(",", ":")),
        )
