"""One comment on a pull request, and one issue about drift: made, updated in place, closed."""

from dataclasses import dataclass
from typing import Any

from tools.cloud.api import Api
from tools.plan_summary.render import MARKER

DRIFT_TITLE = "Drift: the account is not what the configuration says"
DRIFT_MARKER = "<!-- drift -->"
_PAGE = 100
_BOT = "github-actions[bot]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Repository:
    """A repository on GitHub.

    Attributes:
        api: GitHub's API.
        name: ``owner/name``.
    """

    api: Api
    name: str

    def put_comment(self, pull_request: int, text: str) -> str:
        """Write *text* as the comment of *pull_request*, over the last one; return what was done."""
        path = f"/repos/{self.name}/issues/{pull_request}/comments"
        for comment in self._all(path):
            if comment["body"].startswith(MARKER) and comment["user"]["login"] == _BOT:
                self.api.send("PATCH", f"/repos/{self.name}/issues/comments/{comment['id']}", {"body": text})
                return "updated"
        self.api.send("POST", path, {"body": text})
        return "created"

    def note_drift(self, text: str) -> str:
        """Open the issue about drift with *text*, update it, or close it when *text* is empty; return what was done."""
        found = [
            issue
            for issue in self._all(f"/repos/{self.name}/issues?state=open")
            if (issue["body"] or "").startswith(DRIFT_MARKER) and issue["user"]["login"] == _BOT
        ]
        body = f"{DRIFT_MARKER}\n{text}"
        if not text:
            for issue in found:
                path = f"/repos/{self.name}/issues/{issue['number']}"
                self.api.send("POST", f"{path}/comments", {"body": "The drift is gone."})
                self.api.send("PATCH", path, {"state": "closed", "state_reason": "completed"})
            return "closed" if found else "none"
        if found:
            self.api.send("PATCH", f"/repos/{self.name}/issues/{found[0]['number']}", {"body": body})
            return "updated"
        self.api.send("POST", f"/repos/{self.name}/issues", {"title": DRIFT_TITLE, "body": body})
        return "opened"

    def _all(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        page = 1
        while True:
            joint = "&" if "?" in path else "?"
            more = self.api.get(f"{path}{joint}per_page={_PAGE}&page={page}")
            found += more
            if len(more) < _PAGE:
                return found
            page += 1
