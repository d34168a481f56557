"""The comment on a pull request, from the real plans of the local AWS."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.policies.mutation import load, names
from tools.plan_summary.__main__ import main
from tools.plan_summary.model import Action, StackPlan, read_plan
from tools.plan_summary.render import LIMIT, MARKER, Report, render
from tools.plan_summary.text import Redactor, code, plain

HIDDEN = 'h7"unter2\\very-secret'


def _plan(name: str) -> StackPlan:
    return read_plan(name, load(name))


def _text(*plans: str, **more: Any) -> str:
    return render(Report(plans=[_plan(name) for name in plans], **more))


def test_first_apply() -> None:
    """A first apply is all to create, with nothing to look at first."""
    text = _text("first-data")
    created = _plan("first-data").count(Action.CREATE)
    assert text.startswith(f"{MARKER}\n## Plan: {created} to create\n")
    assert f"| `first-data` | {created} |  |  |  | not run |  |" in text
    assert "Look at these first" not in text
    assert "- create `aws_efs_file_system.Influxdb_FileSystem" in text


@pytest.mark.parametrize("stack", ["network", "data", "backend", "frontend", "delivery"])
def test_no_change(stack: str) -> None:
    """A second plan of each stack says that nothing changes."""
    text = _text(f"applied-{stack}")
    assert "## Plan: no changes" in text
    assert f"| `applied-{stack}` |  |  |  |  | not run |  |" in text


def test_published_image() -> None:
    """After delivery published an image, the infrastructure has nothing to change."""
    assert "## Plan: no changes" in _text("image-published-backend")


def test_size_change() -> None:
    """A changed size is a new revision and an update of the service; a new revision is no danger."""
    text = _text("size-change-backend")
    assert "1 to update, 1 to replace" in text
    assert "Look at these first" not in text
    assert "`memory` `1024` → `2048`" in text
    assert "- update `aws_ecs_service.Backend_Service" in text
    assert "known after apply" in text


def test_forced_replacement() -> None:
    """A replacement comes first, with the attribute that forces it, before and after, and that data goes."""
    text = _text("replacement-data")
    top = text.split("| Stack |")[0]
    line = next(line for line in top.splitlines() if "aws_secretsmanager_secret." in line)
    assert line.startswith("- **replace** `aws_secretsmanager_secret.InfluxdbSecret")
    assert "forced by `name` (`edgemind/influxdb` → `factory/influxdb`)" in line
    assert line.endswith("**holds data**")


def test_destroy() -> None:
    """A destroy lists what holds data first, then the rest, and counts all of it."""
    plan = _plan("destroy-data")
    text = render(Report(plans=[plan]))
    top = text.split("| Stack |")[0]
    lines = [line for line in top.splitlines() if line.startswith("- **destroy**")]
    held = [line.endswith("**holds data**") for line in lines]
    assert held == sorted(held, reverse=True)
    assert sum(held) == sum(change.holds_data for change in plan.changes)
    assert f"{len(plan.changes)} to destroy" in text.splitlines()[1]


def test_all_stacks_in_one_comment() -> None:
    """Every recorded plan fits into one comment, in the order given."""
    text = _text(*names())
    assert len(text.encode()) <= LIMIT
    rows = [line.split("`")[1] for line in text.splitlines() if line.startswith("| `")]
    assert rows == names()


def _large(count: int) -> dict[str, Any]:
    plan = load("replacement-data")
    replaced = [r for r in plan["resource_changes"] if "delete" in r["change"]["actions"]]
    plan["resource_changes"] = []
    for number in range(count):
        resource = copy.deepcopy(replaced[number % len(replaced)])
        resource["address"] = f"{resource['address']}_{number}_{'x' * 80}"
        plan["resource_changes"].append(resource)
    return plan


@pytest.mark.parametrize("count", [1000, 5000])
def test_a_thousand_changes_fit(count: int) -> None:
    """With a thousand changes and more the comment stays under GitHub's limit, and says that lines are missing."""
    text = render(Report(plans=[read_plan("large", _large(count))]))
    assert len(text) <= len(text.encode()) <= LIMIT
    assert "did not fit; the runs have them all." in text
    assert f"{count} to replace" in text or f"{count // 2} to replace" in text or "to replace" in text
    assert text.count("<details>") == text.count("</details>")


