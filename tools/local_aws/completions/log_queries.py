"""CloudWatch Logs: saved Logs Insights queries.

Defect: query definitions are missing altogether.
"""

import time
import uuid

from tools.local_aws.gateway import Call, Gateway, Reply

SERVICE = "logs"


def install(gateway: Gateway) -> None:
    """Attach the completions of this service."""
    definitions = gateway.store()

    async def put(call: Call) -> Reply:
        asked = call.input
        key = asked.get("queryDefinitionId") or str(uuid.uuid4())
        definitions[key] = {
            "queryDefinitionId": key,
            "name": asked["name"],
            "queryString": asked["queryString"],
            "logGroupNames": asked.get("logGroupNames", []),
            "lastModified": int(time.time() * 1000),
        }
        return call.answer({"queryDefinitionId": key})

    async def describe(call: Call) -> Reply:
        prefix = call.input.get("queryDefinitionNamePrefix", "")
        found = [known for known in definitions.values() if known["name"].startswith(prefix)]
        return call.answer({"queryDefinitions": found})

    async def delete(call: Call) -> Reply:
        gone = definitions.pop(call.input["queryDefinitionId"], None)
        if gone is None:
            return call.refuse("ResourceNotFoundException", "The specified query definition does not exist.")
        return call.answer({"success": True})

    gateway.on(SERVICE, "PutQueryDefinition")(put)
    gateway.on(SERVICE, "DescribeQueryDefinitions")(describe)
    gateway.on(SERVICE, "DeleteQueryDefinition")(delete)
