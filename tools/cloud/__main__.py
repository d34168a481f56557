"""The workflows' steps: ``python -m tools.cloud uses | plan | apply | comment | drift``.

- uses: tell the workflow whether an environment's stacks are in Terraform Cloud; other jobs wait for it.
- plan: plan every affected stack of an environment in Terraform Cloud, judge the plans, write the comment.
- apply: apply every stack in order, and say in one place what failed. Run again, it goes on where it stopped.
- comment: put the comment on the pull request, over the last one.
- drift: open, update or close the one issue about drift.

Tokens come from the environment (``TF_TOKEN_…``, ``GITHUB_TOKEN``), as Terraform and GitHub name them.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools import toolchain
from tools.cloud import runs
from tools.cloud.api import Api, ApiError
from tools.cloud.notes import Repository
from tools.cloud.stacks import Synthesized, affected, in_order
from tools.plan_summary.model import read_plan
from tools.plan_summary.render import Report, render
from tools.policy.engine import evaluate_all


class CloudError(RuntimeError):
    """A step can't be done; the message says why."""


def main(arguments: Sequence[str]) -> int:
    """Run the step that the command line names; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.step(options)
    except (CloudError, ApiError) as error:
        print(f"cloud: {error}", file=sys.stderr)
        return 2
    return code


def uses(options: argparse.Namespace) -> int:
    """Tell whether the environment's stacks are in Terraform Cloud."""
    stacks = in_order(options.outdir, environment=options.environment)
    answer = bool(stacks) and all("cloud" in stack.document["terraform"] for stack in stacks)
    print(f"{options.environment}: {'state in Terraform Cloud' if answer else 'local state, nothing to plan or apply'}")
    _output("cloud", "true" if answer else "false")
    return 0


def plan(options: argparse.Namespace) -> int:
    """Plan what is affected, and write plans and comment."""
    stacks = in_order(options.outdir, environment=options.environment)
    if options.base and (options.base / "manifest.json").is_file():
        stacks = affected(stacks, in_order(options.base, environment=options.environment))
    api = _terraform_cloud(stacks)
    more = ["-refresh-only"] if options.refresh_only else []
    planned = [runs.plan(stack, api, *more) for stack in stacks]
    runs.write_plans(planned, options.plans)
    found = {one.stack: evaluate_all(one.plan) for one in planned if one.plan is not None}
    report = Report(
        plans=[read_plan(one.stack, one.plan) for one in planned if one.plan is not None],
        missing={one.stack: one.error for one in planned if one.plan is None},
        findings=found,
        runs={one.stack: one.run for one in planned if one.run},
        checkov=options.checkov.read_text("utf-8") if options.checkov and options.checkov.is_file() else "",
        checkov_passed=options.checkov_outcome == "success",
    )
    options.comment.write_text(render(report), encoding="utf-8")
    refused = any(sentences for policies in found.values() for sentences in policies.values())
    drifted = any(one.plan and one.plan.get("resource_drift") for one in planned)
    _output("drift", "true" if drifted else "false")
    return 1 if report.missing or refused else 0


def apply(options: argparse.Namespace) -> int:
    """Apply stack after stack; the first that fails ends it."""
    stacks = in_order(options.outdir, environment=options.environment)
    _terraform_cloud(stacks)
    done: dict[str, str] = {}
    failed = ""
    for stack in stacks:
        if failed:
            done[stack.name] = f"not tried, after {failed}"
        elif runs.apply(stack):
            failed = stack.name
            done[stack.name] = "**failed**; its log is above, its run in Terraform Cloud"
        else:
            done[stack.name] = "applied"
    _summary(done, failed)
    return 1 if failed else 0


def comment(options: argparse.Namespace) -> int:
    """Put the comment where it belongs."""
    print(f"comment {_repository().put_comment(options.pull_request, options.comment.read_text('utf-8'))}")
    return 0


def drift(options: argparse.Namespace) -> int:
    """Say in the one issue what drifted, or that nothing does any more."""
    found = json.loads((options.plans / "runs.json").read_text("utf-8"))
    lines = []
    for stack, known in found.items():
        file = options.plans / f"{stack}.json"
        if not file.is_file():
            raise CloudError(f"{stack} could not be planned ({known['error']}); the issue stays as it is")
        drifted = json.loads(file.read_text("utf-8")).get("resource_drift", [])
        lines += [f"- `{stack}`: `{one['address']}` ({', '.join(one['change']['actions'])})" for one in drifted]
        if drifted and known["run"]:
            lines.append(f"  [run]({known['run']})")
    text = "\n".join(["Somebody changed these outside of Terraform:", "", *lines]) if lines else ""
    print(f"drift issue: {_repository().note_drift(text)}")
    return 0


def _terraform_cloud(stacks: Sequence[Synthesized]) -> Api:
    hosts = {stack.document["terraform"].get("cloud", {}).get("hostname") for stack in stacks}
    if None in hosts:
        raise CloudError(
            "the stacks have local state, which this machine would lose; give the environment [terraform_cloud] "
            "(docs/terraform-cloud.md)"
        )
    host = next(iter(hosts), "app.terraform.io")
    name = f"TF_TOKEN_{str(host).replace('.', '_').replace('-', '__')}"
    token = os.environ.get(name, "")
    if not token:
        raise CloudError(f"{name} is empty; put the team's token into the workflow's environment")
    return Api(url=os.environ.get("TERRAFORM_CLOUD_URL", f"https://{host}"), token=token)


def _repository() -> Repository:
    wanted = ("GITHUB_TOKEN", "GITHUB_REPOSITORY")
    if missing := [name for name in wanted if not os.environ.get(name)]:
        raise CloudError(f"{', '.join(missing)} must be set, as GitHub Actions does")
    api = Api(url=os.environ.get("GITHUB_API_URL", "https://api.github.com"), token=os.environ["GITHUB_TOKEN"])
    return Repository(api=api, name=os.environ["GITHUB_REPOSITORY"])


def _summary(done: Mapping[str, str], failed: str) -> None:
    lines = ["| Stack | Outcome |", "| --- | --- |", *(f"| `{name}` | {what} |" for name, what in done.items())]
    if failed:
        lines += ["", "Mend the cause, then run this workflow again: stacks that are up to date change nothing."]
    text = "\n".join(lines) + "\n"
    print(text)
    if file := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(file).open("a", encoding="utf-8") as summary:
            summary.write(text)


def _output(name: str, value: str) -> None:
    if file := os.environ.get("GITHUB_OUTPUT"):
        with Path(file).open("a", encoding="utf-8") as output:
            output.write(f"{name}={value}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.cloud", description=__doc__)
    steps = parser.add_subparsers(required=True)
    for step in (uses, plan, apply, comment, drift):
        words = steps.add_parser(step.__name__, help=(step.__doc__ or "").partition(".")[0])
        words.set_defaults(step=step)
        words.add_argument("--environment", default="prod", help="whose stacks")
        words.add_argument("--outdir", type=Path, default=toolchain.ROOT / "cdktf.out", help="what cdktf synth wrote")
        words.add_argument("--plans", type=Path, default=Path("plans"), help="folder of the plans")
        words.add_argument("--comment", type=Path, default=Path("comment.md"), help="file of the comment")
        if step is plan:
            words.add_argument("--base", type=Path, help="what the base branch synthesizes to; all stacks when omitted")
            words.add_argument("--refresh-only", action="store_true", help="look for drift only")
            words.add_argument("--checkov", type=Path, help="what checkov printed")
            words.add_argument("--checkov-outcome", default="success", choices=["success", "failure"])
        if step is comment:
            words.add_argument("--pull-request", type=int, required=True)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
