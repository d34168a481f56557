"""ECR: the registry's scanning configuration.

Defect: the operations are missing altogether. Nothing is scanned locally: findings need a real registry.
"""

from tools.local_aws.gateway import Call, Gateway, Json, Reply, account_id

SERVICE = "ecr"
KEY = "registry"
UNCONFIGURED: Json = {"scanType": "BASIC", "rules": []}


def install(gateway: Gateway) -> None:
    """Attach the completions of this service."""
    configured = gateway.store()

    async def put(call: Call) -> Reply:
        asked = call.input
        configured[KEY] = {"scanType": asked.get("scanType", "BASIC"), "rules": asked.get("rules", [])}
        return call.answer({"registryScanningConfiguration": configured[KEY]})

    async def get(call: Call) -> Reply:
        found = configured.get(KEY) or UNCONFIGURED
        return call.answer({"registryId": account_id(), "scanningConfiguration": found})

    gateway.on(SERVICE, "PutRegistryScanningConfiguration")(put)
    gateway.on(SERVICE, "GetRegistryScanningConfiguration")(get)
