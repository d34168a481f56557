"""``python -m tools.status``: services, deployments, alarms, targets, distribution, health and drift at a glance.

Exit code 0: healthy. 1: something is wrong or could not be looked at. 2: wrong usage or configuration.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table

from stacks.environment import Environment
from stacks.environment_files import ConfigurationError, load_environments
from tools import toolchain
from tools.status import drift, ecs, edge
from tools.status.finding import Finding, healthy
from tools.status.policy import read_only_policy
from tools.status.target import Target, target_of

HEALTHY, UNHEALTHY, USAGE = 0, 1, 2
PIPED_WIDTH = 140
Look = Callable[[Target], Iterable[Finding]]
LOOKS: dict[str, Look] = {
    "services": ecs.services,
    "deployments": ecs.deployments,
    "stopped tasks": ecs.stopped_tasks,
    "alarms": edge.alarms,
    "targets": edge.targets,
    "distribution": edge.distribution,
    "health": edge.health,
    "drift": ecs.image_drift,
}
_STYLES = {"ok": "green", "bad": "bold red", "unknown": "yellow", "info": "dim"}
_NOT_IN_EMULATOR = {"NotImplemented", "UnknownOperationException", "InvalidAction", "UnknownOperation"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Look, say what was found, and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        environment = _environment(options.environments, options.environment)
    except ConfigurationError as error:
        print(f"status: {error}", file=sys.stderr)
        return USAGE
    if options.policy:
        print(json.dumps(read_only_policy(environment), indent=2))
        return HEALTHY
    target = target_of(environment)
    findings = list(look(target))
    if options.plan:
        findings += list(drift.plans(target.prefix))
    if options.json:
        found = [finding.document() for finding in findings]
        print(json.dumps({"environment": target.prefix, "healthy": healthy(findings), "findings": found}, indent=2))
    else:
        show(target, findings)
    return HEALTHY if healthy(findings) else UNHEALTHY


def look(target: Target) -> Iterator[Finding]:
    """Yield what all looks find; a look that fails is itself a finding."""
    for section, one in LOOKS.items():
        try:
            yield from one(target)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            missing = target.local_endpoint is not None and code in _NOT_IN_EMULATOR
            detail = "the local AWS has no such service" if missing else str(error)
            yield Finding(section=section, subject=section, state="info" if missing else "unknown", detail=detail)
        except BotoCoreError as error:
            yield Finding(section=section, subject=section, state="unknown", detail=str(error))


def show(target: Target, findings: list[Finding], console: Console | None = None) -> None:
    """Print *findings* as a table; colours only on a terminal."""
    out = console or Console(width=None if sys.stdout.isatty() else PIPED_WIDTH)
    where = f" in the local AWS at {target.local_endpoint}" if target.local_endpoint else ""
    table = Table(title=f"{target.prefix}{where}", title_justify="left")
    table.add_column("", no_wrap=True)
    table.add_column("subject", overflow="fold")
    table.add_column("state", no_wrap=True)
    table.add_column("what was found", overflow="fold")
    last = ""
    for finding in findings:
        if last and finding.section != last:
            table.add_section()
        first = finding.section if finding.section != last else ""
        style = _STYLES[finding.state]
        table.add_row(first, finding.subject, f"[{style}]{finding.state}[/{style}]", finding.detail.replace("[", r"\["))
        last = finding.section
    out.print(table)
    out.print(
        "[green]healthy[/green]" if healthy(findings) else "[bold red]not healthy[/bold red]: see docs/runbook.md"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.status", description=__doc__)
    parser.add_argument("--environment", default="prod", help="which environment (default: prod)")
    parser.add_argument("--environments", type=Path, default=toolchain.ROOT / "environments", help="their folder")
    parser.add_argument("--json", action="store_true", help="for scripts")
    parser.add_argument("--plan", action="store_true", help="also plan every stack and report drift; takes minutes")
    parser.add_argument("--policy", action="store_true", help="print the IAM policy that a look needs, and stop")
    return parser


def _environment(folder: Path, name: str) -> Environment:
    found = {environment.name: environment for environment in load_environments(folder)}
    if name not in found:
        raise ConfigurationError(f"--environment {name!r} is unknown; there is {', '.join(found)}")
    return found[name]


if __name__ == "__main__":
    sys.exit(main())
