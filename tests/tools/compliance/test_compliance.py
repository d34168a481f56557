import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from constructs_lib.exceptions import except_from_check
from tests.support.synthesis import Synthesized
from tools.compliance import __main__ as command
from tools.compliance import scanner
from tools.compliance.documents import ComplianceError, read_stacks
from tools.compliance.judgement import judge, totals
from tools.compliance.scanner import Finding, Scan, prove_scanner_works, scan

TODAY = date(2026, 11, 1)
GOOD_KEY = {"aws_kms_key": {"Key_1": {"description": "d", "enable_key_rotation": True, "policy": "{}"}}}
BAD_KEY = {"aws_kms_key": {"Key_1": {"description": "d", "enable_key_rotation": False, "policy": "{}"}}}


def _exception(expires: str = "2027-01-01", frameworks: tuple[str, ...] = ("terraform_json",)) -> dict[str, Any]:
    return {
        "metadata": {"path": "app/Key"},
        "exceptions": {"CKV_AWS_7": {"reason": "it is so", "expires": expires, "frameworks": list(frameworks)}},
    }


def _out(folder: Path, **stacks: dict[str, Any] | None) -> Path:
    """Write a cdktf.out with these stacks; None is listed but not there."""
    listed = {}
    for name, document in stacks.items():
        path = f"stacks/{name}/cdk.tf.json"
        listed[name] = {"name": name, "synthesizedStackPath": path}
        if document is not None:
            (folder / path).parent.mkdir(parents=True)
            (folder / path).write_text(json.dumps(document), encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps({"stacks": listed, "version": "0.21.0"}), encoding="utf-8")
    return folder


def _problems(folder: Path) -> list[str]:
    return [problem for tally in command.compliance(folder, plans=None, today=TODAY) for problem in tally.problems]


def test_every_stack_passes_or_is_excused(synthesized: Synthesized) -> None:
    """No check of checkov fails on a synthesized stack without an exception that is valid today."""
    tallies = command.compliance(synthesized.out, plans=None, today=date.today())  # noqa: DTZ011
    assert {tally.stack for tally in tallies} == set(synthesized.stacks)
    assert [problem for tally in tallies for problem in tally.problems] == []
    assert all(tally.passed > 10 for tally in tallies)


def test_a_stack_that_checkov_cannot_parse_is_no_pass(tmp_path: Path) -> None:
    """terraform.required_version makes checkov skip the whole file and exit with 0; the scan fails instead."""
    document = {"terraform": {"required_version": ">= 1.11"}, "resource": BAD_KEY}
    with pytest.raises(ComplianceError, match="could not parse"):
        _problems(_out(tmp_path, app=document))


def test_a_stack_in_which_nothing_was_judged_is_no_pass(tmp_path: Path) -> None:
    """Zero checks are an error, not a success."""
    with pytest.raises(ComplianceError, match="judged nothing"):
        _problems(_out(tmp_path, app={"resource": {}}))


def test_a_stack_that_the_manifest_lists_must_be_there(tmp_path: Path) -> None:
    """A stack that went missing after synthesis is an error, however well the others do."""
    with pytest.raises(ComplianceError, match=r"other/cdk\.tf\.json can't be read"):
        _problems(_out(tmp_path, app={"resource": GOOD_KEY}, other=None))


def test_an_output_without_stacks_is_no_pass(tmp_path: Path) -> None:
    """An empty manifest, or none, is an error."""
    with pytest.raises(ComplianceError, match="lists no stack"):
        _problems(_out(tmp_path))
    (tmp_path / "manifest.json").unlink()
    with pytest.raises(ComplianceError, match=r"manifest.json can't be read"):
        _problems(tmp_path)


def test_a_stack_without_a_plan_is_an_error(tmp_path: Path) -> None:
    """With --plans every stack needs its plan."""
    plans = tmp_path / "plans"
    plans.mkdir()
    with pytest.raises(ComplianceError, match="every stack needs its plan"):
        command.compliance(_out(tmp_path, app={"resource": GOOD_KEY}), plans=plans, today=TODAY)


def test_a_plan_with_nothing_in_it_is_no_pass(tmp_path: Path) -> None:
    """A plan that checkov finds no resource in is an error."""
    plans = tmp_path / "plans"
    plans.mkdir()
    (plans / "app.json").write_text('{"format_version": "1.2"}', encoding="utf-8")
    with pytest.raises(ComplianceError, match=r"judged nothing|could not parse"):
        command.compliance(_out(tmp_path, app={"resource": GOOD_KEY}), plans=plans, today=TODAY)


def test_a_settings_file_can_not_switch_a_check_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither .checkov.yaml nor checkov's variables nor a skip comment change what is found."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CKV_SKIP_CHECK", "CKV_AWS_7")
    (tmp_path / ".checkov.yaml").write_text("skip-check: [CKV_AWS_7]\n", encoding="utf-8")
    key = BAD_KEY["aws_kms_key"]["Key_1"] | {"//": {"checkov": {"skip": [{"id": "CKV_AWS_7", "comment": "no"}]}}}
    assert any(
        "CKV_AWS_7" in problem
        for problem in _problems(_out(tmp_path, app={"resource": {"aws_kms_key": {"Key_1": key}}}))
    )