def test_everything_at_once_fits() -> None:
    """Long findings, long errors and long checkov output leave the comment under the limit as well."""
    findings = {"large": {"identity": [f"[rule] {'word ' * 200}{number}" for number in range(500)]}}
    report = Report(
        plans=[read_plan("large", _large(1000))],
        missing={f"stack-{number}": "Error: " + "long " * 2000 for number in range(20)},
        findings=findings,
        checkov="line\n" * 50_000,
    )
    assert len(render(report).encode()) <= LIMIT


def _with_secret(where: str) -> dict[str, Any]:  # noqa: C901 - a table of places
    """Return a plan with HIDDEN, marked sensitive, at the place called *where*."""
    change: dict[str, Any] = {
        "actions": ["update"],
        "before": {"id": "a", "note": "old"},
        "after": {"id": "a", "note": "new"},
        "after_unknown": {},
        "before_sensitive": {},
        "after_sensitive": {},
    }
    plan: dict[str, Any] = {
        "format_version": "1.2",
        "resource_changes": [{"address": "x.y", "mode": "managed", "type": "x", "change": change}],
    }
    match where:
        case "after":
            change["after"]["password"] = HIDDEN
            change["after_sensitive"] = {"password": True}
        case "before":
            change["before"]["password"] = HIDDEN
            change["before_sensitive"] = {"password": True}
        case "nested":
            change["after"]["block"] = [{"inner": {"deep": [HIDDEN]}}]
            change["after_sensitive"] = {"block": [{"inner": {"deep": [True]}}]}
        case "whole":
            change["after"] = {"anything": HIDDEN}
            change["after_sensitive"] = True
        case "elsewhere":  # sensitive in one attribute, repeated in another that is not marked
            change["after"] |= {"password": HIDDEN, "url": f"https://user:{HIDDEN}@host/", "note": HIDDEN}
            change["after_sensitive"] = {"password": True}
        case "document":
            change["after"] |= {"password": HIDDEN, "policy": json.dumps({"a": HIDDEN})}
            change["before"] |= {"policy": json.dumps({"a": "b"})}
            change["after_sensitive"] = {"password": True}
        case "other resource":
            change["after"]["note"] = f"has {HIDDEN} in it"
            hidden = copy.deepcopy(change) | {"after": {"key": HIDDEN}, "after_sensitive": {"key": True}}
            plan["resource_changes"].append({"address": "x.z", "mode": "managed", "type": "x", "change": hidden})
        case "output":
            change["after"]["note"] = HIDDEN
            output = {"actions": ["create"], "before": None, "after": HIDDEN, "after_sensitive": True}
            plan["output_changes"] = {"token": output}
        case "variable":
            change["after"]["note"] = HIDDEN
            plan["variables"] = {"token": {"value": HIDDEN}}
            plan["configuration"] = {"root_module": {"variables": {"token": {"sensitive": True}}}}
        case "forcing":
            change |= {"actions": ["delete", "create"], "replace_paths": [["password"]]}
            change["before"]["password"], change["after"]["password"] = HIDDEN, f"{HIDDEN}2"
            change["before_sensitive"] = change["after_sensitive"] = {"password": True}
        case "name":
            change["before"]["env"] = json.dumps([{"name": "API_TOKEN", "value": "old"}])
            change["after"]["env"] = json.dumps([{"name": "API_TOKEN", "value": HIDDEN}])
            change["after"]["db_password"] = HIDDEN
    return plan


@pytest.mark.parametrize(
    "where",
    ["after", "before", "nested", "whole", "elsewhere", "document", "other resource", "output", "variable", "forcing"],
)
def test_sensitive_values_never_show(where: str) -> None:
    """What is marked sensitive anywhere in a plan shows nowhere in the comment, in whatever form."""
    findings = {"s": {"p": [f"[rule] x.y: {HIDDEN} is bad"]}}
    missing = {"other": f"Error: {HIDDEN}"}
    plan = read_plan("s", _with_secret(where))
    text = render(Report(plans=[plan], findings=findings, missing=missing, checkov=f"failed on {HIDDEN}"))
    assert "very-secret" not in text
    assert "unter2" not in text
    assert "`x.y`" in text


def test_what_is_named_like_a_secret_does_not_show() -> None:
    """Terraform does not mark a plain value sensitive; an attribute named like a secret is masked all the same."""
    plan = _with_secret("name")
    plan["resource_changes"][0]["change"]["after"].pop("env")
    plan["resource_changes"][0]["change"]["before"].pop("env")
    text = render(Report(plans=[read_plan("s", plan)]))
    assert "`db_password` (sensitive)" in text
    assert "very-secret" not in text


