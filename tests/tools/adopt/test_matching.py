"""What counts as the thing that a plan wants to make, and what does not."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.synthesis import Synthesized
from tools.adopt import kinds
from tools.adopt.aws import Account
from tools.adopt.judgement import objection
from tools.adopt.leftovers import unknown
from tools.adopt.network_kinds import NETWORK
from tools.adopt.plan import Change, Plan
from tools.adopt.service_kinds import SERVICES
from tools.adopt.terraform import detached, refusals, unfinished

OWNER = {"Project": "shop", "Stack": "shop-prod-network"}


class FakeClient:
    """An AWS client that answers each operation with one page."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self._answers = answers

    def can_paginate(self, operation: str) -> bool:
        """Nothing has a second page."""
        del operation
        return False

    def __getattr__(self, operation: str) -> Any:
        return lambda **_: self._answers[operation]


def account(**answers: Any) -> Account:
    """Return an account whose every service answers so."""
    return Account(client=lambda _: FakeClient(answers))


def imported(kind: str, before: dict[str, Any], after: dict[str, Any], *actions: str) -> Change:
    return Change(
        address=f"{kind}.X", kind=kind, actions=actions or ("no-op",), before=before, after=after, imports="x"
    )


def test_every_synthesized_type_has_a_way_to_be_recognized(synthesized: Synthesized) -> None:
    """No stack of any environment uses a type that nobody has thought about."""
    types = {kind for stack in synthesized.stacks.values() for kind in stack.kinds()}
    assert {kind for kind in types if not kind.startswith("tfe_") and kinds.finder(kind) is None} == set()


def test_every_type_is_in_one_table() -> None:
    """How a type is recognized is said once."""
    tables = [set(kinds.NAMED), set(kinds.WRITTEN_AGAIN), set(NETWORK), set(SERVICES)]
    assert sum(map(len, tables)) == len(set().union(*tables))


def test_a_named_thing_is_imported_by_its_planned_name() -> None:
    """The import id of a resource with a name needs no look into the account."""
    find = kinds.finder("aws_route")
    assert find is not None
    want = {"route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0"}
    assert list(find(account(), want)) == ["rtb-1_0.0.0.0/0"]


def test_a_name_that_only_the_apply_knows_is_not_guessed() -> None:
    """Without the whole id there is no candidate."""
    find = kinds.finder("aws_route")
    assert find is not None
    assert list(find(account(), {"destination_cidr_block": "0.0.0.0/0"})) == []


def test_a_key_is_recognized_by_its_description() -> None:
    """Of two keys, the one that says what the plan says is found."""
    found = account(
        list_keys={"Keys": [{"KeyId": "k1"}]},
        describe_key={"KeyMetadata": {"Description": "Logs of shop", "KeyState": "Enabled"}},
    )
    assert list(SERVICES["aws_kms_key"](found, {"description": "Logs of shop"})) == ["k1"]
    assert list(SERVICES["aws_kms_key"](found, {"description": "Secrets of shop"})) == []


def test_a_key_that_waits_for_its_deletion_is_none() -> None:
    """What somebody gave up is not taken back."""
    found = account(
        list_keys={"Keys": [{"KeyId": "k1"}]},
        describe_key={"KeyMetadata": {"Description": "Logs of shop", "KeyState": "PendingDeletion"}},
    )
    assert list(SERVICES["aws_kms_key"](found, {"description": "Logs of shop"})) == []


@pytest.mark.parametrize(
    ("reference", "comment", "expected"),
    [("terraform-2026", "Names of shop", ["Z1"]), ("terraform-2026", "other", []), ("by hand", "Names of shop", [])],
)
def test_a_zone_is_recognized_before_it_has_tags(reference: str, comment: str, expected: list[str]) -> None:
    """A zone is ours when Terraform's provider made it with the planned name and comment."""
    one = {
        "Id": "/hostedzone/Z1",
        "Name": "shop.example.",
        "CallerReference": reference,
        "Config": {"Comment": comment},
    }
    found = NETWORK["aws_route53_zone"](
        account(list_hosted_zones={"HostedZones": [one]}), {"name": "shop.example", "comment": "Names of shop"}
    )
    assert list(found) == expected


def test_a_rule_is_recognized_by_all_that_it_says() -> None:
    """The same port to another group is another rule."""
    one = {
        "SecurityGroupRuleId": "sgr-1", "IsEgress": True, "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443,
        "ReferencedGroupInfo": {"GroupId": "sg-2"},
    }  # fmt: skip
    found = account(describe_security_group_rules={"SecurityGroupRules": [one]})
    want = {"security_group_id": "sg-1", "ip_protocol": "tcp", "from_port": 443, "referenced_security_group_id": "sg-2"}
    assert list(NETWORK["aws_vpc_security_group_egress_rule"](found, want)) == ["sgr-1"]
    assert list(NETWORK["aws_vpc_security_group_ingress_rule"](found, want)) == []
    other = want | {"referenced_security_group_id": "sg-3"}
    assert list(NETWORK["aws_vpc_security_group_egress_rule"](found, other)) == []


def test_what_carries_the_tags_is_ours() -> None:
    """A resource with the stack's default tags may be imported, and changed where its making was cut short."""
    change = imported("aws_vpc", {"tags_all": OWNER | {"Name": "shop"}, "dns": False}, {"dns": True}, "update")
    assert objection(change, OWNER) is None


@pytest.mark.parametrize("tags", [{}, None, {"Stack": "shop-prod-data", "Project": "shop"}])
def test_what_carries_other_tags_is_not(tags: dict[str, str] | None) -> None:
    """The same name made by hand, or by another stack, is left alone."""
    said = objection(imported("aws_ecr_repository", {"tags_all": tags}, {}), OWNER)
    assert said is not None
    assert "Stack=shop-prod-network" in said


