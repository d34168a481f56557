"""Cloud Map: the namespace of a service may be named inside its DNS settings.

Defect: ``CreateService`` insists on the top-level ``NamespaceId``, which AWS takes from ``DnsConfig`` when
it is absent there.
"""

import json

from tools.local_aws.gateway import Call, Gateway, Reply


def install(gateway: Gateway) -> None:
    """Attach the completions of this service."""

    async def create(call: Call) -> Reply:
        asked = call.input
        named = asked.get("DnsConfig", {}).get("NamespaceId")
        if named and not asked.get("NamespaceId"):
            return await call.forward(json.dumps(asked | {"NamespaceId": named}).encode())
        return await call.forward()

    gateway.on("servicediscovery", "CreateService")(create)
