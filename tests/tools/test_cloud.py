"""What the workflows do with Terraform Cloud and GitHub, against servers that answer like them."""

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.policies.mutation import load
from tests.support.cloud_app import STACKS, synthesize
from tools.cloud import runs
from tools.cloud.__main__ import main
from tools.cloud.api import Api, ApiError
from tools.cloud.notes import DRIFT_MARKER, Repository
from tools.cloud.stacks import Synthesized, affected, configuration, in_order
from tools.plan_summary.render import MARKER
from tools.policy.engine import evaluate_all

BOT = {"login": "github-actions[bot]"}
NOBODY = "of-nobody"
RUN = "https://app.terraform.io/app/example-org/edgemind/runs/run-"


class Server:
    """Answers from a table, and remembers what was sent."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.sent: list[tuple[str, str, Any]] = []
        self.url = ""

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Return the table's answer to a GET, and take anything else."""
        if method != "GET":
            self.sent.append((method, path, body))
            return 200, {}
        found = self.answers.get(path.split("per_page", maxsplit=1)[0].rstrip("?&"))
        return (200, found) if found is not None else (404, {})


@pytest.fixture
def server() -> Iterator[Server]:
    """Serve on this machine until the test ends."""
    table = Server()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Stay quiet."""

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status, document = table.answer(self.command, self.path, body)
            data = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = _serve  # noqa: N815 - the server's names

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    table.url = f"http://127.0.0.1:{http.server_port}"
    yield table
    http.shutdown()
    http.server_close()


@pytest.fixture
def terraform(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[int, str, str]]:
    """Replace terraform by a table of stack → exit code, output, errors; the runs are called like the stacks."""
    outcomes: dict[str, tuple[int, str, str]] = {}

    def run(stack: Synthesized, *arguments: str) -> subprocess.CompletedProcess[str]:
        role = stack.name.rsplit("-", 1)[1]
        code, out, err = outcomes.get(stack.name, (0, f"To view this run:\n{RUN}{role}\n", ""))
        return subprocess.CompletedProcess([], 0 if arguments[0] == "init" else code, out, err)

    monkeypatch.setattr(runs, "_terraform", run)
    monkeypatch.setenv("TF_TOKEN_app_terraform_io", "of-nobody")
    return outcomes


def _with_plans(server: Server, prefix: str = "first", **more: Any) -> None:
    for role in STACKS:
        server.answers[f"/api/v2/runs/run-{role}"] = {
            "data": {"relationships": {"plan": {"data": {"id": f"plan-{role}"}}}}
        }
        plan = load(f"{prefix}-{role}")
        redacted = {key: plan[key] for key in ("resource_changes", "output_changes")} | more
        server.answers[f"/api/v2/plans/plan-{role}/json-output-redacted"] = redacted


def test_order_is_that_of_the_references(cloud: Path) -> None:
    """Each stack comes after those that it reads, and only the environment's stacks come."""
    names = [stack.name for stack in in_order(cloud, environment="prod")]
    assert names == [f"edgemind-prod-{stack}" for stack in STACKS]
    assert in_order(cloud, environment="dev") == []


def test_affected_are_the_changed_and_their_readers(cloud: Path) -> None:
    """A change of the data stack affects it and what reads it, and not what it reads."""
    base = in_order(cloud, environment="prod")
    head = [
        Synthesized(
            name=stack.name,
            folder=stack.folder,
            document={**stack.document, "x": 1} if stack.name.endswith("-data") else stack.document,
            reads=stack.reads,
        )
        for stack in base
    ]
    names = {stack.name for stack in affected(head, base)}
    assert {"edgemind-prod-data", "edgemind-prod-backend"} <= names
    assert "edgemind-prod-network" not in names
    assert affected(base, base) == []
    assert affected(base, []) == base


@pytest.mark.parametrize("stack", STACKS)
def test_configuration_says_what_the_plans_does(stack: str, cloud: Path) -> None:
    """What we know of a stack without its full plan gives the policies' verdict as the full plan does."""
    (found,) = (s for s in in_order(cloud, environment="prod") if s.name == f"edgemind-prod-{stack}")
    plan = load(f"first-{stack}")
    own = configuration(found.document)
    assert evaluate_all({**plan, "configuration": own}) == evaluate_all(plan)
    references = {
        (r["address"], reference.split("[")[0])
        for r in plan["configuration"]["root_module"]["resources"]
        for name in ("bucket", "resource_arn", "vpc_id", "allocation_id", "resources")
        for reference in r["expressions"].get(name, {}).get("references", [])
        if reference.count(".") == 1
    }
    known = {
        (r["address"], reference)
        for r in own["root_module"]["resources"]
        for expression in r["expressions"].values()
        for reference in expression["references"]
    }
    assert {pair for pair in references if not pair[1].startswith("data.")} <= known


