"""Translate between the wire formats of AWS and plain dictionaries, by the service models of botocore.

A completion then reads ``{"Alarms": [...]}`` and answers the same, whatever the protocol: JSON, query or
EC2. Taking names from the published models is what keeps a completion in the service's documented shape.
"""

import base64
import functools
import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

import botocore.session
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape
from botocore.parsers import create_parser

Json = dict[str, Any]


@functools.cache
def service_model(service: str) -> ServiceModel:
    """Return botocore's model of *service* (its botocore name, for example ``elbv2``)."""
    return botocore.session.get_session().get_service_model(service)


@functools.cache
def operation_model(service: str, operation: str) -> OperationModel:
    """Return botocore's model of one operation."""
    return service_model(service).operation_model(operation)


def protocol(service: str) -> str:
    """Return the protocol that this layer speaks for *service*: ``json``, ``rest-json``, ``query``, ``ec2``."""
    offered = service_model(service).metadata.get("protocols") or [service_model(service).metadata["protocol"]]
    return str("query" if "query" in offered else offered[0])


# ---- requests ------------------------------------------------------------------------------------------


def decode_request(service: str, operation: str, body: bytes, params: Mapping[str, str]) -> Json:
    """Return the input of a call as a dictionary in the shape of the service model."""
    spoken = protocol(service)
    if spoken in {"json", "rest-json"}:
        decoded: Json = json.loads(body or b"{}")
        return decoded
    shape = operation_model(service, operation).input_shape
    found = _read(shape, params, "", ec2=spoken == "ec2") if shape else {}
    return found or {}


def _read(shape: Shape, params: Mapping[str, str], prefix: str, *, ec2: bool) -> Any:  # noqa: ANN401
    if isinstance(shape, StructureShape):
        found = {
            name: value
            for name, member in shape.members.items()
            if (value := _read(member, params, _joined(prefix, _key(name, member, ec2=ec2)), ec2=ec2)) is not None
        }
        return found or None
    if isinstance(shape, ListShape):
        flat = ec2 or bool(shape.serialization.get("flattened"))
        base = prefix if flat else f"{prefix}.{shape.member.serialization.get('name', 'member')}"
        return _read_list(shape.member, params, base, ec2=ec2)
    if isinstance(shape, MapShape):
        return None
    return _scalar(shape, params[prefix]) if prefix in params else None


def _read_list(member: Shape, params: Mapping[str, str], base: str, *, ec2: bool) -> list[Any] | None:
    found: list[Any] = []
    while (value := _read(member, params, f"{base}.{len(found) + 1}", ec2=ec2)) is not None:
        found.append(value)
    return found or None


def _key(name: str, member: Shape, *, ec2: bool) -> str:
    if not ec2:
        return str(member.serialization.get("name", name))
    spelled = member.serialization.get("queryName")
    if spelled:
        return str(spelled)
    located = str(member.serialization.get("name", name))
    return located[0].upper() + located[1:]


def _joined(prefix: str, key: str) -> str:
    return f"{prefix}.{key}" if prefix else key


def _scalar(shape: Shape, text: str) -> Any:  # noqa: ANN401
    if shape.type_name in {"integer", "long"}:
        return int(text)
    if shape.type_name in {"double", "float"}:
        return float(text)
    if shape.type_name == "boolean":
        return text.lower() == "true"
    return text


# ---- responses -----------------------------------------------------------------------------------------


def decode_response(service: str, operation: str, status: int, headers: Mapping[str, str], body: bytes) -> Json:
    """Return the output of a call as a dictionary in the shape of the service model."""
    shape = operation_model(service, operation).output_shape
    parsed: Json = create_parser(protocol(service)).parse(
        {"status_code": status, "headers": dict(headers), "body": body}, shape
    )
    parsed.pop("ResponseMetadata", None)
    return parsed


def encode_response(service: str, operation: str, output: Json) -> tuple[str, bytes]:
    """Return the content type and the body that answer *operation* with *output*."""
    spoken = protocol(service)
    if spoken in {"json", "rest-json"}:
        version = service_model(service).metadata.get("jsonVersion", "1.1")
        kind = "application/json" if spoken == "rest-json" else f"application/x-amz-json-{version}"
        return kind, json.dumps(output, default=_json_value).encode()
    model = operation_model(service, operation)
    namespace = service_model(service).metadata.get("xmlNamespace", "http://ec2.amazonaws.com/doc/2016-11-15/")
    inner = _members_xml(model.output_shape, output) if model.output_shape else ""
    request_id = uuid.uuid4()
    if spoken == "ec2":
        content = f"<requestId>{request_id}</requestId>{inner}"
    else:
        content = (
            f"<{operation}Result>{inner}</{operation}Result>"
            f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
        )
    body = f'<{operation}Response xmlns="{namespace}">{content}</{operation}Response>'
    return "text/xml", body.encode()


def _json_value(value: object) -> object:
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _members_xml(shape: StructureShape, value: Json) -> str:
    return "".join(
        _element(str(member.serialization.get("name", name)), member, value[name])
        for name, member in shape.members.items()
        if value.get(name) is not None
    )


def _element(tag: str, shape: Shape, value: Any) -> str:  # noqa: ANN401
    if isinstance(shape, StructureShape):
        return f"<{tag}>{_members_xml(shape, value)}</{tag}>"
    if isinstance(shape, ListShape):
        if shape.serialization.get("flattened"):
            return "".join(_element(tag, shape.member, item) for item in value)
        item_tag = str(shape.member.serialization.get("name", "member"))
        return f"<{tag}>{''.join(_element(item_tag, shape.member, item) for item in value)}</{tag}>"
    if isinstance(shape, MapShape):
        entries = "".join(
            f"<entry>{_element('key', shape.key, key)}{_element('value', shape.value, item)}</entry>"
            for key, item in value.items()
        )
        return f"<{tag}>{entries}</{tag}>"
    return f"<{tag}>{escape(_text(value))}</{tag}>"


def _text(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value)
