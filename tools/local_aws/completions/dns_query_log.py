"""Route 53: query logging of public zones.

Defect: the operations are missing altogether.
"""

import uuid
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from tools.local_aws.gateway import Call, Gateway, Json, Reply

SERVICE = "route53"
NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/"
BASE = "/2013-04-01/queryloggingconfig"
CREATED, MISSING = 201, 404


def install(gateway: Gateway) -> None:
    """Attach the completions of this service."""
    known = gateway.store()

    async def create(call: Call) -> Reply:
        asked = {element.tag.rpartition("}")[2]: element.text or "" for element in ET.fromstring(call.body)}  # noqa: S314
        made = {
            "Id": str(uuid.uuid4()),
            "HostedZoneId": asked["HostedZoneId"].rpartition("/")[2],
            "CloudWatchLogsLogGroupArn": asked["CloudWatchLogsLogGroupArn"],
        }
        known[made["Id"]] = made
        status, headers, body = _reply(f"<CreateQueryLoggingConfigResponse{_XMLNS}>", _xml(made), status=CREATED)
        return status, headers | {"Location": f"{NAMESPACE}{BASE}/{made['Id']}"}, body

    async def get(call: Call) -> Reply:
        found = known.get(call.found("id"))
        return _missing() if found is None else _reply(f"<GetQueryLoggingConfigResponse{_XMLNS}>", _xml(found))

    async def delete(call: Call) -> Reply:
        if known.pop(call.found("id"), None) is None:
            return _missing()
        return _reply(f"<DeleteQueryLoggingConfigResponse{_XMLNS}>", "")

    async def listing(call: Call) -> Reply:
        zone = call.query.get("hostedzoneid", [""])[0]
        inner = "".join(_xml(one) for one in known.values() if zone in {"", one["HostedZoneId"]})
        return _reply(
            f"<ListQueryLoggingConfigsResponse{_XMLNS}>", f"<QueryLoggingConfigs>{inner}</QueryLoggingConfigs>"
        )

    gateway.route(SERVICE, "POST", BASE)(create)
    gateway.route(SERVICE, "GET", BASE)(listing)
    gateway.route(SERVICE, "GET", rf"{BASE}/(?P<id>[0-9a-f-]+)")(get)
    gateway.route(SERVICE, "DELETE", rf"{BASE}/(?P<id>[0-9a-f-]+)")(delete)


_XMLNS = f' xmlns="{NAMESPACE}"'


def _xml(configuration: Json) -> str:
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in configuration.items())
    return f"<QueryLoggingConfig>{inner}</QueryLoggingConfig>"


def _reply(opening: str, inner: str, status: int = 200) -> Reply:
    closing = f"</{opening[1:].split(maxsplit=1)[0]}>"
    return status, {"Content-Type": "text/xml"}, f"{opening}{inner}{closing}".encode()


def _missing() -> Reply:
    inner = "<Error><Code>NoSuchQueryLoggingConfig</Code><Message>There is no such configuration.</Message></Error>"
    return _reply(f"<ErrorResponse{_XMLNS}>", inner, status=MISSING)
