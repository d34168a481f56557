"""IAM enforcement: what tasks call is checked on the resources that AWS checks.

Defects: a log stream is checked as its whole log group, so the right to one stream is denied; parameters by path are
checked on "*", so the right to one path is denied. Rules: Service Authorization Reference, "Amazon CloudWatch Logs"
and "AWS Systems Manager".
"""

import json
from typing import Any

from ministack.core import iam_actions

from tools.local_aws.gateway import Gateway, Json, account_id, region

ON_A_STREAM = frozenset({"CreateLogStream", "PutLogEvents", "GetLogEvents"})


def install(gateway: Gateway) -> None:
    """Attach the completions of the enforcement."""
    del gateway  # the emulator's own function is wrapped, as it has no hook
    known = iam_actions.extract_resource_arn

    def resource(service: str, method: str, path: str, headers: Json, body: bytes, *more: Any) -> str:  # noqa: ANN401
        operation = str(headers.get("x-amz-target", "")).rpartition(".")[2]
        asked = _input(body)
        if service == "logs" and operation in ON_A_STREAM and asked.get("logStreamName"):
            return _arn("logs", f"log-group:{asked.get('logGroupName')}:log-stream:{asked['logStreamName']}")
        if service == "ssm" and operation == "GetParametersByPath":
            return _arn("ssm", f"parameter/{str(asked.get('Path', '')).lstrip('/')}")
        return str(known(service, method, path, headers, body, *more))

    iam_actions.extract_resource_arn = resource


def _input(body: bytes) -> Json:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{region()}:{account_id()}:{resource}"
