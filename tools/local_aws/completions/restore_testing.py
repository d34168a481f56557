"""AWS Backup restore testing: plans and selections.

Defect: only empty lists are served. Nothing is restored locally.
"""

import time
import uuid

from tools.local_aws.gateway import Call, Gateway, Json, Reply, account_id, region

SERVICE = "backup"
PLANS = "/restore-testing/plans"
PLAN = rf"{PLANS}/(?P<plan>[^/]+)"
SELECTION = rf"{PLAN}/selections/(?P<selection>[^/]+)"
PLAN_DEFAULTS: Json = {"ScheduleExpressionTimezone": "Etc/UTC", "StartWindowHours": 24}
SELECTION_OF_POINTS_DEFAULTS: Json = {"ExcludeVaults": [], "SelectionWindowDays": 30}
DELETED: Reply = (204, {"Content-Type": "application/json"}, b"")


def install(gateway: Gateway) -> None:
    """Attach the completions of this service."""
    plans, selections, tags = gateway.store(), gateway.store(), gateway.store()
    _attach_plans(gateway, plans, selections, tags)
    _attach_selections(gateway, plans, selections)
    _attach_tags(gateway, tags)


def _attach_plans(gateway: Gateway, plans: Json, selections: Json, tags: Json) -> None:
    async def create(call: Call) -> Reply:
        asked = call.input_json["RestoreTestingPlan"]
        name = asked["RestoreTestingPlanName"]
        arn = f"arn:aws:backup:{region()}:{account_id()}:restore-testing-plan:{name}-{uuid.uuid4()}"
        plans[name] = _planned(asked) | {"RestoreTestingPlanArn": arn, "CreationTime": time.time()}
        tags[arn] = dict(call.input_json.get("Tags") or {})
        return _made(call, plans[name], ("CreationTime", "RestoreTestingPlanArn", "RestoreTestingPlanName"))

    async def update(call: Call) -> Reply:
        known = plans.get(call.found("plan"))
        if known is None:
            return _missing(call)
        asked = call.input_json["RestoreTestingPlan"]
        plans[call.found("plan")] = known | _planned(known | asked) | {"LastUpdateTime": time.time()}
        reply = _made(call, known, ("CreationTime", "RestoreTestingPlanArn", "RestoreTestingPlanName"))
        return 200, reply[1], reply[2]

    async def get(call: Call) -> Reply:
        known = plans.get(call.found("plan"))
        return _missing(call) if known is None else call.answer({"RestoreTestingPlan": known})

    async def delete(call: Call) -> Reply:
        if any(key.startswith(f"{call.found('plan')}/") for key in selections):
            return call.refuse("InvalidRequestException", "Delete the plan's selections first.")
        gone = plans.pop(call.found("plan"), None)
        if gone is None:
            return _missing(call)
        tags.pop(gone["RestoreTestingPlanArn"], None)
        return DELETED

    async def listing(call: Call) -> Reply:
        return call.answer({"RestoreTestingPlans": list(plans.values())})

    gateway.route(SERVICE, "PUT", PLANS)(create)
    gateway.route(SERVICE, "GET", PLANS)(listing)
    gateway.route(SERVICE, "PUT", PLAN)(update)
    gateway.route(SERVICE, "GET", PLAN)(get)
    gateway.route(SERVICE, "DELETE", PLAN)(delete)


def _attach_selections(gateway: Gateway, plans: Json, selections: Json) -> None:
    shown = ("CreationTime", "RestoreTestingPlanArn", "RestoreTestingPlanName", "RestoreTestingSelectionName")

    async def create(call: Call) -> Reply:
        plan = plans.get(call.found("plan"))
        if plan is None:
            return _missing(call)
        asked = call.input_json["RestoreTestingSelection"]
        made = {"ValidationWindowHours": 0, "RestoreMetadataOverrides": {}} | asked
        made |= {"RestoreTestingPlanName": call.found("plan"), "CreationTime": time.time()}
        selections[f"{call.found('plan')}/{asked['RestoreTestingSelectionName']}"] = made
        return _made(call, made | {"RestoreTestingPlanArn": plan["RestoreTestingPlanArn"]}, shown)

    async def update(call: Call) -> Reply:
        known = selections.get(_key(call))
        if known is None:
            return _missing(call)
        selections[_key(call)] = known | call.input_json["RestoreTestingSelection"]
        plan = plans[call.found("plan")]
        reply = _made(call, known | {"RestoreTestingPlanArn": plan["RestoreTestingPlanArn"]}, shown)
        return 200, reply[1], reply[2]

    async def get(call: Call) -> Reply:
        known = selections.get(_key(call))
        return _missing(call) if known is None else call.answer({"RestoreTestingSelection": known})

    async def delete(call: Call) -> Reply:
        return _missing(call) if selections.pop(_key(call), None) is None else DELETED

    async def listing(call: Call) -> Reply:
        found = [known for key, known in selections.items() if key.startswith(f"{call.found('plan')}/")]
        return call.answer({"RestoreTestingSelections": found})

    gateway.route(SERVICE, "PUT", f"{PLAN}/selections")(create)
    gateway.route(SERVICE, "GET", f"{PLAN}/selections")(listing)
    gateway.route(SERVICE, "PUT", SELECTION)(update)
    gateway.route(SERVICE, "GET", SELECTION)(get)
    gateway.route(SERVICE, "DELETE", SELECTION)(delete)


def _attach_tags(gateway: Gateway, tags: Json) -> None:
    async def listing(call: Call) -> Reply:
        return call.answer({"Tags": tags.get(call.found("arn")) or {}})

    async def tag(call: Call) -> Reply:
        tags[call.found("arn")] = (tags.get(call.found("arn")) or {}) | call.input_json["Tags"]
        return 200, {"Content-Type": "application/json"}, b""

    async def untag(call: Call) -> Reply:
        gone = set(call.input_json["TagKeyList"])
        known = tags.get(call.found("arn")) or {}
        tags[call.found("arn")] = {key: value for key, value in known.items() if key not in gone}
        return 200, {"Content-Type": "application/json"}, b""

    arn = r"(?P<arn>arn:[^/]+:restore-testing-plan:[^/]+)/?"
    gateway.route(SERVICE, "GET", rf"/tags/{arn}")(listing)
    gateway.route(SERVICE, "POST", rf"/tags/{arn}")(tag)
    gateway.route(SERVICE, "POST", rf"/untag/{arn}")(untag)


def _planned(asked: Json) -> Json:
    points = SELECTION_OF_POINTS_DEFAULTS | asked["RecoveryPointSelection"]
    return PLAN_DEFAULTS | asked | {"RecoveryPointSelection": points}


def _made(call: Call, known: Json, names: tuple[str, ...]) -> Reply:
    _, headers, body = call.answer({name: known[name] for name in names})
    return 201, headers, body


def _key(call: Call) -> str:
    return f"{call.found('plan')}/{call.found('selection')}"


def _missing(call: Call) -> Reply:
    return call.refuse("ResourceNotFoundException", f"{call.path} does not exist.")
