"""As much of Terraform Cloud's API as Terraform needs to keep state there and plan on this machine."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ORGANIZATION = "example-org"
_JSON_API = "application/vnd.api+json"


class FakeTerraformCloud:
    """Workspaces with their newest state, behind HTTP on this machine.

    Its workspaces execute locally, so `terraform plan` runs here while state and other workspaces' outputs come
    through the API, as they do in Terraform Cloud.
    """

    def __init__(self) -> None:
        self.states: dict[str, bytes] = {}
        self.workspaces: set[str] = set()
        self.reads: list[str] = []
        self.unknown: list[str] = []
        self.url = ""

    def put_state(self, workspace: str, state: dict[str, Any]) -> None:
        """Give *workspace* a state."""
        self.workspaces.add(workspace)
        self.states[workspace] = json.dumps(state).encode()

    def cli_config(self, folder: Path, *, hostname: str = "app.terraform.io", more: str = "") -> Path:
        """Write a Terraform CLI configuration that takes this server for *hostname*."""
        services = {f"{name}": f"{self.url}/api/v2/" for name in ("state.v2", "tfe.v2", "tfe.v2.1", "tfe.v2.2")}
        pairs = "\n".join(f'    "{name}" = "{url}"' for name, url in services.items())
        text = f'host "{hostname}" {{\n  services = {{\n{pairs}\n  }}\n}}\n'
        text += f'credentials "{hostname}" {{\n  token = "{hashlib.sha256(b"nobody").hexdigest()}"\n}}\n{more}'
        file = folder / "cli.tfrc"
        file.write_text(text)
        return file

    @contextmanager
    def running(self) -> Iterator["FakeTerraformCloud"]:
        """Serve on a free port until the block ends."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:  # noqa: PLR0911 - one case a route
        """Return status and document for a request; bytes for a state's content."""
        words = path.removeprefix("/api/v2").strip("/").split("/")
        match (method, words):
            case ("GET", ["ping"]):
                return 204, None
            case ("GET", ["organizations", _, "entitlement-set"]):
                flags = {"operations": True, "state-storage": True, "private-module-registry": False}
                return 200, {"data": {"id": "org-1", "type": "entitlement-sets", "attributes": flags}}
            case ("GET", ["organizations", _, "projects"]):
                project = {"id": "prj-1", "type": "projects", "attributes": {"name": "edgemind"}}
                return 200, {"data": [project]}
            case ("GET", ["organizations", _, "workspaces", name]) if name in self.workspaces:
                return 200, {"data": _workspace(name)}
            case ("POST", ["organizations", _, "workspaces"]):
                name = json.loads(body)["data"]["attributes"]["name"]
                self.workspaces.add(name)
                return 201, {"data": _workspace(name)}
            case ("POST", ["workspaces", workspace, "actions", _]):
                return 200, {"data": _workspace(workspace.removeprefix("ws-"))}
            case _:
                return self._answer_state(method, words, body)

    def _answer_state(self, method: str, words: list[str], body: bytes) -> tuple[int, Any]:  # noqa: PLR0911 - one case a route
        match (method, words):
            case ("GET", ["workspaces", workspace, "current-state-version"]):
                name = workspace.removeprefix("ws-")
                self.reads.append(name)
                return (200, {"data": self._version(name)}) if name in self.states else (404, None)
            case ("POST", ["workspaces", workspace, "state-versions"]):
                name = workspace.removeprefix("ws-")
                attributes = json.loads(body)["data"]["attributes"]
                if attributes.get("state"):
                    self.states[name] = base64.b64decode(attributes["state"])
                return 201, {"data": self._version(name)}
            case ("PUT", ["upload", name]):
                self.states[name] = body
                return 200, None
            case ("PUT", ["upload-json", _]):
                return 200, None
            case ("GET", ["state-versions", version]):
                return 200, {"data": self._version(version.removeprefix("sv-"))}
            case ("GET", ["download", name]):
                return 200, self.states[name]
            case _:
                self.unknown.append(f"{method} /{'/'.join(words)}")
                return 404, None

    def _version(self, name: str) -> dict[str, Any]:
        state = json.loads(self.states.get(name, b'{"serial": 0, "lineage": ""}'))
        attributes = {
            "serial": state["serial"],
            "status": "finalized",
            "hosted-state-download-url": f"{self.url}/api/v2/download/{name}",
            "hosted-state-upload-url": f"{self.url}/api/v2/upload/{name}",
            "hosted-json-state-upload-url": f"{self.url}/api/v2/upload-json/{name}",
        }
        return {"id": f"sv-{name}", "type": "state-versions", "attributes": attributes}


def empty_state() -> dict[str, Any]:
    """Return a state in which nothing was ever applied."""
    return {
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": 1,
        "lineage": "00000000-0000-0000-0000-000000000001",
        "outputs": {},
        "resources": [],
    }


def _workspace(name: str) -> dict[str, Any]:
    may = ("can-update", "can-destroy", "can-queue-run", "can-lock", "can-unlock", "can-update-variable")
    attributes: dict[str, Any] = {
        "name": name,
        "operations": False,
        "execution-mode": "local",
        "terraform-version": "1.11.4",
        "locked": False,
        "permissions": dict.fromkeys(may, True),
    }
    return {"id": f"ws-{name}", "type": "workspaces", "attributes": attributes}


def _handler(cloud: FakeTerraformCloud) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Stay quiet."""

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, document = cloud.answer(self.command, self.path.partition("?")[0], body)
            if document is None and status >= 400:
                document = {"errors": [{"status": str(status), "title": "not found"}]}
            content = b"" if document is None else document if isinstance(document, bytes) else json.dumps(document)
            data = content.encode() if isinstance(content, str) else content
            self.send_response(status)
            self.send_header("Content-Type", _JSON_API)
            self.send_header("TFP-API-Version", "2.6")
            self.send_header("TFP-AppName", "HCP Terraform")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - the server's names

    return Handler
