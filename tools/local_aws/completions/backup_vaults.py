"""AWS Backup vaults: access policy, lock and notifications.

Defects: writing and deleting them has no route, and a vault always describes itself as unlocked.
"""

import time

from tools.local_aws.gateway import Call, Completion, Gateway, Json, Reply

SERVICE = "backup"
VAULT = r"/backup-vaults/(?P<vault>[^/]+)"
DAY_SECONDS = 86_400
NOT_FOUND = "ResourceNotFoundException"
NO_CONTENT: Reply = (200, {"Content-Type": "application/json"}, b"")


def install(gateway: Gateway) -> None:
    """Attach the completions of this service."""
    vaults = gateway.module("backup")._vaults  # noqa: SLF001 - the vault itself is the emulator's
    policies, notifications = gateway.store(), gateway.store()

    async def put_policy(call: Call) -> Reply:
        return _stored(call, vaults, policies, call.input_json.get("Policy"))

    async def get_policy(call: Call) -> Reply:
        found = _kept(call, vaults, policies)
        return _missing(call) if found is None else call.answer(_named(call, vaults) | {"Policy": found})

    async def put_notifications(call: Call) -> Reply:
        return _stored(call, vaults, notifications, call.input_json)

    async def get_notifications(call: Call) -> Reply:
        found = _kept(call, vaults, notifications)
        return _missing(call) if found is None else call.answer(_named(call, vaults) | found)

    for path, store, put, get in (
        ("access-policy", policies, put_policy, get_policy),
        ("notification-configuration", notifications, put_notifications, get_notifications),
    ):
        gateway.route(SERVICE, "PUT", f"{VAULT}/{path}")(put)
        gateway.route(SERVICE, "GET", f"{VAULT}/{path}")(get)
        gateway.route(SERVICE, "DELETE", f"{VAULT}/{path}")(_deleting(vaults, store))
    _attach_lock(gateway, vaults)


def _attach_lock(gateway: Gateway, vaults: Json) -> None:
    async def lock(call: Call) -> Reply:
        vault, asked = vaults.get(_vault(call)), call.input_json
        if vault is None:
            return _missing(call)
        changeable = asked.get("ChangeableForDays")
        vault |= {"Locked": True, "MinRetentionDays": asked.get("MinRetentionDays")}
        vault |= {"MaxRetentionDays": asked.get("MaxRetentionDays")}
        vault["LockDate"] = time.time() + changeable * DAY_SECONDS if changeable else None
        for name in [name for name, value in vault.items() if value is None]:
            del vault[name]
        return NO_CONTENT

    async def unlock(call: Call) -> Reply:
        vault = vaults.get(_vault(call))
        if vault is None:
            return _missing(call)
        if vault.get("LockDate", time.time() + 1) < time.time():
            return call.refuse("InvalidRequestException", f"Vault {_vault(call)} is locked for good.")
        for name in ("MinRetentionDays", "MaxRetentionDays", "LockDate"):
            vault.pop(name, None)
        vault["Locked"] = False
        return NO_CONTENT

    gateway.route(SERVICE, "PUT", f"{VAULT}/vault-lock")(lock)
    gateway.route(SERVICE, "DELETE", f"{VAULT}/vault-lock")(unlock)


def _deleting(vaults: Json, store: Json) -> Completion:
    async def delete(call: Call) -> Reply:
        if _vault(call) not in vaults:
            return _missing(call)
        store.pop(_vault(call), None)
        return NO_CONTENT

    return delete


def _stored(call: Call, vaults: Json, store: Json, value: object) -> Reply:
    if _vault(call) not in vaults:
        return _missing(call)
    store[_vault(call)] = value
    return NO_CONTENT


def _kept(call: Call, vaults: Json, store: Json) -> Json | None:
    found: Json | None = store.get(_vault(call)) if _vault(call) in vaults else None
    return found


def _named(call: Call, vaults: Json) -> Json:
    return {"BackupVaultName": _vault(call), "BackupVaultArn": vaults[_vault(call)]["BackupVaultArn"]}


def _vault(call: Call) -> str:
    return call.found("vault")


def _missing(call: Call) -> Reply:
    return call.refuse(NOT_FOUND, f"Backup vault {_vault(call)}, or what was asked of it, does not exist.")
