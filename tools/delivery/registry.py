"""Pushes an image through a registry's HTTP API (OCI: "Distribution Specification"), without docker."""

import hashlib
import http.client
import ssl
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

from tools.delivery.oci_layout import INDEX_TYPES, Descriptor, OciLayout
from tools.delivery.report import say
from tools.delivery.settings import DeliveryError, Variables, is_local

TIMEOUT_SECONDS = 60


class Registry:
    """One repository of a registry, as someone who logged in sees it."""

    def __init__(self, *, endpoint: str, repository: str, authorization: str) -> None:
        self._endpoint = endpoint
        self._repository = repository
        self._authorization = authorization

    @classmethod
    def of_ecr(cls, ecr: Any, repository: str, variables: Variables) -> "Registry":  # noqa: ANN401 - boto3 client
        """Return *repository* of the account's registry, logged in by a token for it."""
        login = ecr.get_authorization_token()["authorizationData"][0]
        # a local AWS names AWS's own registry, but serves it where it serves everything else
        endpoint = variables["AWS_ENDPOINT_URL"] if is_local(variables) else login["proxyEndpoint"]
        return cls(endpoint=endpoint, repository=repository, authorization=f"Basic {login['authorizationToken']}")

    def push(self, layout: OciLayout, tags: Sequence[str]) -> str:
        """Push the image of *layout* under *tags*; return its digest. What is there already isn't sent again."""
        self._push_manifest(layout, layout.image, tags)
        return layout.image.digest

    def _push_manifest(self, layout: OciLayout, manifest: Descriptor, names: Sequence[str]) -> None:
        document = layout.document(manifest)
        if manifest.media_type in INDEX_TYPES:
            for entry in document["manifests"]:
                child = Descriptor.of(entry)
                self._push_manifest(layout, child, [child.digest])
        else:
            for entry in [document["config"], *document["layers"]]:
                self._push_blob(layout, Descriptor.of(entry))
        body = layout.path(manifest).read_bytes()
        _check_digest(manifest, body)
        for name in names:
            headers = {"Content-Type": manifest.media_type}
            self._expect(HTTPStatus.CREATED, "PUT", f"manifests/{name}", body, headers)
            say(f"pushed {self._repository}{'@' if ':' in name else ':'}{name}")

    def _push_blob(self, layout: OciLayout, blob: Descriptor) -> None:
        status, _ = self._send("HEAD", f"blobs/{blob.digest}")
        if status == HTTPStatus.OK:
            return
        body = layout.path(blob).read_bytes()
        _check_digest(blob, body)
        started = self._expect(HTTPStatus.ACCEPTED, "POST", "blobs/uploads/")
        kind = {"Content-Type": "application/octet-stream"}
        sent = self._expect(HTTPStatus.ACCEPTED, "PATCH", started["location"], body, kind)
        location = sent.get("location", started["location"])
        joint = "&" if urlsplit(location).query else "?"
        self._expect(HTTPStatus.CREATED, "PUT", f"{location}{joint}digest={blob.digest}")
        say(f"pushed {blob.digest[:19]}… ({blob.size} bytes)")

    def _expect(
        self, status: HTTPStatus, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Mapping[str, str]:
        got, answer = self._send(method, path, body, headers)
        if got != status:
            raise DeliveryError(
                f"the registry answered {got} to {method} {self._repository} {path.partition('?')[0]}: "
                f"{answer.get('body', '')[:500]}"
            )
        return answer

    def _send(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, Mapping[str, str]]:
        base = f"{self._endpoint.rstrip('/')}/v2/{self._repository}/"
        url = urlsplit(urljoin(base, path))
        if url.netloc != urlsplit(base).netloc:
            raise DeliveryError(f"the registry sends the upload to another host, {url.netloc}; not followed")
        connection = _connect(url.scheme, url.netloc)
        try:
            target = url.path + (f"?{url.query}" if url.query else "")
            sent = {"Authorization": self._authorization, "Content-Length": str(len(body)), **(headers or {})}
            connection.request(method, target, body=body, headers=sent)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        except OSError as error:
            raise DeliveryError(f"the registry at {url.netloc} can't be reached: {error}") from error
        finally:
            connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()} | {"body": text}


def _connect(scheme: str, netloc: str) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(netloc, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
    return http.client.HTTPConnection(netloc, timeout=TIMEOUT_SECONDS)


def _check_digest(blob: Descriptor, body: bytes) -> None:
    found = f"sha256:{hashlib.sha256(body).hexdigest()}"
    if found != blob.digest:
        raise DeliveryError(f"the image says {blob.digest} and holds {found}; build or save it again")
