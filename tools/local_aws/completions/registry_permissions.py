"""ECR: the registry's HTTP API lets in who logged in, and asks IAM what they may.

Defect: the registry takes any credentials and none, whatever IAM says. With IAM enforcement on, a token of
GetAuthorizationToken now stands for who asked for it, and each request is checked as AWS checks it (ECR: "Private
repository policies", actions of the Docker commands).
"""

import base64
import json
import secrets
from typing import Any

from ministack import app as emulator
from ministack.core import iam_evaluator
from ministack.core.router import extract_access_key_id

from tools.local_aws.gateway import Call, Gateway, Json, Reply, account_id, region

ACTIONS = {
    ("blob_uploads", "POST"): "ecr:InitiateLayerUpload",
    ("blob_upload_session", "PATCH"): "ecr:UploadLayerPart",
    ("blob_upload_session", "PUT"): "ecr:CompleteLayerUpload",
    ("blob", "HEAD"): "ecr:BatchCheckLayerAvailability",
    ("blob", "GET"): "ecr:GetDownloadUrlForLayer",
    ("manifest", "PUT"): "ecr:PutImage",
    ("manifest", "GET"): "ecr:BatchGetImage",
    ("manifest", "HEAD"): "ecr:BatchGetImage",
}


def install(gateway: Gateway) -> None:
    """Attach the completions of this service."""
    holders: Json = {}  # the registry's requests carry no account, only the password does
    if emulator.AUTH:
        _name_the_holder(gateway, holders)
        _ask_iam(gateway.module("ecr"), holders)


def _name_the_holder(gateway: Gateway, holders: Json) -> None:
    async def token(call: Call) -> Reply:
        output = call.output(await call.forward())
        for login in output.get("authorizationData", []):
            password = secrets.token_hex(16)
            holders[password] = extract_access_key_id(call.headers, call.query)
            login["authorizationToken"] = base64.b64encode(f"AWS:{password}".encode()).decode()
        return call.answer(output)

    gateway.on("ecr", "GetAuthorizationToken")(token)


def _ask_iam(ecr: Any, holders: Json) -> None:  # noqa: ANN401 - a module of the emulator
    handle = ecr.handle_registry_request

    async def checked(method: str, path: str, headers: Json, body: bytes, query: Json) -> Reply:
        parsed = ecr._parse_v2_path(path)  # noqa: SLF001 - one reading of the path for both
        action = ACTIONS.get((parsed[0], method.upper())) if parsed else None
        holder = holders.get(_password(headers))
        if holder is None:
            return _refusal(401, "UNAUTHORIZED", "log in with a token of GetAuthorizationToken")
        if action and not _may(holder, action, f"arn:aws:ecr:{region()}:{account_id()}:repository/{parsed[1]}"):
            return _refusal(403, "DENIED", f"not authorized to perform: {action} on repository {parsed[1]}")
        reply: Reply = await handle(method, path, headers, body, query)
        return reply

    ecr.handle_registry_request = checked


def _may(access_key: str, action: str, resource: str) -> bool:
    principal = iam_evaluator.resolve_principal(access_key, account_id())
    if isinstance(principal, iam_evaluator.AuthError):
        return False
    if principal.policies is None:  # the account's root
        return True
    context = iam_evaluator.EvalContext(
        principal_arn=principal.arn,
        principal_type=principal.type,
        principal_account=principal.account,
        action=action,
        resource_arn=resource,
        region=region(),
        principal_keys=principal.keys,
    )
    return bool(iam_evaluator.evaluate(context, principal.policies, *principal.limits).decision == "Allow")


def _password(headers: Json) -> str:
    scheme, _, text = str(headers.get("authorization", "")).partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(text).decode().partition(":")[2]
    except ValueError:
        return ""


def _refusal(status: int, code: str, message: str) -> Reply:
    body = json.dumps({"errors": [{"code": code, "message": message}]}).encode()
    return status, {"Content-Type": "application/json"}, body
