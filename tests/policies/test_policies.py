"""The policies pass what we deploy, and refuse every way to break it that we thought of."""

import copy
import json
import re
from typing import Any

import pytest

from tests.policies.mutants import MUTANTS
from tests.policies.mutation import Mutant, flips, load, names
from tests.support.synthesis import Synthesized
from tools.plan_summary.model import HOLDS_DATA
from tools.policy.__main__ import main
from tools.policy.engine import (
    POLICIES,
    SPECULATIVE,
    Policy,
    PolicyError,
    documents,
    evaluate,
    evaluate_all,
    load_policies,
)
from tools.policy.synthesized import as_plan

BY_NAME = {policy.name: policy for policy in load_policies()}
DANGEROUS = {"replacement-data", "destroy-data"}
APPLY = {"speculative": False, "is_destroy": False}
CASES = [(name, mutant) for name, mutants in MUTANTS.items() for mutant in mutants]
RULE = re.compile(r'"\[([a-z-]+)\] ')


def _only(plan: dict[str, Any], policy: Policy, kind: str) -> dict[str, Any]:
    """Keep the resources that *policy* names, and those of type *kind*: the rest can't change its verdict."""
    kept = [r for r in plan["resource_changes"] if r["type"] == kind or f'"{r["type"]}"' in policy.source]
    return {**plan, "resource_changes": kept}


@pytest.mark.parametrize("name", [name for name in names() if name not in DANGEROUS])
def test_real_plans_pass(name: str) -> None:
    """Every recorded plan that loses nothing passes every policy: first, applied, published, resized."""
    assert evaluate_all(load(name)) == {policy: [] for policy in BY_NAME}


@pytest.mark.parametrize("stack", ["network", "data", "backend", "frontend", "delivery"])
def test_what_is_synthesized_passes(synthesized: Synthesized, stack: str) -> None:
    """The policies pass production's stacks before anything is planned."""
    found = evaluate_all(as_plan(synthesized.of("prod")[stack].document))
    assert found == {policy: [] for policy in BY_NAME}


def test_plain_http_behind_the_site_is_refused(synthesized: Synthesized) -> None:
    """Without a domain there is no certificate, and CloudFront would speak plain HTTP to the load balancer."""
    stacks = synthesized.of("plain")
    policy = BY_NAME["encryption_and_logs"]
    rules = [
        sentence.split()[0]
        for role in ("backend", "frontend")
        for sentence in evaluate(policy, as_plan(stacks[role].document))
    ]
    assert rules == ["[listener-tls]", "[origin-tls]"]


def test_synthesized_danger_is_seen_before_a_plan(synthesized: Synthesized) -> None:
    """The same Rego finds a public bucket in what is synthesized."""
    document = copy.deepcopy(synthesized.of("prod")["frontend"].document)
    for block in document["resource"]["aws_s3_bucket_public_access_block"].values():
        block["block_public_policy"] = False
    assert [s.split()[0] for s in evaluate(BY_NAME["nothing_public"], as_plan(document))] != []


@pytest.mark.parametrize(("policy", "mutant"), CASES, ids=str)
def test_mutant_is_caught(policy: str, mutant: Mutant) -> None:
    """Each broken plan is refused by the rule that is there for it."""
    plan = _only(mutant.plan(), BY_NAME[policy], mutant.kind)
    found = {sentence.split("]")[0].removeprefix("[") for sentence in evaluate(BY_NAME[policy], plan)}
    assert mutant.rule in found, f"not caught: {mutant}"


def test_there_are_mutants_enough() -> None:
    """More than sixty mutants, over all five policies, each of its own."""
    assert set(MUTANTS) == set(BY_NAME)
    assert len(CASES) == len({str(mutant) for _, mutant in CASES}) > 60


@pytest.mark.parametrize("policy", sorted(BY_NAME))
def test_every_rule_has_a_mutant(policy: str) -> None:
    """No rule is there without a plan that it refuses."""
    without = {"gateway-count", "no-stand-in", "whole-plan", "bucket-closed"}  # below, or by count
    rules = set(RULE.findall(BY_NAME[policy].source)) - without
    assert rules <= {mutant.rule for mutant in MUTANTS[policy]}