def test_an_untagged_zone_may_be_ours() -> None:
    """Only what is tagged after its birth may lack tags, and only all of them."""
    assert objection(imported("aws_route53_zone", {"tags_all": {}}, {}), OWNER) is None
    assert objection(imported("aws_route53_zone", {"tags_all": {"Project": "else"}}, {}), OWNER) is not None


def test_a_group_that_is_still_open_is_not_adopted() -> None:
    """Killed before AWS's open egress rule was taken out, a group would stay open without anybody's plan saying so."""
    rule = {"protocol": "-1", "cidr_blocks": ["0.0.0.0/0"], "description": ""}
    said = objection(imported("aws_security_group", {"tags_all": OWNER, "egress": [rule]}, {}), OWNER)
    assert said is not None
    assert "open to everywhere" in said
    ours = rule | {"protocol": "tcp", "description": "MQTT broker"}
    assert objection(imported("aws_security_group", {"tags_all": OWNER, "egress": [ours]}, {}), OWNER) is None


def test_nothing_is_adopted_to_be_replaced() -> None:
    """What Terraform would delete and make anew is left to a person."""
    change = imported("aws_vpc", {"tags_all": OWNER, "cidr": "a"}, {"tags_all": OWNER, "cidr": "b"}, "delete", "create")
    assert objection(change, OWNER) == "Terraform would replace it: cidr"


def test_what_cannot_carry_tags_must_be_as_planned() -> None:
    """A route to another gateway than the planned one is not ours."""
    want = {"gateway_id": "igw-1", "timeouts": None}
    assert objection(imported("aws_route", {"gateway_id": "igw-1"}, want), OWNER) is None
    assert objection(imported("aws_route", {"gateway_id": ""}, want, "update"), OWNER) is None
    said = objection(imported("aws_route", {"gateway_id": "igw-2"}, want, "update"), OWNER)
    assert said == "it can't carry tags and differs from the plan: gateway_id"


def test_only_what_terraform_could_have_begun_is_looked_for() -> None:
    """A creation that stands on another creation was never begun."""
    plan = Plan(
        {
            "resource_changes": [_creation("aws_vpc.A"), _creation("aws_subnet.B"), _creation("aws_subnet.C")],
            "configuration": {
                "root_module": {
                    "resources": [
                        {"address": "aws_vpc.A", "expressions": {}},
                        {"address": "aws_subnet.B", "expressions": {"vpc_id": {"references": ["aws_vpc.A"]}}},
                        {"address": "aws_subnet.C", "expressions": {}, "depends_on": ["aws_vpc.A"]},
                    ]
                }
            },
        }
    )  # fmt: skip
    assert [change.address for change in plan.ready()] == ["aws_vpc.A"]


def _creation(address: str) -> dict[str, Any]:
    change: dict[str, Any] = {"actions": ["create"], "before": None, "after": {}}
    return {"address": address, "type": address.partition(".")[0], "mode": "managed", "change": change}


def test_the_state_names_what_was_begun() -> None:
    """A resource without an instance was begun and never finished; a data source is no resource."""
    state = {
        "resources": [
            {"mode": "managed", "type": "aws_vpc", "name": "A", "instances": []},
            {"mode": "managed", "type": "aws_eip", "name": "B", "instances": [{}]},
            {"mode": "data", "type": "aws_region", "name": "C", "instances": []},
        ]
    }
    assert unfinished(state) == ["aws_vpc.A"]


def test_a_look_is_taken_on_a_copy_of_the_state() -> None:
    """Where runs happen in Terraform Cloud, a look starts none: the copy has a state file and nothing of the cloud."""
    document = {"terraform": {"cloud": {"organization": "o"}, "required_providers": {}}, "resource": {}}
    there = detached(document, Path("/somewhere/copy.tfstate"))
    settings = {"required_providers": {}, "backend": {"local": {"path": "/somewhere/copy.tfstate"}}}
    assert there == {"terraform": settings, "resource": {}}


def test_terraform_says_what_is_not_there() -> None:
    """An import of nothing is no error of the plan: that address is simply to be made."""
    lines = "\n".join(
        [_error("Cannot import non-existent remote object", 'object to "aws_vpc.A", the provider'), "text"]
    )
    assert refusals(lines, {"aws_vpc.A"}) == {"aws_vpc.A": ""}


def test_any_other_error_ends_the_look() -> None:
    """When the plan is broken for a reason of its own, nothing is concluded from it."""
    lines = _error("Cannot import non-existent remote object", '"aws_vpc.A"') + "\n" + _error("No credentials", "")
    assert refusals(lines, {"aws_vpc.A"}) == {}


def _error(summary: str, detail: str) -> str:
    return json.dumps({"type": "diagnostic", "diagnostic": {"severity": "error", "summary": summary, "detail": detail}})


def test_leftovers_are_what_neither_state_nor_aws_itself_accounts_for() -> None:
    """A task and an old revision belong to the service; a second VPC belongs to nobody."""
    found = [
        "arn:aws:kms:us-east-1:000000000000:key/k1",
        "arn:aws:sns:us-east-1:000000000000:shop-alarms",
        "arn:aws:ecs:us-east-1:000000000000:task/shop/1",
        "arn:aws:ecs:us-east-1:000000000000:task-definition/shop:1",
        "vpc-1",
        "vpc-2",
    ]
    assert unknown(found, {"k1", "arn:aws:sns:us-east-1:000000000000:shop-alarms", "vpc-1"}) == ["vpc-2"]
