"""Application Auto Scaling: a registered range moves an ECS service's count into it, as AWS does.

Defect: the emulator has no scaling, so a service keeps a count outside of its range (Application Auto Scaling:
RegisterScalableTarget, "MinCapacity").
"""

import json
from typing import Any

from tools.local_aws.gateway import Gateway, Handler, Reply

SERVICE = "application-autoscaling"
OK = 200


def install(gateway: Gateway) -> None:
    """Attach the completions of this service."""
    ecs: Any = gateway.module("ecs")

    def moving(inner: Handler) -> Handler:
        async def handle(
            method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
        ) -> Reply:
            reply = await inner(method, path, headers, body, query)
            if reply[0] == OK and headers.get("x-amz-target", "").endswith(".RegisterScalableTarget"):
                _move(ecs, json.loads(body))
            return reply

        return handle

    gateway.around(SERVICE, moving)


def _move(ecs: Any, asked: dict[str, Any]) -> None:  # noqa: ANN401 - a module of the emulator
    kind, _, key = asked["ResourceId"].partition("/")
    service = ecs._services.get(key) if kind == "service" else None  # noqa: SLF001 - the count is the emulator's
    if service is None:
        return
    wanted = max(service["desiredCount"], asked.get("MinCapacity", 0))
    wanted = min(wanted, asked.get("MaxCapacity", wanted))
    if wanted != service["desiredCount"]:
        cluster, _, name = key.partition("/")
        ecs._update_service({"cluster": cluster, "service": name, "desiredCount": wanted})  # noqa: SLF001
