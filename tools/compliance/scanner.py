"""checkov on one document, inside this process: no network, no settings file, no skip list.

Each stack is scanned by itself. In one scan, resources of two environments that have the same Terraform name would be
taken for each other, and the encryption of one bucket would excuse another.
"""

import contextlib
import functools
import importlib
import io
import json
import logging
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tools.compliance.documents import ComplianceError, read_json

RUNNERS: Final = {
    "terraform_json": ("checkov.terraform_json.runner", "TerraformJsonRunner", "cdk.tf.json"),
    "terraform_plan": ("checkov.terraform.plan_runner", "Runner", "tfplan.json"),
}
# As bad as it gets, and found by checks of both kinds (one resource; several resources and how they connect)
_CANARY: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "aws_s3_bucket": {"canary": {"bucket": "canary"}},
    "aws_kms_key": {"canary": {"enable_key_rotation": False}},
}
_CANARY_FINDINGS: Final = {"CKV_AWS_7", "CKV2_AWS_6"}


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Finding:
    """A check that a resource fails.

    Attributes:
        check: Id of the check.
        resource: Name of the resource, without its type: checkov does not always know the type.
        title: What the check wants.
    """

    check: str
    resource: str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Scan:
    """What checkov says of one document.

    Attributes:
        passed: How many checks passed.
        findings: What failed.
        seen: Names of the resources that at least one check judged.
    """

    passed: int
    findings: tuple[Finding, ...]
    seen: frozenset[str]


def scan(file: Path, framework: str) -> Scan:
    """Return what checkov says of *file* under *framework*.

    Raises:
        ComplianceError: checkov could not parse the file, judged nothing, or was told to skip something.
    """
    document = read_json(file)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / RUNNERS[framework][2]
        copy.write_text(json.dumps(document, indent=1), encoding="utf-8")
        report = _run(framework, folder)
    if report.parsing_errors:
        raise ComplianceError(
            f"checkov could not parse {file} as {framework} and would have said 'nothing wrong'; "
            "look for blocks that it does not know, such as terraform.required_version"
        )
    if report.skipped_checks:
        skipped = ", ".join(sorted({record.check_id for record in report.skipped_checks}))
        raise ComplianceError(f"{file}: something made checkov skip {skipped}; use constructs_lib.exceptions instead")
    if not report.passed_checks and not report.failed_checks:
        raise ComplianceError(f"checkov judged nothing in {file} as {framework}; an empty scan is no pass")
    return Scan(
        passed=len(report.passed_checks),
        findings=tuple(sorted({_finding(record) for record in report.failed_checks})),
        seen=frozenset(_name(record) for record in [*report.passed_checks, *report.failed_checks]),
    )


def prove_scanner_works(framework: str) -> None:
    """Scan a document that must fail.

    Raises:
        ComplianceError: checkov found nothing wrong with it, so its silence about others means nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "canary.json"
        file.write_text(json.dumps(_canary(framework)), encoding="utf-8")
        found = {finding.check for finding in scan(file, framework).findings}
    if not found >= _CANARY_FINDINGS:
        missing = ", ".join(sorted(_CANARY_FINDINGS - found))
        raise ComplianceError(f"checkov as {framework} lets an open bucket and a key without rotation pass ({missing})")


def _canary(framework: str) -> dict[str, Any]:
    if framework == "terraform_json":
        return {"resource": _CANARY}
    resources = [
        {
            "address": f"{kind}.{name}",
            "mode": "managed",
            "type": kind,
            "name": name,
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "schema_version": 0,
            "values": values,
        }
        for kind, named in _CANARY.items()
        for name, values in named.items()
    ]
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": resources}},
        "resource_changes": [],
        "configuration": {"root_module": {}},
    }


def _run(framework: str, folder: str) -> Any:  # noqa: ANN401 - checkov's report has no types of use
    runner, runner_filter = _checkov(framework)
    # checkov prints what it thinks of odd values; what it makes of them is in the report
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        report = runner().run(
            root_folder=folder, runner_filter=runner_filter(framework=[framework], show_progress_bar=False)
        )
    reports = report if isinstance(report, list) else [report]
    if len(reports) != 1:
        raise ComplianceError(f"checkov gave {len(reports)} reports for one document; its version has changed")
    return reports[0]


@functools.cache
def _checkov(framework: str) -> tuple[Any, Any]:
    os.environ["LOG_LEVEL"] = "CRITICAL"  # read when checkov is imported
    module, name, _ = RUNNERS[framework]
    runner = getattr(importlib.import_module(module), name)
    logging.getLogger().setLevel(logging.CRITICAL)
    return runner, importlib.import_module("checkov.runner_filter").RunnerFilter


def _finding(record: Any) -> Finding:  # noqa: ANN401
    return Finding(check=record.check_id, resource=_name(record), title=record.check_name)


def _name(record: Any) -> str:  # noqa: ANN401
    return str(record.resource).rsplit(".", 1)[-1]


def unseen(resources: Iterable[str], found: Scan) -> list[str]:
    """Return the addresses among *resources* that checkov has checks for, and judged by none of them."""
    registry = importlib.import_module("checkov.terraform.checks.resource.registry").resource_registry
    return sorted(
        address
        for address in resources
        if registry.checks.get(address.split(".")[0]) and address.split(".")[1] not in found.seen
    )
