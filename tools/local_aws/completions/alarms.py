"""CloudWatch alarms: every field that was set is read back.

Defects: through the query protocol, which Terraform speaks, the description of an alarm lacks its actions,
dimensions, statistic, period, missing-data treatment, metric queries and threshold metric, so every plan
changes it; composite alarms likewise, and these are even replaced.
"""

from tools.local_aws.gateway import Call, Gateway, Json, Reply

SERVICE, MODEL = "monitoring", "cloudwatch"
LISTS = ("MetricAlarms", "CompositeAlarms")
DEFAULTS: Json = {"ActionsEnabled": True, "AlarmActions": [], "OKActions": [], "InsufficientDataActions": []}


def install(gateway: Gateway) -> None:
    """Attach the completions of this service."""
    asked_for = gateway.store()

    async def put(call: Call) -> Reply:
        reply = await call.forward()
        if reply[0] == 200:  # noqa: PLR2004
            asked = {key: value for key, value in call.input.items() if key != "Tags"}
            asked_for[asked["AlarmName"]] = DEFAULTS | asked
        return reply

    async def describe(call: Call) -> Reply:
        reply = await call.forward()
        if reply[0] != 200:  # noqa: PLR2004
            return reply
        output = call.output(reply)
        for name in LISTS:
            output[name] = [_merged(alarm) for alarm in output.get(name, [])]
        return call.answer(output)

    def _merged(alarm: Json) -> Json:
        asked: Json = dict(asked_for.get(alarm["AlarmName"]) or {})
        if not asked:
            return alarm
        state = {key: value for key, value in alarm.items() if key.startswith("State") or key == "AlarmArn"}
        times = {key: value for key, value in alarm.items() if key.endswith("Timestamp")}
        switched = {"ActionsEnabled": alarm["ActionsEnabled"]} if "ActionsEnabled" in alarm else {}
        return asked | state | times | switched

    gateway.on(SERVICE, "PutMetricAlarm", model=MODEL)(put)
    gateway.on(SERVICE, "PutCompositeAlarm", model=MODEL)(put)
    gateway.on(SERVICE, "DescribeAlarms", model=MODEL)(describe)
