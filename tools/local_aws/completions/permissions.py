"""IAM enforcement: calls are checked on the resources and conditions that AWS checks.

Defects: a call to ECS that names a cluster is checked on the cluster's ARN, though AWS checks the service or the task
definition; ``ecs:cluster`` and Application Auto Scaling's condition keys are unknown; Application Auto Scaling is not
checked at all; nobody checks ``iam:PassRole`` when a task definition is registered. Rules: Service Authorization
Reference, "Amazon ECS" and "AWS Application Auto Scaling".
"""

import json
from typing import Any

from ministack import app as emulator
from ministack.core import iam_actions, iam_evaluator
from ministack.core.router import extract_access_key_id

from tools.local_aws.gateway import Call, Gateway, Handler, Json, Reply, account_id, region

SCALING = "application-autoscaling"
TASKS = "ecs-tasks.amazonaws.com"
ROLES = ("taskRoleArn", "executionRoleArn")
WITHOUT_RESOURCE = frozenset({"DescribeTaskDefinition", "ListTaskDefinitions", "ListTasks", "DeregisterTaskDefinition"})


def install(gateway: Gateway) -> None:
    """Attach the completions of the enforcement."""
    iam_actions.SERVICE_TO_IAM_NAMESPACE[SCALING] = SCALING
    targets = gateway.store()
    _complete_resources(targets)
    _complete_conditions()
    _remember_targets(gateway, targets)
    _check_passed_roles(gateway)


def _complete_resources(targets: Json) -> None:
    known = iam_actions.extract_resource_arn

    def resource(service: str, method: str, path: str, headers: Json, body: bytes, *more: Any) -> str:  # noqa: ANN401
        if service == "ecs":
            return _ecs_resource(_operation(headers), _input(body)) or str(
                known(service, method, path, headers, body, *more)
            )
        if service == SCALING:
            return str(targets.get(_identity(_input(body)), "*"))
        return str(known(service, method, path, headers, body, *more))

    iam_actions.extract_resource_arn = resource


def _ecs_resource(operation: str, asked: Json) -> str:
    cluster = str(asked.get("cluster", "default")).rpartition("/")[2]
    if operation in WITHOUT_RESOURCE:
        return "*"
    if operation == "RegisterTaskDefinition":
        return _arn(f"task-definition/{asked.get('family', '')}:*")
    service = asked.get("service") or asked.get("serviceName") or next(iter(asked.get("services", [])), "")
    if service:
        return _arn(f"service/{cluster}/{str(service).rpartition('/')[2]}")
    task = asked.get("task") or next(iter(asked.get("tasks", [])), "")
    return _arn(f"task/{cluster}/{str(task).rpartition('/')[2]}") if task else ""


def _complete_conditions() -> None:
    known = iam_actions.request_tag_context

    def context(service: str, action: str, body: bytes, params: Json) -> Json:
        found: Json = known(service, action, body, params)
        asked = _input(body)
        if service == "ecs" and asked.get("cluster"):
            found = found | {"ecs:cluster": _arn(f"cluster/{str(asked['cluster']).rpartition('/')[2]}")}
        if service == SCALING:
            keys = {"service-namespace": "ServiceNamespace", "scalable-dimension": "ScalableDimension"}
            found = found | {f"{SCALING}:{key}": asked[name] for key, name in keys.items() if name in asked}
        return found

    iam_actions.request_tag_context = context


def _remember_targets(gateway: Gateway, targets: Json) -> None:
    def remembering(inner: Handler) -> Handler:
        async def handle(
            method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
        ) -> Reply:
            reply = await inner(method, path, headers, body, query)
            found = _input(reply[2]).get("ScalableTargetARN")
            if found:
                targets[_identity(_input(body))] = found
            return reply

        return handle

    gateway.around(SCALING, remembering)


def _check_passed_roles(gateway: Gateway) -> None:
    async def register(call: Call) -> Reply:
        roles = [call.input[name] for name in ROLES if call.input.get(name)]
        key = extract_access_key_id(call.headers, call.query)
        for role in roles if emulator.AUTH else []:
            denied = iam_evaluator.enforce(key, "iam:PassRole", "iam", region(), role, {"iam:PassedToService": TASKS})
            if denied:
                return call.refuse(
                    "AccessDeniedException",
                    f"User: {denied.principal_arn} is not authorized to perform: iam:PassRole on resource: {role}",
                )
        return await call.forward()

    gateway.on("ecs", "RegisterTaskDefinition")(register)


def _identity(asked: Json) -> str:
    return "|".join(str(asked.get(name)) for name in ("ServiceNamespace", "ResourceId", "ScalableDimension"))


def _operation(headers: Json) -> str:
    return str(headers.get("x-amz-target", "")).rpartition(".")[2]


def _input(body: bytes) -> Json:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _arn(resource: str) -> str:
    return f"arn:aws:ecs:{region()}:{account_id()}:{resource}"
