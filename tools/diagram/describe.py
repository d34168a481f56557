"""The words on the cards: facts about resources, as short as they can be."""

import json
import re
from collections.abc import Callable
from typing import Any, Final

from tools.synthesized import Resource, Synthesis

_WIDTH: Final = 27  # characters that a card's line holds
_ECS_TASKS: Final = "aws_ecs_service"


def distribution(world: Synthesis, found: Resource) -> tuple[str, ...]:
    """Return the facts about a distribution: name, paths, firewall."""
    aliases = found.values.get("aliases") or ["CloudFront's own name"]
    prefixes = [
        behavior["path_pattern"]
        for behavior in found.values.get("ordered_cache_behavior", [])
        if not behavior["path_pattern"].endswith("*")
    ]
    firewall = [acl for acl in world.referred(found, "web_acl_id") if acl.kind == "aws_wafv2_web_acl"]
    rules = f"WAF: {len(firewall[0].values.get('rule', []))} rules" if firewall else "no WAF"
    return (*halves(str(aliases[0])), f"{', '.join(prefixes)} inside", rules)


def balancer(world: Synthesis, found: Resource) -> tuple[str, ...]:
    """Return the facts about a load balancer: protocol and timeout."""
    listeners = [item for item in world.all("aws_lb_listener") if world.first(item, "load_balancer_arn") == found]
    ports = ", ".join(f"{item.values['protocol']} {item.values['port']}" for item in listeners)
    return (f"{ports}, else 404", f"idle timeout {found.values.get('idle_timeout', 60)} s")


def service(world: Synthesis, found: Resource) -> tuple[str, ...]:
    """Return the facts about a service: size, count, image, private name."""
    definition = world.first(found, "task_definition")
    if definition is None:
        return ()
    size = f"{int(definition.values['cpu']) / 1024:g} vCPU, {int(definition.values['memory']) / 1024:g} GiB"
    container = _container(definition)
    port = container["portMappings"][0]["containerPort"]
    image = container["image"]
    names = [item.name for item in world.referred(found, "service_registries")]
    private = [f"{names[0]}.{_namespace(world)}:{port}"] if names else []
    shown = image.partition("@")[0] if "${" not in image else "image from ECR, by CI"
    return (size, _count(world, found), *halves(shown), *(private or [f"port {port}"]))


def file_system(world: Synthesis, found: Resource) -> tuple[str, ...]:
    """Return the facts about a file system: throughput, backups."""
    saved = any(found in world.referred(item, "resources") for item in world.all("aws_backup_selection"))
    backup = "daily backup" if saved else "no backup"
    return (f"{found.values.get('throughput_mode', 'bursting')} throughput", f"{backup}, one owner")


def halves(text: str) -> tuple[str, ...]:
    """Return *text* as one line, or as two where a card is too narrow for it."""
    if len(text) <= _WIDTH:
        return (text,)
    cuts = [match.end() for match in re.finditer(r"[.\-/ ]", text) if match.end() <= _WIDTH]
    cut = cuts[-1] if cuts else _WIDTH
    return (text[:cut], text[cut:])


def owners(world: Synthesis) -> dict[tuple[str, str, str], Resource]:
    """Return by security group: the service, load balancer or file system that is in it."""
    found: dict[tuple[str, str, str], Resource] = {}
    for item in world.all(_ECS_TASKS, "aws_lb"):
        argument = "network_configuration" if item.kind == _ECS_TASKS else "security_groups"
        for group in world.referred(item, argument):
            if group.kind == "aws_security_group":
                found[group.key] = item
    for target in world.all("aws_efs_mount_target"):
        files = world.first(target, "file_system_id")
        for group in world.referred(target, "security_groups"):
            if files:
                found[group.key] = files
    return found


def delivery_roles(world: Synthesis) -> list[Resource]:
    """Return the roles that GitHub's workflows assume."""
    return [role for role in world.all("aws_iam_role") if "token.actions" in str(role.values["assume_role_policy"])]


