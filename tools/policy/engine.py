"""Evaluate the policies on one plan, as Terraform Cloud does: ``input.plan``, ``input.run``, an array each.

The engine is regopy. It differs from OPA in three ways that matter, and all are closed here. A built-in function's
error would make a rule silently pass: errors are raised. Its ``json.unmarshal`` fails on quotes within quotes:
documents in a plan are parsed here and handed over as ``input.documents``, which the policies prefer. It prints
quotes in a sentence unescaped: those of addresses (``x["a"]``) become single ones.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regopy import Interpreter, RegoError

from tools.toolchain import ROOT

POLICIES = ROOT / "policies"
SPECULATIVE: Mapping[str, Any] = {"speculative": True, "is_destroy": False}
Plan = Mapping[str, Any]
_MOST_TEXT = 2_000


class PolicyError(RuntimeError):
    """A policy could not be evaluated; nothing may count as passed then."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """One policy of the set.

    Attributes:
        name: Its file's name, and the last part of its package.
        source: Rego.
    """

    name: str
    source: str

    @property
    def query(self) -> str:
        """What ``policies.hcl`` asks."""
        return f"data.terraform.policies.{self.name}.deny"


def load_policies(directory: Path = POLICIES) -> list[Policy]:
    """Return the policies in *directory*, in the order of their names."""
    return [Policy(name=file.stem, source=file.read_text("utf-8")) for file in sorted(directory.glob("*.rego"))]


def evaluate(policy: Policy, plan: Plan, run: Mapping[str, Any] = SPECULATIVE) -> list[str]:
    """Return what *policy* holds against *plan*, as sentences; nothing means that the plan passes.

    Raises:
        PolicyError: The policy or the plan can't be evaluated.
    """
    interpreter = Interpreter()
    interpreter.strict_built_in_errors = True
    short = essence(plan)
    try:
        interpreter.add_module(f"{policy.name}.rego", policy.source)
        interpreter.set_input({"plan": short, "run": dict(run), "documents": documents(short)})
        answer = interpreter.query(policy.query)
    except (RegoError, ValueError) as error:
        raise PolicyError(f"policy {policy.name}: {str(error)[:_MOST_TEXT]}") from error
    if not answer.ok() or len(answer) != 1:
        raise PolicyError(f"policy {policy.name}: {str(answer)[:_MOST_TEXT]}")
    results = answer[0].expressions
    if len(results) != 1 or not isinstance(results[0], list):
        raise PolicyError(f"policy {policy.name}: {policy.query} is {results!r:.200}; it must be an array")
    return [str(sentence) for sentence in results[0]]


def evaluate_all(plan: Plan, run: Mapping[str, Any] = SPECULATIVE) -> dict[str, list[str]]:
    """Return what each policy holds against *plan*, by the policy's name."""
    return {policy.name: evaluate(policy, plan, run) for policy in load_policies()}


def essence(plan: Plan) -> dict[str, Any]:
    """Return the parts of *plan* that policies look at; a tenth of it, and as much of the time."""
    prior = plan.get("prior_state", {}).get("values", {}).get("root_module", {}).get("resources", [])
    remote = [r for r in prior if r["type"] == "terraform_remote_state"]
    configuration = plan.get("configuration", {})
    kept = {
        "format_version": plan.get("format_version"),
        "variables": json.loads(json.dumps(plan.get("variables", {})).replace('[\\"', "['").replace('\\"]', "']")),
        "resource_changes": [_change(r) for r in plan.get("resource_changes", [])],
        "prior_state": {"values": {"root_module": {"resources": remote}}},
        "configuration": {
            "provider_config": configuration.get("provider_config", {}),
            "root_module": {"resources": _references(configuration.get("root_module", {}).get("resources", []))},
        },
    }
    if "resource_changes" not in plan:
        del kept["resource_changes"]
    return kept


def documents(plan: Plan) -> dict[str, dict[str, Any]]:
    """Return the JSON documents in the planned resources, by address and attribute."""
    found: dict[str, dict[str, Any]] = {}
    for resource in plan.get("resource_changes", []):
        after = resource["change"].get("after") or {}
        parsed = {name: value for name, text in after.items() if (value := _parsed(text)) is not None}
        if parsed:
            found[resource["address"]] = parsed
    return found


def _address(resource: Mapping[str, Any]) -> str:
    return str(resource["address"]).replace('"', "'")


def _parsed(text: object) -> object | None:
    if not isinstance(text, str) or text[:1] not in ("{", "["):
        return None
    try:
        value: object = json.loads(text)
    except ValueError:
        return None
    return value


def _change(resource: Mapping[str, Any]) -> dict[str, Any]:
    change = resource["change"]
    return {
        "address": _address(resource),
        "mode": resource["mode"],
        "type": resource["type"],
        "change": {key: change.get(key) for key in ("actions", "after", "after_unknown")},
    }


def _references(resources: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "address": _address(resource),
            "type": resource["type"],
            "expressions": {
                name: {"references": _all_references(expression)}
                for name, expression in resource.get("expressions", {}).items()
            },
        }
        for resource in resources
        if resource.get("mode", "managed") == "managed"
    ]


def _all_references(expression: object) -> list[str]:
    if isinstance(expression, Mapping):
        own = [str(reference) for reference in expression.get("references", [])]
        return own + [
            found
            for value in expression.values()
            if isinstance(value, Mapping | list)
            for found in _all_references(value)
        ]
    if isinstance(expression, list):
        return [found for item in expression for found in _all_references(item)]
    return []