def test_consent_has_to_name_what_goes() -> None:
    """A replacement of what holds data needs its address in the run's variable, and another address doesn't help."""
    plan = load("replacement-data")
    policy = BY_NAME["data_protection"]
    refused = [s for s in evaluate(policy, plan) if s.startswith("[data-survives]")]
    assert len(refused) == 1
    address = refused[0].split()[1]
    assert address.startswith("aws_secretsmanager_secret.InfluxdbSecret")
    assert "consent_to_destroy" in refused[0]
    plan["variables"]["consent_to_destroy"]["value"] = ["aws_secretsmanager_secret.Another"]
    assert [s for s in evaluate(policy, plan) if s.startswith("[data-survives]")] == refused
    plan["variables"]["consent_to_destroy"]["value"] = [address]
    assert [s for s in evaluate(policy, plan) if address in s] == []


def test_lifted_protection_is_no_consent() -> None:
    """A plan made with the protection lifted still needs the consent of the run."""
    sentences = evaluate(BY_NAME["data_protection"], load("replacement-data"))
    assert any(sentence.startswith("[contents-locked]") for sentence in sentences)


def test_destroy_of_a_stack_lists_all_that_holds_data() -> None:
    """A destroy of the data stack is refused once for each resource that holds data."""
    plan = load("destroy-data")
    refused = evaluate(BY_NAME["data_protection"], plan)
    kinds = {sentence.split()[1].split(".")[0] for sentence in refused if sentence.startswith("[data-survives]")}
    assert kinds == {
        "aws_backup_vault",
        "aws_cloudwatch_log_group",
        "aws_efs_access_point",
        "aws_efs_file_system",
        "aws_kms_key",
        "aws_secretsmanager_secret",
    }
    plan["variables"]["consent_to_destroy"]["value"] = [sentence.split()[1] for sentence in refused]
    assert evaluate(BY_NAME["data_protection"], plan) == []


@pytest.mark.parametrize("name", names("stand-ins"))
def test_stand_ins_may_be_planned_and_not_applied(name: str) -> None:
    """What was planned before its upstream was applied passes as a speculative plan, and never as an apply."""
    policy = BY_NAME["data_protection"]
    assert evaluate(policy, load(name), SPECULATIVE) == []
    refused = evaluate(policy, load(name), APPLY)
    assert refused
    assert all(sentence.startswith("[no-stand-in]") for sentence in refused)


def test_applied_upstream_may_be_applied_on() -> None:
    """A plan that reads real outputs may be applied."""
    assert evaluate(BY_NAME["data_protection"], load("applied-backend"), APPLY) == []


def test_many_gateways_are_refused() -> None:
    """Four NAT gateways are one too many."""
    plan = load("applied-network")
    gateway = next(r for r in plan["resource_changes"] if r["type"] == "aws_nat_gateway")
    plan["resource_changes"] = [gateway | {"address": f"aws_nat_gateway.N{number}"} for number in range(4)]
    assert [s.split("]")[0] for s in evaluate(BY_NAME["cost_and_origin"], plan)] == ["[gateway-count"]


@pytest.mark.parametrize("change", ["region", "absent", "tag"])
def test_provider_says_region_and_tags(change: str) -> None:
    """The AWS provider must say an allowed region, and the default tags; absent is refused."""
    plan = load("applied-data")
    expressions = plan["configuration"]["provider_config"]["aws"]["expressions"]
    if change == "region":
        expressions["region"]["constant_value"] = "eu-central-1"
    elif change == "absent":
        del expressions["region"]
    else:
        del expressions["default_tags"]
    rule = "tags-complete" if change == "tag" else "allowed-region"
    assert any(sentence.startswith(f"[{rule}] provider") for sentence in evaluate(BY_NAME["cost_and_origin"], plan))


def test_plan_without_resources_is_no_pass() -> None:
    """A file that is no plan is refused instead of passing every rule."""
    assert evaluate(BY_NAME["data_protection"], {"format_version": "1.2"}) != []


