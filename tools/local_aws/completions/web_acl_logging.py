"""WAF: logging configurations.

Defect: the operations are missing altogether.
"""

from tools.local_aws.gateway import Call, Gateway, Reply

SERVICE = "wafv2"
MISSING = "WAFNonexistentItemException"


def install(gateway: Gateway) -> None:
    """Attach the completions of this service."""
    configurations = gateway.store()

    async def put(call: Call) -> Reply:
        asked = call.input["LoggingConfiguration"]
        configurations[asked["ResourceArn"]] = {"LogType": "WAF_LOGS", "LogScope": "CUSTOMER"} | asked
        return call.answer({"LoggingConfiguration": configurations[asked["ResourceArn"]]})

    async def get(call: Call) -> Reply:
        found = configurations.get(call.input["ResourceArn"])
        if found is None:
            return call.refuse(MISSING, "AWS WAF couldn't perform the operation: no logging configuration.")
        return call.answer({"LoggingConfiguration": found})

    async def delete(call: Call) -> Reply:
        if configurations.pop(call.input["ResourceArn"], None) is None:
            return call.refuse(MISSING, "AWS WAF couldn't perform the operation: no logging configuration.")
        return call.answer({})

    async def listing(call: Call) -> Reply:
        return call.answer({"LoggingConfigurations": list(configurations.values())})

    gateway.on(SERVICE, "PutLoggingConfiguration")(put)
    gateway.on(SERVICE, "GetLoggingConfiguration")(get)
    gateway.on(SERVICE, "DeleteLoggingConfiguration")(delete)
    gateway.on(SERVICE, "ListLoggingConfigurations")(listing)