def subjects(world: Synthesis) -> tuple[str, ...]:
    """Return the repositories that the delivery roles trust."""
    text = " ".join(str(role.values["assume_role_policy"]) for role in delivery_roles(world))
    return tuple(sorted(set(re.findall(r"repo:([\w.-]+/[\w.-]+):", text))))[:1]


def regional(world: Synthesis, stack: str, prefix: str) -> list[tuple[str, str]]:
    """Return the lines about services outside of any network that *stack* uses: a tag and a text each."""

    def short(text: str) -> str:
        return text.removeprefix(f"{prefix}-")

    found: list[tuple[str, str]] = []
    for kind, (tag, words) in _REGIONAL.items():
        items = [item for item in world.all(kind) if item.stack == stack]
        found += [(tag, line) for line in words(items, short) if line]
    return found


_Words = Callable[[list[Resource], Callable[[str], str]], list[str]]


def _names(items: list[Resource], short: Callable[[str], str]) -> list[str]:
    return [short(item.name) for item in items]


def _joined(items: list[Resource], short: Callable[[str], str]) -> list[str]:
    return [", ".join(short(item.name) for item in items)] if items else []


def _aliases(items: list[Resource], short: Callable[[str], str]) -> list[str]:
    return [", ".join(short(item.name.removeprefix("alias/")) for item in items)] if items else []


def _counted(word: str) -> _Words:
    def words(items: list[Resource], short: Callable[[str], str]) -> list[str]:
        del short
        return [f"{len(items)} {word}{'s' if len(items) > 1 else ''}"] if items else []

    return words


def _budget(items: list[Resource], short: Callable[[str], str]) -> list[str]:
    del short
    return [f"{item.values['limit_amount']} {item.values['limit_unit']} a month" for item in items]


def _backup(items: list[Resource], short: Callable[[str], str]) -> list[str]:
    del short
    return [
        f"{rule['rule_name']}, kept {rule['lifecycle']['delete_after']} days"
        for item in items
        for rule in item.values["rule"]
    ]


_REGIONAL: Final[dict[str, tuple[str, _Words]]] = {
    "aws_ecs_cluster": ("ECS", _names),
    "aws_ecr_repository": ("ECR", _names),
    "aws_ssm_parameter": ("SSM", lambda items, _: [", ".join(sorted(i.name.split("/")[-1] for i in items))]),
    "aws_secretsmanager_secret": ("Secret", _names),
    "aws_backup_plan": ("Backup", _backup),
    "aws_iam_openid_connect_provider": ("OIDC", lambda items, _: ["GitHub's tokens"] if items else []),
    "aws_iam_role": ("IAM", _counted("role")),
    "aws_kms_alias": ("KMS", _aliases),
    "aws_cloudwatch_log_group": ("Logs", _counted("log group")),
    "aws_cloudwatch_metric_alarm": ("Alarm", _counted("alarm")),
    "aws_cloudwatch_event_rule": ("Event", _counted("rule")),
    "aws_sns_topic": ("SNS", _names),
    "aws_budgets_budget": ("Budget", _budget),
    "aws_cloudwatch_dashboard": ("Board", _joined),
}


def _container(definition: Resource) -> dict[str, Any]:
    containers: list[dict[str, Any]] = json.loads(definition.values["container_definitions"])
    return containers[0]


def _namespace(world: Synthesis) -> str:
    found = world.all("aws_service_discovery_private_dns_namespace")
    return found[0].name if found else "local"


def _count(world: Synthesis, found: Resource) -> str:
    for target in world.all("aws_appautoscaling_target"):
        if target.stack == found.stack and str(target.values["resource_id"]).endswith(f"/{found.name}"):
            lowest = re.search(r"0 : (\d+)", str(target.values["min_capacity"]))
            least = lowest[1] if lowest else "1"
            return f"{least} to {target.values['max_capacity']} tasks"
    number = found.values.get("desired_count", 1)
    return f"{number} task, never two" if found.values.get("deployment_maximum_percent") == 100 else f"{number} tasks"  # noqa: PLR2004 - 100 % is one task at most