@pytest.mark.parametrize("broken", ["package terraform.policies.x\ndeny := [", "package terraform.policies.x\n"])
def test_policy_that_fails_is_an_error(broken: str) -> None:
    """A policy that doesn't parse, or whose query has no array, is an error and no pass."""
    with pytest.raises(PolicyError):
        evaluate(Policy(name="x", source=broken), load("applied-delivery"))


def test_failing_function_is_an_error() -> None:
    """A built-in function's error in a policy is raised; the rule must not pass because of it."""
    source = 'package terraform.policies.x\nimport rego.v1\ndeny := [1 | json.unmarshal("{") == 1]\n'
    with pytest.raises(PolicyError):
        evaluate(Policy(name="x", source=source), load("applied-delivery"))


def test_documents_keep_quotes_within_quotes() -> None:
    """A health check's shell quoting survives, which regopy's own JSON parser does not manage."""
    found = documents(load("applied-data"))
    definitions = [value["container_definitions"] for value in found.values() if "container_definitions" in value]
    assert any('[[ "$status" == *" 200 "* ]]' in json.dumps(d).replace('\\"', '"') for d in definitions)


def test_policies_prefer_documents_and_can_do_without() -> None:
    """Every policy that reads documents falls back to json.unmarshal, which is what Terraform Cloud's OPA uses."""
    for policy in BY_NAME.values():
        assert policy.source.count("json.unmarshal(") == ("document(r, " in policy.source)


def test_policy_set_lists_every_file_as_mandatory() -> None:
    """policies.hcl asks each file's deny, all of them mandatory, and five policies are the most."""
    text = (POLICIES / "policies.hcl").read_text()
    assert set(re.findall(r'policy "(\w+)"', text)) == set(BY_NAME)
    assert set(re.findall(r'query\s+= "([^"]+)"', text)) == {policy.query for policy in BY_NAME.values()}
    assert set(re.findall(r'enforcement_level = "([^"]+)"', text)) == {"mandatory"}
    assert len(BY_NAME) <= 5


def test_comment_and_policy_agree_on_what_holds_data() -> None:
    """What the comment calls data is what the policy protects."""
    block = BY_NAME["data_protection"].source.split("holds_data := {")[1].split("}")[0]
    assert set(re.findall(r'"(\w+)"', block)) == HOLDS_DATA


def test_policies_survive_terraforms_templates() -> None:
    """No policy has what Terraform would take for a template when the stack uploads it."""
    assert not [policy.name for policy in BY_NAME.values() if "${" in policy.source or "%{" in policy.source]


def test_command_reports_and_fails(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The command names plan and rule, writes the findings down, and exits 1; 0 without findings, 2 without a plan."""
    plan = tmp_path / "edgemind-prod-data.json"
    plan.write_text(json.dumps(load("destroy-data")))
    assert main([str(plan), "--json", str(tmp_path / "found.json")]) == 1
    assert "edgemind-prod-data: [data-survives] aws_" in capsys.readouterr().out
    assert json.loads((tmp_path / "found.json").read_text())["edgemind-prod-data"]["data_protection"]
    plan.write_text(json.dumps(load("applied-delivery")))
    assert main([str(plan)]) == 0
    assert main([str(tmp_path / "absent.json")]) == 2


@pytest.mark.slow
@pytest.mark.parametrize("stack", ["network", "data", "backend", "frontend", "delivery"])
def test_switches_that_no_rule_minds(stack: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every boolean of every resource turned round: those that no policy minds are printed, to be looked at."""
    plan = load(f"applied-{stack}")
    unminded, minded = [], 0
    for what, broken in flips(plan):
        before = {name: set(evaluate(policy, broken)) for name, policy in BY_NAME.items()}
        minded += any(before.values())
        if not any(before.values()):
            unminded.append(what)
    with capsys.disabled():
        print(f"\n{stack}: {minded} switches minded, {len(unminded)} not:", *unminded, sep="\n  ")
    assert minded + len(unminded) > 0
