"""The seam between the emulator and our completions.

A completion never edits the emulator's files. It takes one operation of a service (``on``), one path of a
REST service (``route``) or adds a service (``add_service``); whatever it does not take reaches the
emulator unchanged.
"""

import importlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, unquote

from ministack import app as emulator
from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region

from tools.local_aws import wire

Json = dict[str, Any]
Reply = tuple[int, dict[str, str], bytes]
Handler = Callable[[str, str, dict[str, str], bytes, dict[str, list[str]]], Awaitable[Reply]]
SUCCESS = 200
FIRST_ERROR = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One request to a service, on its way to the emulator.

    Attributes:
        service: botocore's name of the service.
        operation: the API operation, for example ``PutMetricAlarm``; a path of REST services keeps "".
        method: the HTTP method.
        path: the path, not decoded.
        headers: the headers, names in lower case.
        body: the body as sent.
        query: the query string's values.
        match: what the route's pattern found in the path; None for operations.
        inner: the handler that would answer without us.
    """

    service: str
    operation: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    query: dict[str, list[str]]
    match: re.Match[str] | None
    inner: Handler

    @property
    def input(self) -> Json:
        """The call's input, in the shape of the service model."""
        return wire.decode_request(self.service, self.operation, self.body, _flat(self.query, self.body))

    @property
    def input_json(self) -> Json:
        """The body of a REST call."""
        decoded: Json = json.loads(self.body or b"{}")
        return decoded

    def found(self, name: str) -> str:
        """Return what the route's pattern calls *name*, decoded."""
        return unquote(self.match[name]) if self.match else ""

    async def forward(self, body: bytes | None = None) -> Reply:
        """Let the emulator answer, with another body when one is given."""
        sent = self.body if body is None else body
        return await self.inner(self.method, self.path, self.headers, sent, self.query)

    def output(self, reply: Reply) -> Json:
        """Read the emulator's answer, in the shape of the service model."""
        status, headers, body = reply
        return wire.decode_response(self.service, self.operation, status, headers, body)

    def answer(self, output: Json) -> Reply:
        """Answer with *output*, in the service's protocol."""
        if not self.operation:
            return SUCCESS, {"Content-Type": "application/json"}, json.dumps(output).encode()
        kind, body = wire.encode_response(self.service, self.operation, output)
        return SUCCESS, {"Content-Type": kind}, body

    def refuse(self, code: str, message: str, status: int = FIRST_ERROR) -> Reply:
        """Answer with an error of a JSON service."""
        headers = {"Content-Type": "application/json", "x-amzn-errortype": code}
        return status, headers, json.dumps({"__type": code, "message": message}).encode()


Completion = Callable[[Call], Awaitable[Reply]]


@dataclass(slots=True)
class _Interceptors:
    operations: dict[str, Completion] = field(default_factory=dict)
    routes: list[tuple[str, re.Pattern[str], Completion]] = field(default_factory=list)


class Gateway:
    """Where completions attach to the emulator."""

    def __init__(self) -> None:
        self._interceptors: dict[str, _Interceptors] = {}
        self._stores: list[AccountRegionScopedDict] = []

    def module(self, name: str) -> ModuleType:
        """Return one of the emulator's service modules, for a defect inside a function of it."""
        return importlib.import_module(f"ministack.services.{name}")

    def store(self) -> AccountRegionScopedDict:
        """Return a dictionary that keeps accounts and regions apart and is emptied by a reset."""
        made = AccountRegionScopedDict()
        self._stores.append(made)
        return made

    def on(self, service: str, operation: str, *, model: str = "") -> Callable[[Completion], Completion]:
        """Take *operation* of *service* (the emulator's name; *model* is botocore's, if it differs)."""

        def attach(completion: Completion) -> Completion:
            self._for(service, model or service).operations[operation] = completion
            return completion

        return attach

    def route(self, service: str, method: str, pattern: str) -> Callable[[Completion], Completion]:
        """Take the requests of a REST *service* whose path matches *pattern* as a whole."""

        def attach(completion: Completion) -> Completion:
            self._for(service, service).routes.append((method, re.compile(pattern), completion))
            return completion

        return attach

    def around(self, service: str, wrap: Callable[[Handler], Handler]) -> None:
        """Put a handler around everything that *service* answers."""
        emulator.SERVICE_HANDLERS[service] = wrap(emulator.SERVICE_HANDLERS[service])

    def reset(self) -> None:
        """Forget everything that completions stored."""
        for store in self._stores:
            store.clear()

    def _for(self, service: str, model: str) -> _Interceptors:
        if service not in self._interceptors:
            found = self._interceptors[service] = _Interceptors()
            inner = emulator.SERVICE_HANDLERS.get(service, _unsupported)
            emulator.SERVICE_HANDLERS[service] = _intercepting(inner, found, model)
        return self._interceptors[service]


def account_id() -> str:
    """Return the account that the current request belongs to."""
    return str(get_account_id())


def region() -> str:
    """Return the region that the current request belongs to."""
    return str(get_region())


def _intercepting(inner: Handler, found: _Interceptors, model: str) -> Handler:
    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Reply:
        operation = _operation(headers, query, body)
        completion, match = found.operations.get(operation), None
        if completion is None:
            for wanted, pattern, candidate in found.routes:
                match = pattern.fullmatch(path) if wanted == method else None
                if match:
                    completion, operation = candidate, ""
                    break
        if completion is None:
            return await inner(method, path, headers, body, query)
        return await completion(
            Call(
                service=model, operation=operation, method=method, path=path, headers=headers, body=body,
                query=query, match=match, inner=inner,
            )
        )  # fmt: skip

    return handle


def _operation(headers: Mapping[str, str], query: Mapping[str, list[str]], body: bytes) -> str:
    target = headers.get("x-amz-target", "")
    if target:
        return target.rpartition(".")[2]
    return _flat(query, body if b"Action=" in body else b"").get("Action", "")


def _flat(query: Mapping[str, list[str]], body: bytes) -> dict[str, str]:
    params = {name: values[0] if isinstance(values, list) else str(values) for name, values in query.items()}
    if body[:1] not in {b"{", b"<"}:
        sent = parse_qs(body.decode("utf-8", errors="replace"), keep_blank_values=True)
        params.update({name: values[0] for name, values in sent.items()})
    return params


async def _unsupported(
    method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
) -> Reply:
    del headers, body, query
    message = f"the local AWS has no {method} {path}"
    return FIRST_ERROR, {"Content-Type": "application/json"}, json.dumps({"message": message}).encode()
