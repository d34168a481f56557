"""What the stacks cost in a month, by a dated table of list prices. An estimate, with its limits beside it."""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.synthesized import Resource, Synthesis

PRICES = Path(__file__).parent / "prices.toml"
_LEAST_TASKS = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of the estimate.

    Attributes:
        stack: Stack that causes it.
        what: What is paid for.
        basis: How the amount is made.
        usd: Amount of a month.
    """

    stack: str
    what: str
    basis: str
    usd: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A month's cost.

    Attributes:
        lines: The lines, the largest first.
        as_of: Date of the prices.
        sources: Titles of the pages that they come from.
        limits: What the estimate does not know.
        assumed: Use that is assumed, by name.
    """

    lines: tuple[Line, ...]
    as_of: str
    sources: tuple[str, ...]
    limits: tuple[str, ...]
    assumed: dict[str, float]

    @property
    def total(self) -> float:
        """The sum."""
        return sum(line.usd for line in self.lines)


def estimate(world: Synthesis, prices: Path = PRICES) -> Estimate:
    """Return what the stacks of *world* cost in a month."""
    table = tomllib.loads(prices.read_text(encoding="utf-8"))
    lines = [line for line in _lines(world, table) if line.usd > 0]
    return Estimate(
        lines=tuple(sorted(lines, key=lambda line: -line.usd)),
        as_of=table["as_of"],
        sources=tuple(table["sources"]),
        limits=tuple(table["limits"]),
        assumed=table["assumed"],
    )


def _lines(world: Synthesis, table: dict[str, Any]) -> Iterator[Line]:
    price, hours, assumed = table["price"], table["hours"]["month"], table["assumed"]
    for service in world.all("aws_ecs_service"):
        yield _fargate(world, service, price, hours)
    for kind, (what, monthly, basis) in _FLAT.items():
        for stack, number in _counts(world, kind).items():
            each = monthly(price, hours)
            words = f"{number} x {each:.2f}" + (f", {basis}" if basis else "")
            yield Line(stack=stack, what=what, basis=words, usd=number * each)
    for acl in world.all("aws_wafv2_web_acl"):
        rules = len(acl.values.get("rule", []))
        usd = rules * price["web_acl_rule_month"]
        yield Line(stack=acl.stack, what="Firewall rules", basis=f"{rules} rules", usd=usd)
    for alarm in _alarms(world):
        yield Line(**alarm, usd=int(alarm["basis"].split()[0]) * price["alarm_metric_month"])
    yield from _use(world, price, hours, assumed)


def _fargate(world: Synthesis, service: Resource, price: dict[str, float], hours: float) -> Line:
    definition = world.first(service, "task_definition")
    values: dict[str, Any] = definition.values if definition else {"cpu": "0", "memory": "0"}
    architecture = values.get("runtime_platform", {}).get("cpu_architecture", "X86_64").lower()
    vcpu, gib = int(values["cpu"]) / 1024, int(values["memory"]) / 1024
    cpu_hour, gib_hour = price[f"fargate_vcpu_hour_{architecture}"], price[f"fargate_gib_hour_{architecture}"]
    return Line(
        stack=service.stack,
        what=f"Fargate: {service.name}",
        basis=f"{_LEAST_TASKS} task of {vcpu:g} vCPU and {gib:g} GiB, all month",
        usd=_LEAST_TASKS * hours * (vcpu * cpu_hour + gib * gib_hour),
    )


_Monthly = Callable[[dict[str, float], float], float]
_FLAT: dict[str, tuple[str, _Monthly, str]] = {
    "aws_nat_gateway": ("NAT gateways", lambda p, h: h * p["nat_gateway_hour"], "before traffic"),
    "aws_eip": ("Public addresses of NAT gateways", lambda p, h: h * p["public_address_hour"], ""),
    "aws_lb": ("Load balancer", lambda p, h: h * p["load_balancer_hour"], "before capacity units"),
    "aws_kms_key": ("Encryption keys", lambda p, _: p["key_month"], ""),
    "aws_secretsmanager_secret": ("Secrets", lambda p, _: p["secret_month"], ""),
    "aws_wafv2_web_acl": ("Web ACL", lambda p, _: p["web_acl_month"], "before its rules"),
    "aws_route53_zone": ("Hosted zone", lambda p, _: p["zone_month"], ""),
    "aws_cloudwatch_dashboard": (
        "Dashboard",
        lambda p, _: p["dashboard_month"],
        "the first three of an account are free",
    ),
    "aws_cloudfront_monitoring_subscription": (
        "Additional CloudFront metrics",
        lambda p, _: p["cloudfront_metrics_month"],
        "eight metrics a distribution",
    ),
}


def _counts(world: Synthesis, kind: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for item in world.all(kind):
        found[item.stack] = found.get(item.stack, 0) + 1
    return found


def _alarms(world: Synthesis) -> Iterator[dict[str, str]]:
    metrics: dict[str, int] = {}
    for alarm in world.all("aws_cloudwatch_metric_alarm"):
        queries = alarm.values.get("metric_query") or [{"metric": {}}]
        metrics[alarm.stack] = metrics.get(alarm.stack, 0) + sum(1 for query in queries if "metric" in query)
    for stack, number in metrics.items():
        yield {"stack": stack, "what": "Alarms", "basis": f"{number} metrics watched"}


def _use(world: Synthesis, price: dict[str, float], hours: float, assumed: dict[str, float]) -> Iterator[Line]:
    def line(kind: str, what: str, amount: str, unit: str, each: float) -> Iterator[Line]:
        found = world.all(kind)
        if found:
            number = assumed[amount]
            basis = f"{number:g} {unit}, assumed"
            yield Line(stack=found[0].stack, what=what, basis=basis, usd=number * each)

    unit_month = hours * price["load_balancer_unit_hour"]
    yield from line("aws_lb", "Load balancer capacity", "load_balancer_units", "capacity unit on average", unit_month)
    yield from line("aws_nat_gateway", "Traffic through NAT", "nat_gib", "GiB", price["nat_gateway_gib"])
    yield from line("aws_cloudwatch_log_group", "Logs written", "log_gib", "GiB", price["log_gib"])
    yield from line("aws_efs_file_system", "Files kept", "file_gib", "GiB", price["file_gib_month"])
    yield from line("aws_efs_file_system", "Files read", "file_gib_read", "GiB", price["file_gib_read"])
    yield from line("aws_efs_file_system", "Files written", "file_gib_written", "GiB", price["file_gib_written"])
    yield from line("aws_backup_vault", "Backups kept", "backup_gib", "GiB", price["backup_gib_month"])
    zones = {str(s.values.get("availability_zone")) for s in world.all("aws_subnet")}
    endpoints = [e for e in world.all("aws_vpc_endpoint") if e.values.get("vpc_endpoint_type") == "Interface"]
    if endpoints:
        usd = len(endpoints) * len(zones) * hours * price["interface_endpoint_hour"]
        basis = f"{len(endpoints)} endpoints in {len(zones)} zones"
        yield Line(stack=endpoints[0].stack, what="Interface endpoints", basis=basis, usd=usd)