def test_long_values_are_cut_after_redaction() -> None:
    """A secret at the edge of a cut value does not leave its first half."""
    plan = _with_secret("elsewhere")
    plan["resource_changes"][0]["change"]["after"]["note"] = "n" * 66 + HIDDEN
    assert HIDDEN[:5] not in render(Report(plans=[read_plan("s", plan)]))


def test_markup_in_names_is_harmless() -> None:
    """Addresses and values from a pull request can neither mention people nor break the table or the code."""
    plan = _with_secret("after")
    resource = plan["resource_changes"][0]
    resource["address"] = "x.y`|@everyone|<img src=x>\n# Title"
    resource["change"]["actions"] = ["delete"]
    text = render(Report(plans=[read_plan("s", plan)], missing={"m": "@team <b>`x`</b> [a](b)"}))
    line = next(line for line in text.splitlines() if line.startswith("- **destroy**"))
    assert line.count("`") == 4
    assert "\n# Title" not in text
    assert "@team" not in text
    assert "<b>" not in text


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://x/) [y](https://z", "http://app.terraform.io/x"])
def test_only_addresses_of_runs_become_links(address: str) -> None:
    """A run's address that is no plain https address is left out."""
    assert address not in _text("applied-data", runs={"applied-data": address})


def test_run_policies_and_checkov_are_told() -> None:
    """Each stack has its run and its policies' verdict; checkov's words are folded in."""
    text = _text(
        "applied-data",
        "applied-network",
        runs={"applied-data": "https://app.terraform.io/app/o/w/runs/run-1"},
        findings={"applied-data": {"identity": ["[no-star-action] a.b allows *"]}, "applied-network": {"identity": []}},
        checkov="12 passed",
        checkov_passed=False,
    )
    assert "| **1 refused** | [run](https://app.terraform.io/app/o/w/runs/run-1) |" in text
    assert "| `applied-network` |  |  |  |  | passed |  |" in text
    assert "### Refused by policy" in text
    assert "checkov: **failed**" in text


def test_stack_that_could_not_be_planned_is_told() -> None:
    """A stack without a plan is in the headline, in the table, and has its reason."""
    text = _text("applied-network", missing={"edgemind-prod-data": "Error: no credentials"})
    assert "1 of 2 stacks not planned" in text
    assert "| `edgemind-prod-data` | | | | | not planned |  |" in text
    assert "Error: no credentials" in text


def test_redactor_finds_quoted_forms() -> None:
    """A secret inside of JSON inside of JSON is found; one of two letters would black out the text and is left."""
    text = json.dumps({"a": json.dumps({"b": HIDDEN})})
    assert "very-secret" not in Redactor([HIDDEN])(text)
    assert Redactor(["ab"])("cabin") == "cabin"


@pytest.mark.parametrize(("text", "expected"), [("a`b|c", "`a'b¦c`"), ("", "(empty)"), ("a\nb", "`a b`")])
def test_code_is_one_line_of_code(text: str, expected: str) -> None:
    """Inline code can't end early, and nothing is shown as such."""
    assert code(text) == expected


def test_prose_has_no_markup() -> None:
    """Prose keeps its words and loses its effects."""
    assert plain("*a* @b <c>\n#d") == "\\*a\\* @\u200bb \\<c\\> \\#d"


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command takes plans called like their stacks, and prints or writes the comment."""
    file = tmp_path / "edgemind-prod-data.json"
    file.write_text(json.dumps(load("first-data")))
    assert main([str(file), "--run", "edgemind-prod-data=https://app.terraform.io/r"]) == 0
    assert "| `edgemind-prod-data` |" in capsys.readouterr().out
    assert main([str(file), "--output", str(tmp_path / "out.md")]) == 0
    assert (tmp_path / "out.md").read_text().startswith(MARKER)


@pytest.mark.parametrize("content", ["no JSON", "[]", '{"resource_changes": 1}'])
def test_command_says_what_is_no_plan(tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is no plan becomes a stack that was not planned, and exit code 1."""
    file = tmp_path / "edgemind-prod-data.json"
    file.write_text(content)
    assert main([str(file)]) == 1
    assert "could not be planned" in capsys.readouterr().out