@pytest.mark.usefixtures("terraform")
def test_plan_writes_plans_and_comment(
    server: Server, cloud: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every stack is planned in order; plans, runs and comment are written, and nothing refused means 0."""
    _with_plans(server)
    monkeypatch.setenv("TERRAFORM_CLOUD_URL", server.url)
    monkeypatch.chdir(tmp_path)
    assert main(["plan", "--outdir", str(cloud)]) == 0
    text = (tmp_path / "comment.md").read_text()
    assert [line.split("`")[1] for line in text.splitlines() if line.startswith("| `")] == [
        f"edgemind-prod-{stack}" for stack in STACKS
    ]
    assert f"[run]({RUN}data)" in text
    assert text.count("| passed |") == len(STACKS)
    known = json.loads((tmp_path / "plans" / "runs.json").read_text())
    assert known["edgemind-prod-data"] == {"run": f"{RUN}data", "error": ""}


def test_plan_of_nothing_affected_says_so(
    server: Server,
    cloud: Path,
    tmp_path: Path,
    terraform: dict[str, tuple[int, str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the base synthesizes to the same, no run is started."""
    assert terraform == {}
    monkeypatch.setenv("TERRAFORM_CLOUD_URL", server.url)
    monkeypatch.chdir(tmp_path)
    assert main(["plan", "--outdir", str(cloud), "--base", str(cloud)]) == 0
    assert "## Plan: no changes" in (tmp_path / "comment.md").read_text()


def test_plan_tells_what_was_refused_and_what_failed(
    server: Server,
    cloud: Path,
    tmp_path: Path,
    terraform: dict[str, tuple[int, str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A refused plan and a stack without a plan are in the comment, and the exit code is 1."""
    _with_plans(server)
    plan = load("destroy-data")
    server.answers["/api/v2/plans/plan-data/json-output-redacted"] = {"resource_changes": plan["resource_changes"]}
    terraform["edgemind-prod-frontend"] = (1, "", "╷\n│ Error: no access\n│ ask an owner\n╵\n")
    monkeypatch.setenv("TERRAFORM_CLOUD_URL", server.url)
    monkeypatch.chdir(tmp_path)
    assert main(["plan", "--outdir", str(cloud)]) == 1
    text = (tmp_path / "comment.md").read_text()
    assert "Refused by policy" in text
    assert "Error: no access ask an owner" in text
    assert "1 of 5 stacks not planned" in text


def test_plan_needs_a_token(cloud: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a token the step says which variable is empty."""
    monkeypatch.delenv("TF_TOKEN_app_terraform_io", raising=False)
    assert main(["plan", "--outdir", str(cloud)]) == 2
    assert "TF_TOKEN_app_terraform_io is empty" in capsys.readouterr().err


@pytest.mark.parametrize("step", ["plan", "apply"])
def test_local_state_is_neither_planned_nor_applied(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A runner's disk is no place for state: without Terraform Cloud the step refuses."""
    monkeypatch.setenv("TF_TOKEN_app_terraform_io", "of-nobody")
    outdir = synthesize(tmp_path, more="")
    assert main([step, "--outdir", str(outdir)]) == 2
    assert "local state, which this machine would lose" in capsys.readouterr().err


@pytest.mark.parametrize(("more", "said"), [("", "false"), (None, "true")])
def test_uses_tells_the_workflow(
    tmp_path: Path, cloud: Path, more: str | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The workflow learns from the stacks themselves whether there is a Terraform Cloud to work with."""
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    found = cloud if more is None else synthesize(tmp_path, more=more)
    assert main(["uses", "--outdir", str(found)]) == 0
    assert (tmp_path / "output").read_text() == f"cloud={said}\n"


def test_apply_goes_in_order_and_stops(
    cloud: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terraform: dict[str, tuple[int, str, str]]
) -> None:
    """Stacks are applied in order; after one that fails none is tried, and one table says so."""
    assert terraform == {}
    tried: list[str] = []

    def apply(stack: Synthesized) -> int:
        tried.append(stack.name)
        return int(stack.name.endswith("-backend"))

    monkeypatch.setattr(runs, "apply", apply)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    assert main(["apply", "--outdir", str(cloud)]) == 1
    assert tried == ["edgemind-prod-network", "edgemind-prod-data", "edgemind-prod-backend"]
    summary = (tmp_path / "summary.md").read_text()
    assert "| `edgemind-prod-backend` | **failed**" in summary
    assert "| `edgemind-prod-delivery` | not tried, after edgemind-prod-backend |" in summary
    assert "run this workflow again" in summary
    monkeypatch.setattr(runs, "apply", lambda _: 0)
    assert main(["apply", "--outdir", str(cloud)]) == 0


def test_apply_is_cdktfs(cloud: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One stack is applied by cdktf deploy, without a question and without its neighbours."""
    seen: list[list[str]] = []

    def run(words: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        seen.append(words)
        return subprocess.CompletedProcess(words, 0)

    monkeypatch.setattr(subprocess, "run", run)
    assert runs.apply(in_order(cloud, environment="prod")[0]) == 0
    assert "deploy edgemind-prod-network --auto-approve --ignore-missing-stack-dependencies" in " ".join(seen[-1])


def _repository(server: Server) -> Repository:
    return Repository(api=Api(url=server.url, token=NOBODY), name="o/r")


def test_comment_is_made_once_and_updated(server: Server) -> None:
    """The first time a comment is made; after that ours is overwritten, and nobody else's that looks like it."""
    path = "/repos/o/r/issues/7/comments"
    server.answers[path] = [{"id": 1, "body": f"{MARKER} copied", "user": {"login": "someone"}}]
    assert _repository(server).put_comment(7, f"{MARKER} new") == "created"
    server.answers[path].append({"id": 2, "body": f"{MARKER} old", "user": BOT})
    assert _repository(server).put_comment(7, f"{MARKER} new") == "updated"
    assert [(method, where) for method, where, _ in server.sent] == [
        ("POST", path),
        ("PATCH", "/repos/o/r/issues/comments/2"),
    ]


def test_drift_is_one_issue(server: Server) -> None:
    """Drift opens one issue, updates it while it lasts, and closes it when it is gone."""
    path = "/repos/o/r/issues?state=open"
    server.answers[path] = []
    assert _repository(server).note_drift("x") == "opened"
    assert _repository(server).note_drift("") == "none"
    server.answers[path] = [{"number": 3, "body": f"{DRIFT_MARKER}\nold", "user": BOT}]
    assert _repository(server).note_drift("y") == "updated"
    assert _repository(server).note_drift("") == "closed"
    methods = [(method, where) for method, where, _ in server.sent]
    assert methods == [
        ("POST", "/repos/o/r/issues"),
        ("PATCH", "/repos/o/r/issues/3"),
        ("POST", "/repos/o/r/issues/3/comments"),
        ("PATCH", "/repos/o/r/issues/3"),
    ]
    assert server.sent[-1][2]["state"] == "closed"


def test_drift_step_reads_the_plans(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The issue names stack and resource; a stack that could not be compared leaves the issue alone."""
    monkeypatch.setenv("GITHUB_API_URL", server.url)
    monkeypatch.setenv("GITHUB_TOKEN", "of-nobody")
    monkeypatch.setenv("GITHUB_REPOSITORY", "o/r")
    server.answers["/repos/o/r/issues?state=open"] = []
    drifted = [{"address": "aws_vpc.X", "change": {"actions": ["update"]}}]
    (tmp_path / "a.json").write_text(json.dumps({"resource_drift": drifted}))
    (tmp_path / "runs.json").write_text(json.dumps({"a": {"run": f"{RUN}a", "error": ""}}))
    assert main(["drift", "--plans", str(tmp_path)]) == 0
    assert "- `a`: `aws_vpc.X` (update)" in server.sent[0][2]["body"]
    (tmp_path / "runs.json").write_text(json.dumps({"b": {"run": "", "error": "no access"}}))
    assert main(["drift", "--plans", str(tmp_path)]) == 2
    assert len(server.sent) == 1


def test_refused_request_is_said(server: Server) -> None:
    """An API that refuses is named with what was asked of it."""
    with pytest.raises(ApiError, match="GET /nowhere: 404"):
        Api(url=server.url, token=NOBODY).get("/nowhere")
