"""CloudFront origins: VPC origins by their own settings, load balancers over TLS.

Defects: an origin behind a VPC origin is reached by the viewer's protocol and the default ports instead of
the VPC origin's policy and ports; a load balancer's HTTPS listener is never reached at all. There is no TLS
handshake here either, but its outcome is decided as CloudFront does: the listener's certificate must cover
the origin's domain name or the forwarded Host ("CloudFront: Requirements for using SSL/TLS certificates").
"""

import asyncio
from typing import Any
from urllib.parse import parse_qs
from xml.etree.ElementTree import Element

from tools.local_aws.gateway import Gateway, Json

HTTP_REASONS = {200: "OK"}


def install(gateway: Gateway) -> None:
    """Attach the completions of this service."""
    cloudfront: Any = gateway.module("cloudfront")
    _complete_vpc_origins(cloudfront, gateway.module("alb"))
    _complete_tls(cloudfront, gateway)


def _complete_vpc_origins(cloudfront: Any, alb: Any) -> None:  # noqa: ANN401 - modules of the emulator
    read, registered = cloudfront._dataplane_origin, cloudfront._registered_alb  # noqa: SLF001

    def dataplane_origin(element: Element) -> Json:
        origin: Json = read(element)
        vpc = cloudfront._find(element, "VpcOriginConfig")  # noqa: SLF001
        known = cloudfront._vpc_origins.get(cloudfront._text(vpc, "VpcOriginId")) if vpc is not None else None  # noqa: SLF001
        if known:
            config = known["VpcOriginEndpointConfig"]
            origin |= {
                "protocol_policy": config["OriginProtocolPolicy"],
                "http_port": int(config["HTTPPort"]),
                "https_port": int(config["HTTPSPort"]),
                "read_timeout": int(cloudfront._text(vpc, "OriginReadTimeout") or "30"),  # noqa: SLF001
                "balancer_arn": config["Arn"],
            }
        return origin

    def registered_alb(origin: Json) -> Json | None:
        arn = origin.get("balancer_arn")
        if arn:
            found: Json | None = next((lb for lb in alb._lbs.values() if lb["LoadBalancerArn"] == arn), None)  # noqa: SLF001
            return found
        looked_up: Json | None = registered(origin)
        return looked_up

    cloudfront._dataplane_origin, cloudfront._registered_alb = dataplane_origin, registered_alb  # noqa: SLF001


def _complete_tls(cloudfront: Any, gateway: Gateway) -> None:  # noqa: ANN401
    alb, acm = gateway.module("alb"), gateway.module("acm")
    plain = cloudfront._fetch_from_alb_origin  # noqa: SLF001

    async def fetch(  # noqa: PLR0917 - their signature
        balancer: Json, origin: Json, method: str, uri: str, query: str, headers: Json, body: bytes,
        viewer_is_https: bool, client_ip: str, viewer_xff: str,  # noqa: FBT001
    ) -> tuple[int, str, list[tuple[str, str]], bytes]:  # fmt: skip
        _, port, use_tls = cloudfront._origin_connect_target(origin, viewer_is_https)  # noqa: SLF001
        if not use_tls:
            answered: tuple[int, str, list[tuple[str, str]], bytes] = await plain(
                balancer, origin, method, uri, query, headers, body, viewer_is_https, client_ip, viewer_xff
            )
            return answered
        sent = cloudfront._origin_request_headers(origin, headers, client_ip, viewer_xff)  # noqa: SLF001
        sent = {name.lower(): value for name, value in sent.items()}
        listener = _tls_listener(alb, balancer["LoadBalancerArn"], port)
        names = {origin["domain_name"].lower(), str(sent.get("host", "")).partition(":")[0].lower()}
        if listener is None or not _covers(acm, listener, names):
            why = f"no HTTPS listener on port {port}, or no certificate for {sorted(names)}"
            raise cloudfront.OriginUnreachable(why)
        asking = alb.dispatch_request(
            balancer, method, uri, sent, body or b"", parse_qs(query, keep_blank_values=True), port,
            client_ip="127.0.0.1", raw_query_string=query,
        )  # fmt: skip
        return await _collected(cloudfront, asking, origin.get("read_timeout", 30))

    cloudfront._fetch_from_alb_origin = fetch  # noqa: SLF001


async def _collected(cloudfront: Any, asking: Any, seconds: float) -> tuple[int, str, list[tuple[str, str]], bytes]:  # noqa: ANN401
    try:
        status, headers, data = await asyncio.wait_for(asking, seconds)
    except TimeoutError as error:
        raise cloudfront.OriginTimeout(f"no response within {seconds} s") from error
    if not isinstance(data, bytes):
        data = await cloudfront._collect_streaming_body(data, seconds)  # noqa: SLF001
    pairs = [
        (name, value)
        for name, values in headers.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    return status, HTTP_REASONS.get(status, ""), pairs, data


def _tls_listener(alb: Any, balancer_arn: str, port: int) -> Json | None:  # noqa: ANN401
    for listener in alb._listeners.values():  # noqa: SLF001
        if listener["LoadBalancerArn"] == balancer_arn and listener.get("Port") == port:
            found: Json | None = listener if listener.get("Protocol") == "HTTPS" else None
            return found
    return None


def _covers(acm: Any, listener: Json, names: set[str]) -> bool:  # noqa: ANN401
    for arn in listener.get("Certificates", []):
        certificate = acm._certificates.get(arn) or {}  # noqa: SLF001
        covered = {certificate.get("DomainName", ""), *certificate.get("SubjectAlternativeNames", [])}
        if any(_matches(pattern.lower(), name) for pattern in covered for name in names):
            return True
    return False


def _matches(pattern: str, name: str) -> bool:
    if pattern.startswith("*."):
        return name.partition(".")[2] == pattern[2:]
    return bool(pattern) and pattern == name
