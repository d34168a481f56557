"""Terraform Cloud's and GitHub's APIs, as far as the workflows need them."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class ApiError(RuntimeError):
    """A request was refused; the message says which, and what the answer was."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Api:
    """Requests with a token, to one base address.

    Attributes:
        url: Base address.
        token: Bearer token.
    """

    url: str
    token: str

    def get(self, path: str) -> Any:  # noqa: ANN401 - any JSON document
        """Return the document at *path*."""
        return self._request("GET", path, None)

    def send(self, method: str, path: str, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON document
        """Send *body* to *path*, and return the answer."""
        return self._request(method, path, body)

    def _request(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:  # noqa: ANN401
        address = urllib.parse.urljoin(self.url.rstrip("/") + "/", path.lstrip("/"))
        request = urllib.request.Request(  # noqa: S310 - the base address is the caller's
            address,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                text = answer.read().decode()
        except urllib.error.HTTPError as error:
            raise ApiError(f"{method} {path}: {error.code} {error.reason}") from error
        except urllib.error.URLError as error:
            raise ApiError(f"{method} {path}: {error.reason}") from error
        return json.loads(text) if text else None