def test_one_environment_does_not_excuse_another(tmp_path: Path) -> None:
    """A bucket that another stack closes under the same Terraform name is still reported as open."""
    bucket = {"aws_s3_bucket": {"Site_1": {"bucket": "a"}}}
    closed = {
        "aws_s3_bucket_public_access_block": {
            "Site_2": {
                "bucket": "${aws_s3_bucket.Site_1.id}",
                "block_public_acls": True,
                "block_public_policy": True,
                "ignore_public_acls": True,
                "restrict_public_buckets": True,
            }
        }
    }
    out = _out(tmp_path, prod={"resource": bucket | closed}, staging={"resource": bucket})
    found = {stack.name: {f.check for f in scan(stack.file, "terraform_json").findings} for stack in read_stacks(out)}
    assert "CKV2_AWS_6" not in found["prod"]
    assert "CKV2_AWS_6" in found["staging"]


@pytest.mark.parametrize("framework", ["terraform_json", "terraform_plan"])
def test_a_scanner_that_finds_nothing_is_not_trusted(framework: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each scan first proves that checkov still sees an open bucket and a key without rotation."""
    prove_scanner_works(framework)
    blind = Scan(passed=100, findings=(), seen=frozenset())
    monkeypatch.setattr(scanner, "scan", lambda *_: blind)
    with pytest.raises(ComplianceError, match="lets an open bucket"):
        prove_scanner_works(framework)


def test_a_finding_is_a_problem_unless_it_is_excused(tmp_path: Path) -> None:
    """The problem names check, resource and what the check wants; with an exception there is none."""
    (problem,) = _problems(_out(tmp_path / "1", app={"resource": BAD_KEY}))
    assert problem.startswith("CKV_AWS_7 fails on aws_kms_key.Key_1: Ensure rotation")
    excused = {"aws_kms_key": {"Key_1": BAD_KEY["aws_kms_key"]["Key_1"] | {"//": _exception()}}}
    tallies = command.compliance(_out(tmp_path / "2", app={"resource": excused}), plans=None, today=TODAY)
    assert [tally.problems for tally in tallies] == [()]
    assert totals(tallies)["terraform_json"][2] == 1


def test_an_expired_exception_is_a_problem(tmp_path: Path) -> None:
    """The day after its last day an exception fails the scan; on its last day it counts."""
    for expires, problems in (("2026-10-31", 1), ("2026-11-01", 0)):
        key = BAD_KEY["aws_kms_key"]["Key_1"] | {"//": _exception(expires)}
        found = _problems(_out(tmp_path / expires, app={"resource": {"aws_kms_key": {"Key_1": key}}}))
        assert len(found) == problems
        assert all("expired on 2026-10-31" in problem for problem in found)


def test_an_exception_that_nothing_needs_is_a_problem(tmp_path: Path) -> None:
    """An exception from a check that passes must go."""
    key = GOOD_KEY["aws_kms_key"]["Key_1"] | {"//": _exception()}
    (problem,) = _problems(_out(tmp_path, app={"resource": {"aws_kms_key": {"Key_1": key}}}))
    assert "nothing needs this exception" in problem


def test_an_exception_is_for_one_resource_only(tmp_path: Path) -> None:
    """The neighbour of an excused resource is not excused."""
    bad = BAD_KEY["aws_kms_key"]["Key_1"]
    keys = {"Key_1": bad | {"//": _exception()}, "Key_2": bad}
    (problem,) = _problems(_out(tmp_path, app={"resource": {"aws_kms_key": keys}}))
    assert "aws_kms_key.Key_2" in problem


def test_an_exception_counts_in_its_frameworks_only(tmp_path: Path) -> None:
    """What is excused in plans is not excused in JSON."""
    key = BAD_KEY["aws_kms_key"]["Key_1"] | {"//": _exception(frameworks=("terraform_plan",))}
    (problem,) = _problems(_out(tmp_path, app={"resource": {"aws_kms_key": {"Key_1": key}}}))
    assert problem.startswith("CKV_AWS_7 fails")


def test_a_resource_that_no_check_judged_is_a_problem(tmp_path: Path) -> None:
    """When checkov has checks for a type and none of them ran on a resource, the scan says so."""
    (stack,) = read_stacks(_out(tmp_path, app={"resource": GOOD_KEY}))
    blind = Scan(passed=1, findings=(), seen=frozenset({"other"}))
    assert judge(stack, "terraform_json", blind, today=TODAY).problems == (
        "aws_kms_key.Key_1 was judged by no check at all",
    )


def test_the_command_fails_with_the_findings_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1 and one line a problem; an unusable output folder is one sentence."""
    assert command.main(["--out", str(_out(tmp_path, app={"resource": BAD_KEY}))]) == 1
    assert "app (terraform_json): CKV_AWS_7 fails on aws_kms_key.Key_1" in capsys.readouterr().err
    assert command.main(["--out", str(tmp_path / "nowhere")]) == 1
    assert capsys.readouterr().err.startswith("compliance: ")


def test_every_exception_says_why_and_until_when(synthesized: Synthesized) -> None:
    """Exceptions are sentences with a date at most two years away."""
    stacks = read_stacks(synthesized.out)
    exceptions = [exception for stack in stacks for exception in stack.exceptions]
    assert exceptions
    for exception in exceptions:
        assert len(exception.reason.split()) >= 8, exception
        assert exception.expires.year <= date.today().year + 2, exception  # noqa: DTZ011


def test_the_same_finding_of_two_resources_is_two_findings() -> None:
    """Findings are told apart by check and resource."""
    one, other = (Finding(check="CKV_AWS_7", resource=name, title="t") for name in "ab")
    assert one != other


def test_exceptions_are_written_without_a_clock() -> None:
    """The library records the date as text and does not look at today's."""
    assert "today" not in except_from_check.__code__.co_names
