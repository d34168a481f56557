"""WebSockets through CloudFront and a load balancer.

Defect: an upgrade request to a distribution or a load balancer is closed at once. Here it takes the way of
the GET that it is, through cache behaviors, functions, listener rules and target choice; where that way
ends at a target, the connection is made there and messages are carried both ways.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qs

import websockets
from ministack import app as emulator

from tools.local_aws.gateway import Gateway, Json

Receive = Callable[[], Awaitable[Json]]
Send = Callable[[Json], Awaitable[None]]
HANDSHAKE = {"connection", "upgrade", "content-length", "transfer-encoding"}
SWITCHING = 101
GOING_AWAY = 1001
_sought: ContextVar[Json | None] = ContextVar("sought", default=None)


def install(gateway: Gateway) -> None:
    """Attach the completions of this service."""
    alb: Any = gateway.module("alb")
    forward, serve = alb._forward_to_tg, emulator.app  # noqa: SLF001

    async def forward_to_tg(arn: str, method: str, path: str, headers: Json, *rest: Any) -> Any:  # noqa: ANN401
        sought = _sought.get()
        registered = alb._targets.get(arn) or []  # noqa: SLF001
        if sought is None or not registered:
            return await forward(arn, method, path, headers, *rest)
        group = alb._tgs.get(arn) or {}  # noqa: SLF001
        sought |= {"host": registered[0]["Id"], "port": registered[0].get("Port") or group.get("Port")}
        sought |= {"headers": headers, "path": path}
        return SWITCHING, {}, b""

    async def app(scope: Json, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and (found := await _route(scope)) is not None:
            await _answer(found, scope, receive, send)
        else:
            await serve(scope, receive, send)

    alb._forward_to_tg, emulator.app = forward_to_tg, app  # noqa: SLF001


async def _route(scope: Json) -> Json | None:
    """Return the target, or the refusal, for an upgrade; None when no distribution or balancer is meant."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    raw_query = scope.get("query_string", b"").decode("latin-1")
    host, path = headers.get("host", ""), scope["path"]
    raw_path = (scope.get("raw_path") or path.encode()).decode("latin-1").partition("?")[0]
    query = parse_qs(raw_query, keep_blank_values=True)
    client = (scope.get("client") or ("127.0.0.1",))[0]
    if scope.get("scheme") == "wss":
        headers.setdefault("x-forwarded-proto", "https")
    sought: Json = {"query": raw_query}
    token = _sought.set(sought)
    try:
        reply = await emulator._handle_cloudfront_dataplane_request(  # noqa: SLF001
            host, path, raw_path, raw_query, "GET", headers, b"", query, client
        ) or await emulator._handle_alb_request(host, path, "GET", headers, b"", query, raw_query, raw_path)  # noqa: SLF001
    finally:
        _sought.reset(token)
    return None if reply is None else sought | {"status": reply[0], "body": reply[2]}


async def _answer(found: Json, scope: Json, receive: Receive, send: Send) -> None:
    await receive()  # websocket.connect
    if "port" not in found:
        await _refuse(found, send)
        return
    offered = list(scope.get("subprotocols") or [])
    headers = [
        (name, value)
        for name, value in found["headers"].items()
        if name not in HANDSHAKE and name != "host" and not name.startswith("sec-websocket-")
    ]
    url = f"ws://{found['host']}:{found['port']}{found['path']}" + (f"?{found['query']}" if found["query"] else "")
    try:
        target = await websockets.connect(
            url, additional_headers=headers, subprotocols=offered or None, open_timeout=10, proxy=None
        )
    except (OSError, websockets.WebSocketException) as error:
        await _refuse({"status": 502, "body": f"target: {error}".encode()}, send)
        return
    await send({"type": "websocket.accept", "subprotocol": target.subprotocol})
    await _relay(target, receive, send)


async def _relay(target: Any, receive: Receive, send: Send) -> None:  # noqa: ANN401
    async def to_target() -> None:
        while (message := await receive())["type"] == "websocket.receive":
            text = message.get("text")
            await target.send(message["bytes"] if text is None else text)

    async def to_viewer() -> None:
        async for message in target:
            kind = "text" if isinstance(message, str) else "bytes"
            await send({"type": "websocket.send", kind: message})

    ways = [asyncio.create_task(to_target()), asyncio.create_task(to_viewer())]
    _, unfinished = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    for way in unfinished:
        way.cancel()
    await asyncio.gather(*ways, return_exceptions=True)
    with contextlib.suppress(Exception):  # either side may be gone already
        await target.close()
    with contextlib.suppress(Exception):
        code = target.close_code if target.close_code not in {None, 1005, 1006} else GOING_AWAY
        await send({"type": "websocket.close", "code": code})


async def _refuse(found: Json, send: Send) -> None:
    body = found["body"] if isinstance(found["body"], bytes) else b""
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "websocket.http.response.start", "status": found["status"], "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})
