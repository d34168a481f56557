"""Route 53: query logging configurations.

Defect: the operations are missing altogether. Nothing asks the local zones, so nothing is logged.
"""

import uuid
from xml.etree.ElementTree import Element, SubElement, tostring

import defusedxml.ElementTree

from tools.local_aws.gateway import Call, Gateway, Json, Reply

SERVICE = "route53"
PATH = "/2013-04-01/queryloggingconfig"
NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/"
FIELDS = ("Id", "HostedZoneId", "CloudWatchLogsLogGroupArn")
CREATED, OK, MISSING = 201, 200, 404


def install(gateway: Gateway) -> None:
    """Attach the completions of this service."""
    known = gateway.store()

    async def create(call: Call) -> Reply:
        asked = defusedxml.ElementTree.fromstring(call.body)
        values = {element.tag.rpartition("}")[2]: element.text or "" for element in asked}
        made = values | {"Id": str(uuid.uuid4())}
        known[made["Id"]] = made
        status, headers, body = _answer("CreateQueryLoggingConfigResponse", made, CREATED)
        return status, headers | {"Location": f"https://route53.amazonaws.com{PATH}/{made['Id']}"}, body

    async def get(call: Call) -> Reply:
        found = known.get(call.found("id"))
        return _missing() if found is None else _answer("GetQueryLoggingConfigResponse", found)

    async def delete(call: Call) -> Reply:
        if known.pop(call.found("id"), None) is None:
            return _missing()
        return _answer("DeleteQueryLoggingConfigResponse", None)

    async def listing(call: Call) -> Reply:
        zone = (call.query.get("hostedzoneid") or [""])[0]
        root = Element("ListQueryLoggingConfigsResponse", xmlns=NAMESPACE)
        found = SubElement(root, "QueryLoggingConfigs")
        for made in known.values():
            if not zone or made["HostedZoneId"] == zone:
                _fill(SubElement(found, "QueryLoggingConfig"), made)
        return OK, {"Content-Type": "text/xml"}, tostring(root)

    gateway.route(SERVICE, "POST", PATH)(create)
    gateway.route(SERVICE, "GET", PATH)(listing)
    gateway.route(SERVICE, "GET", rf"{PATH}/(?P<id>[^/]+)")(get)
    gateway.route(SERVICE, "DELETE", rf"{PATH}/(?P<id>[^/]+)")(delete)


def _answer(name: str, made: Json | None, status: int = OK) -> Reply:
    root = Element(name, xmlns=NAMESPACE)
    if made is not None:
        _fill(SubElement(root, "QueryLoggingConfig"), made)
    return status, {"Content-Type": "text/xml"}, tostring(root)


def _fill(element: Element, made: Json) -> None:
    for field in FIELDS:
        SubElement(element, field).text = made[field]


def _missing() -> Reply:
    root = Element("ErrorResponse", xmlns=NAMESPACE)
    error = SubElement(root, "Error")
    for name, text in (
        ("Type", "Sender"),
        ("Code", "NoSuchQueryLoggingConfig"),
        ("Message", "The specified query logging configuration does not exist."),
    ):
        SubElement(error, name).text = text
    return MISSING, {"Content-Type": "text/xml"}, tostring(root)
