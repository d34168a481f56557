"""The way from a plan to an adoption, with a stack and an account of paper."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

import pytest

from tools.adopt.adoption import Findings, adopt, look
from tools.adopt.aws import Account
from tools.adopt.plan import Json, Plan
from tools.adopt.terraform import AdoptError, Outcome, Stack

OWNER = {"Stack": "shop-prod-network"}
PROVIDER = {"aws": {"expressions": {"default_tags": [{"tags": {"constant_value": OWNER}}]}}}


class PaperStack:
    """A stack that wants *wanted* and is told what AWS has: tags by import id."""

    def __init__(self, wanted: Mapping[str, Json], held: Mapping[str, Json], more: Iterable[Json] = ()) -> None:
        self.wanted, self.held, self.more = wanted, held, list(more)
        self.applied: list[str] = []
        self._last: list[str] = []

    def plan(self, imports: Mapping[str, str], *, only: Iterable[str] = ()) -> Outcome:
        """Answer as Terraform does: what is imported and isn't there is refused, the rest is planned."""
        absent = {address: "" for address, found in imports.items() if found not in self.held}
        if absent:
            return Outcome(refused=absent)
        shown = set(only) or set(self.wanted)
        changes = [
            _change(address, ["no-op"], {"id": imports[address]} | self.held[imports[address]], values)
            | {"importing": imports[address]}
            if address in imports
            else _change(address, ["create"], {}, values)
            for address, values in self.wanted.items()
            if address in shown
        ]
        for change in changes:
            if "importing" in change:
                change["change"]["importing"] = {"id": change.pop("importing")}
        self._last = sorted(imports)
        document = {"resource_changes": [*changes, *self.more], "configuration": {"provider_config": PROVIDER}}
        return Outcome(plan=Plan(document))

    def apply(self) -> None:
        """Remember what was imported."""
        self.applied = self._last

    def forget(self) -> None:
        """Have nothing to remove."""


class PaperClient:
    """An account in which EC2 and the tagging index know nothing more."""

    def can_paginate(self, operation: str) -> bool:
        """Nothing has a second page."""
        del operation
        return False

    def describe_tags(self, **_: object) -> Json:
        """No tags."""
        return {"Tags": []}

    def get_resources(self, **_: object) -> Json:
        """Nothing tagged."""
        return {"ResourceTagMappingList": []}


def _change(address: str, actions: list[str], before: Json, after: Json) -> Json:
    change: Json = {"actions": actions, "before": before, "after": after}
    return {"address": address, "type": address.partition(".")[0], "mode": "managed", "change": change}


def _look(stack: PaperStack, *begun: str) -> Findings:
    account = Account(client=lambda _: cast("Any", PaperClient()))
    return look(cast("Stack", stack), lambda _: account, begun)


ROLE, GROUP = "aws_iam_role.R", "aws_cloudwatch_log_group.L"
WANTED = {ROLE: {"name": "shop"}, GROUP: {"name": "/shop"}}


def test_what_is_there_is_adopted_and_what_is_not_is_left_to_the_apply() -> None:
    """Of two planned names, the one that exists is imported."""
    stack = PaperStack(WANTED, {"/shop": {"tags_all": OWNER}})
    findings = _look(stack)
    assert findings.adoptable == {GROUP: "/shop"}
    assert findings.clear
    adopt(cast("Stack", stack), findings)
    assert stack.applied == [GROUP]


def test_only_what_was_begun_is_looked_for() -> None:
    """Where the state says what a run had begun, nothing else that exists is touched."""
    stack = PaperStack(WANTED, {"/shop": {"tags_all": OWNER}, "shop": {"tags_all": OWNER}})
    assert _look(stack, ROLE).adoptable == {ROLE: "shop"}


def test_what_somebody_else_made_is_said_and_left_alone() -> None:
    """A name that is taken by something without our tags needs a person."""
    stack = PaperStack(WANTED, {"/shop": {"tags_all": {}}})
    findings = _look(stack)
    assert findings.adoptable == {}
    assert "lacks this stack's tags" in findings.unclear[GROUP]
    assert not findings.clear


def test_an_unknown_type_is_said() -> None:
    """What nobody taught the tool to look for is not passed over in silence."""
    findings = _look(PaperStack({"aws_unheard_of.X": {}}, {}))
    assert "no way to look" in findings.unclear["aws_unheard_of.X"]


def test_an_import_that_would_change_more_is_not_applied() -> None:
    """When the plan for the imports alone holds anything else, nothing is done."""
    stack = PaperStack({GROUP: {"name": "/shop"}}, {"/shop": {"tags_all": OWNER}})
    findings = _look(stack)
    stack.more = [_change("aws_vpc.V", ["delete"], {"id": "vpc-1"}, {})]
    with pytest.raises(AdoptError, match="nothing was done"):
        adopt(cast("Stack", stack), findings)
    assert stack.applied == []


def test_nothing_left_behind_is_clear() -> None:
    """An account without any of it, and a plan that wants all of it, is the normal first run."""
    findings = _look(PaperStack(WANTED, {}))
    assert findings.adoptable == {}
    assert findings.clear
