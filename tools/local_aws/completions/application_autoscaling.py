"""Application Auto Scaling: scalable targets, their policies and tags.

Defect: the service is missing altogether. Nothing scales locally: the alarms that a policy owns on AWS are
named, as the API does, but they are not evaluated.
"""

import time
import uuid

from tools.local_aws.gateway import Call, Gateway, Json, Reply, account_id, region

SERVICE = "application-autoscaling"
IDENTITY = ("ServiceNamespace", "ResourceId", "ScalableDimension")


def install(gateway: Gateway) -> None:
    """Attach the completions of this service."""
    targets, policies, tags = gateway.store(), gateway.store(), gateway.store()
    _attach_targets(gateway, targets, policies, tags)
    _attach_policies(gateway, targets, policies)
    _attach_tags(gateway, tags)


def _attach_targets(gateway: Gateway, targets: Json, policies: Json, tags: Json) -> None:
    async def register(call: Call) -> Reply:
        asked, key = call.input, _identity(call.input)
        known = targets.get(key) or {
            "ScalableTargetARN": _arn("scalable-target", uuid.uuid4().hex[:12]),
            "CreationTime": time.time(),
            "RoleARN": asked.get("RoleARN", _service_role(asked["ServiceNamespace"])),
        }
        told = {name: value for name, value in asked.items() if name != "Tags"}
        targets[key] = {"SuspendedState": _unsuspended()} | known | told
        if asked.get("Tags"):
            tags[known["ScalableTargetARN"]] = dict(asked["Tags"])
        return call.answer({"ScalableTargetARN": known["ScalableTargetARN"]})

    async def describe(call: Call) -> Reply:
        asked = call.input
        ids = asked.get("ResourceIds")
        found = [t for t in targets.values() if _matches(t, asked) and (not ids or t["ResourceId"] in ids)]
        return call.answer({"ScalableTargets": found})

    async def deregister(call: Call) -> Reply:
        gone = targets.pop(_identity(call.input), None)
        if gone is None:
            return _not_found(call, "scalable target")
        tags.pop(gone["ScalableTargetARN"], None)
        for name in [n for n, policy in policies.items() if _identity(policy) == _identity(call.input)]:
            policies.pop(name)
        return call.answer({})

    gateway.on(SERVICE, "RegisterScalableTarget")(register)
    gateway.on(SERVICE, "DescribeScalableTargets")(describe)
    gateway.on(SERVICE, "DeregisterScalableTarget")(deregister)


def _attach_policies(gateway: Gateway, targets: Json, policies: Json) -> None:
    async def put(call: Call) -> Reply:
        asked = call.input
        if _identity(asked) not in targets:
            return _not_found(call, "scalable target")
        key = f"{_identity(asked)}|{asked['PolicyName']}"
        known = policies.get(key) or {
            "PolicyARN": _arn("scalingPolicy", f"{uuid.uuid4()}:resource/ecs/{asked['ResourceId']}")
            + f":policyName/{asked['PolicyName']}",
            "CreationTime": time.time(),
            "Alarms": _alarms(asked),
        }
        policies[key] = known | asked
        return call.answer({"PolicyARN": known["PolicyARN"], "Alarms": known["Alarms"]})

    async def describe(call: Call) -> Reply:
        asked = call.input
        names = asked.get("PolicyNames")
        found = [p for p in policies.values() if _matches(p, asked) and (not names or p["PolicyName"] in names)]
        return call.answer({"ScalingPolicies": found})

    async def delete(call: Call) -> Reply:
        key = f"{_identity(call.input)}|{call.input['PolicyName']}"
        return _not_found(call, "scaling policy") if policies.pop(key, None) is None else call.answer({})

    async def nothing(call: Call) -> Reply:
        kind = {"DescribeScalingActivities": "ScalingActivities"}.get(call.operation, "ScheduledActions")
        return call.answer({kind: []})

    gateway.on(SERVICE, "PutScalingPolicy")(put)
    gateway.on(SERVICE, "DescribeScalingPolicies")(describe)
    gateway.on(SERVICE, "DeleteScalingPolicy")(delete)
    gateway.on(SERVICE, "DescribeScalingActivities")(nothing)
    gateway.on(SERVICE, "DescribeScheduledActions")(nothing)


def _attach_tags(gateway: Gateway, tags: Json) -> None:
    async def listing(call: Call) -> Reply:
        return call.answer({"Tags": tags.get(call.input["ResourceARN"]) or {}})

    async def tag(call: Call) -> Reply:
        arn = call.input["ResourceARN"]
        tags[arn] = (tags.get(arn) or {}) | call.input["Tags"]
        return call.answer({})

    async def untag(call: Call) -> Reply:
        arn = call.input["ResourceARN"]
        tags[arn] = {k: v for k, v in (tags.get(arn) or {}).items() if k not in call.input["TagKeys"]}
        return call.answer({})

    gateway.on(SERVICE, "ListTagsForResource")(listing)
    gateway.on(SERVICE, "TagResource")(tag)
    gateway.on(SERVICE, "UntagResource")(untag)


def _identity(asked: Json) -> str:
    return "|".join(str(asked[name]) for name in IDENTITY)


def _matches(known: Json, asked: Json) -> bool:
    return all(name not in asked or known[name] == asked[name] for name in IDENTITY)


def _not_found(call: Call, what: str) -> Reply:
    return call.refuse("ObjectNotFoundException", f"No {what} found for {_identity(call.input)}")


def _unsuspended() -> Json:
    return dict.fromkeys(
        ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended"), False
    )


def _arn(kind: str, name: str) -> str:
    separator = "/" if kind == "scalable-target" else ":"
    service = "application-autoscaling" if kind == "scalable-target" else "autoscaling"
    return f"arn:aws:{service}:{region()}:{account_id()}:{kind}{separator}{name}"


def _service_role(namespace: str) -> str:
    path = f"aws-service-role/{namespace}.application-autoscaling.amazonaws.com"
    return f"arn:aws:iam::{account_id()}:role/{path}/AWSServiceRoleForApplicationAutoScaling_ECSService"


def _alarms(asked: Json) -> list[Json]:
    if asked.get("PolicyType") != "TargetTrackingScaling":
        return []
    return [
        {
            "AlarmName": (name := f"TargetTracking-{asked['ResourceId']}-Alarm{side}-{uuid.uuid4()}"),
            "AlarmARN": f"arn:aws:cloudwatch:{region()}:{account_id()}:alarm:{name}",
        }
        for side in ("High", "Low")
    ]
