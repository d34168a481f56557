"""A small process in the place of the backend's task: answers `/health` and `/api/*`, echoes at `/ws`."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

HEALTH = {"status": "online", "mqtt": True, "influxdb": True}


def _answer(_: ServerConnection, request: Request) -> Response | None:
    path = request.path.split("?")[0]
    if path == "/ws" or path.startswith("/ws/"):
        return None  # go on with the WebSocket
    if path == "/health":
        return _json(HTTPStatus.OK, HEALTH)
    if path.startswith("/api/"):
        return _json(HTTPStatus.OK, {"path": path, "host": request.headers.get("Host", "")})
    return _json(HTTPStatus.NOT_FOUND, {"path": path})


def _json(status: HTTPStatus, value: object) -> Response:
    body = json.dumps(value).encode()
    headers = Headers({"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"})
    return Response(status.value, status.phrase, headers, body)


def _echo(connection: ServerConnection) -> None:
    for message in connection:
        connection.send(f"echo {message}" if isinstance(message, str) else message)


@contextmanager
def backend_stand_in() -> Iterator[int]:
    """Serve on 127.0.0.1 and yield the port."""
    with serve(_echo, "127.0.0.1", 0, process_request=_answer) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield int(server.socket.getsockname()[1])
        server.shutdown()
        thread.join()
