"""Constructs with arguments that are accepted, and draws in which some of them are anything of the same type."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any, Final

from hypothesis import strategies as st

from constructs_lib.alarm import Alarm, AlarmSpec, Metric
from constructs_lib.alarm_topic import AlarmTopic
from constructs_lib.autoscaling import ScalingSpec
from constructs_lib.budget import MonthlyBudget
from constructs_lib.cluster import Cluster
from constructs_lib.container import HealthCheck
from constructs_lib.container_registry import ContainerRegistry
from constructs_lib.dns_zone import DnsZone
from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.fargate_service import FargateService, RouteSpec, ServiceSpec
from constructs_lib.fargate_task import TaskSpec
from constructs_lib.github_oidc import GithubOidc, GithubRepository, github_trust
from constructs_lib.iam import Role, Statement
from constructs_lib.image_reference import ImageReference
from constructs_lib.load_balancer import LoadBalancer
from constructs_lib.log_bucket import LogBucket
from constructs_lib.log_group import LogGroup
from constructs_lib.network import ExistingNetwork, Network, NetworkSpec
from constructs_lib.private_bucket import PrivateBucket
from constructs_lib.published_image import PublishedImage
from constructs_lib.secret import GeneratedValue, Secret
from constructs_lib.security_group import SecurityGroup
from constructs_lib.site_spec import SiteSpec
from constructs_lib.stateful_service import StatefulService, StatefulSpec
from constructs_lib.static_site import StaticSite, site_encryption_key
from constructs_lib.web_acl import WebAcl
from tests.support.world import ALIVE, Backend, World

Arguments = dict[str, Any]
Make = Callable[[World, str, Arguments], object]

TASK: Final[Arguments] = {
    "name": "api",
    "container": "api",
    "port": 8080,
    "cpu_units": 256,
    "memory_mib": 512,
    "architecture": "ARM64",
    "environment": {"A": "b"},
    "log_retention_days": 30,
    "read_only_root": True,
    "writable_paths": ("/cache",),
    "user": "1000:1000",
    "discovery_name": "api",
}


def _task(arguments: Arguments) -> TaskSpec:
    return TaskSpec(**{name: arguments[name] for name in TASK}, health_check=ALIVE)


def _stateless(world: World, name: str, arguments: Arguments) -> object:
    scaling = ScalingSpec(**{key: arguments[key] for key in ("min_tasks", "max_tasks", "cpu_target_percent")})
    alarms = arguments["deployment_alarms"]
    spec = ServiceSpec(
        task=_task(arguments), scaling=scaling, spot_percent=arguments["spot_percent"], deployment_alarms=alarms
    )
    route = RouteSpec(path_prefixes=arguments["path_prefixes"], health_path=arguments["health_path"])
    registry = ContainerRegistry(world.stack, f"{name}Registry", name="shop", key=world.key)
    balancer = LoadBalancer(
        world.stack,
        f"{name}Balancer",
        name="shop",
        network=world.network,
        certificate=None,
        log_bucket=LogBucket(world.stack, f"{name}Logs", name="shop-logs"),
        idle_timeout_seconds=arguments["idle_timeout_seconds"],
    )
    image = PublishedImage(
        world.stack, f"{name}Image", parameter_prefix=arguments["parameter_prefix"], registry=registry
    )
    return FargateService(
        world.stack,
        name,
        network=world.network,
        cluster=world.cluster,
        spec=spec,
        image=image,
        log_key=world.key,
        load_balancer=balancer,
        route=route,
    )


def _stateful(world: World, name: str, arguments: Arguments) -> object:
    places = {key: arguments[key] for key in ("data_path", "owner_uid", "owner_gid")}
    spec = StatefulSpec(task=_task(arguments), image=ImageReference.parse(arguments["image"]), **places)
    return StatefulService(
        world.stack,
        name,
        network=world.network,
        cluster=world.cluster,
        spec=spec,
        key=world.key,
        log_key=world.key,
    )


def _site(world: World, name: str, arguments: Arguments) -> object:
    return StaticSite(
        world.stack,
        name,
        name_prefix=arguments["name_prefix"],
        bucket_name=arguments["bucket_name"],
        spec=SiteSpec(**{key: value for key, value in arguments.items() if key not in ("name_prefix", "bucket_name")}),
        backend=Backend(https=False, port=80),
        domain=None,
        web_acl=WebAcl(world.stack, f"{name}Acl", name="shop", key=world.key),
        log_bucket=LogBucket(world.stack, f"{name}Logs", name="shop-logs"),
        key=site_encryption_key(world.stack, f"{name}Key", alias="shop-site"),
    )


def _network(world: World, name: str, arguments: Arguments) -> object:
    spec = NetworkSpec(**{key: value for key, value in arguments.items() if key != "name"})
    return Network(world.stack, name, name=arguments["name"], spec=spec, log_key=world.key)


def _role(world: World, name: str, arguments: Arguments) -> object:
    repository = GithubRepository(owner=arguments["owner"], name=arguments["repository"])
    provider = GithubOidc(world.stack, f"{name}Oidc").provider_arn
    trust = github_trust(provider, repository.environment(arguments["environment"]))
    about = {key: arguments[key] for key in ("name", "description", "max_session_seconds")}
    role = Role(world.stack, name, **about, trust=[trust])
    role.grant("Own", Statement(sid=arguments["sid"], actions=arguments["actions"], resources=arguments["resources"]))
    return role


def _alarm(world: World, name: str, arguments: Arguments) -> object:
    read = {key: arguments[key] for key in ("namespace", "dimensions", "statistic", "period_seconds")}
    spec = AlarmSpec(
        **{key: arguments[key] for key in ("name", "summary", "runbook", "threshold", "periods", "bad_periods")},
        metrics={"m": Metric(**read, name=arguments["metric"])},
        missing_data="breaching",
    )
    topic = AlarmTopic(world.stack, f"{name}Topic", name=arguments["topic"], emails=arguments["emails"])
    MonthlyBudget(world.stack, f"{name}Budget", name="all", limit_usd=arguments["limit_usd"], topic=topic)
    return Alarm(world.stack, name, spec=spec, topic=topic, runbook_path="docs/runbook.md")


GOOD: Final[dict[str, tuple[Make, Arguments]]] = {
    "stateless service": (
        _stateless,
        TASK
        | {
            "min_tasks": 1,
            "max_tasks": 4,
            "cpu_target_percent": 70,
            "spot_percent": 50,
            "deployment_alarms": ("errors",),
            "path_prefixes": ("/api",),
            "health_path": "/health",
            "idle_timeout_seconds": 600,
            "parameter_prefix": "/shop/prod/api",
        },
    ),
    "stateful service": (
        _stateful,
        TASK | {"image": "influxdb:2.7.12", "data_path": "/data", "owner_uid": 1000, "owner_gid": 1000},
    ),
    "health check": (
        lambda _, __, arguments: HealthCheck(**arguments),
        {
            "command": ("true",),
            "interval_seconds": 30,
            "timeout_seconds": 5,
            "retries": 3,
            "start_period_seconds": 60,
        },
    ),
    "network": (
        _network,
        {
            "name": "net",
            "cidr": IPv4Network("10.1.0.0/16"),
            "availability_zones": ("us-east-1a", "us-east-1b"),
            "nat": "single",
            "interface_endpoints": ("secretsmanager",),
        },
    ),
    "existing network": (
        lambda _, __, arguments: ExistingNetwork(**arguments),
        {"vpc_id": "vpc-12345678", "private_subnet_ids": ("subnet-12345678", "subnet-87654321")},
    ),
    "site": (
        _site,
        {
            "name_prefix": "shop",
            "bucket_name": "shop-site",
            "csp": {"script-src": ("https://cdn.example.com",)},
            "price_class": "PriceClass_100",
            "old_versions_days": 30,
            "backend_read_timeout_seconds": 60,
        },
    ),
    "secret": (
        lambda world, name, arguments: Secret(
            world.stack,
            name,
            **{key: value for key, value in arguments.items() if key != "length"},
            key=world.key,
            generated={"password": GeneratedValue(length=arguments["length"])},
        ),
        {"name": "shop/db", "description": "Made here", "length": 32, "version": 1, "recovery_window_days": 30},
    ),
    "supplied secret": (
        lambda world, name, arguments: Secret(world.stack, name, **arguments, key=world.key),
        {"name": "shop/mail", "description": "Supplied by people", "supplied": ("token",)},
    ),
    "log group": (
        lambda world, name, arguments: LogGroup(world.stack, name, **arguments, key=world.key),
        {"name": "/ecs/api", "retention_days": 30},
    ),
    "registry": (
        lambda world, name, arguments: ContainerRegistry(world.stack, name, **arguments, key=world.key),
        {"name": "shop", "keep_images": 10, "untagged_days": 14},
    ),
    "security group": (
        lambda world, name, arguments: SecurityGroup(world.stack, name, **arguments, network=world.network),
        {"name": "api", "description": "The API"},
    ),
    "role": (
        _role,
        {
            "name": "deployer",
            "description": "Deploys",
            "max_session_seconds": 3600,
            "owner": "shop",
            "repository": "shop",
            "environment": "production",
            "sid": "Read",
            "actions": ("s3:GetObject",),
            "resources": ("arn:aws:s3:::b/k",),
        },
    ),
    "web ACL": (
        lambda world, name, arguments: WebAcl(world.stack, name, **arguments, key=world.key),
        {"name": "shop", "rate_limit_per_5_minutes": 2000, "log_retention_days": 30, "applies_to": "REGIONAL"},
    ),
    "zone": (
        lambda world, name, arguments: DnsZone(world.stack, name, **arguments, log_key=world.key),
        {"name": "shop.example.com", "create": True, "log_retention_days": 30},
    ),
    "log bucket": (
        lambda world, name, arguments: LogBucket(world.stack, name, **arguments),
        {"name": "shop-logs", "retention_days": 30},
    ),
    "private bucket": (
        lambda world, name, arguments: PrivateBucket(world.stack, name, **arguments, key=world.key),
        {"name": "shop-files", "old_versions_days": 30, "expire_days": 365},
    ),
    "key": (
        lambda world, name, arguments: EncryptionKey(world.stack, name, **arguments),
        {
            "alias": "shop",
            "description": "Everything",
            "services": ("sns.amazonaws.com",),
            "deletion_window_days": 30,
        },
    ),
    "cluster": (
        lambda world, name, arguments: Cluster(world.stack, name, **arguments, network=world.network, key=world.key),
        {"name": "shop", "namespace": "shop.local", "exec_log_retention_days": 30},
    ),
    "alarm": (
        _alarm,
        {
            "name": "errors",
            "summary": "Too many errors.",
            "runbook": "too-many-errors",
            "threshold": 5,
            "periods": 3,
            "bad_periods": 2,
            "namespace": "Shop",
            "metric": "Errors",
            "dimensions": {"Service": "api"},
            "statistic": "Sum",
            "period_seconds": 60,
            "topic": "shop-alarms",
            "emails": ("ops@example.com",),
            "limit_usd": 100,
        },
    ),
}

ODD_STRINGS: Final = (
    *("", " ", "-", "/", "1", "A", "a" * 65, "a" * 129, "a" * 300, "x" * 9000, "a b", "ä", "🦀", "*", "\x00", "a\nb"),
    *("../..", "a.b", "_a", "a/b", "-a", "a-", "a:b", "cron(x)"),
)
ODD_NUMBERS: Final = (
    *(-(2**40), -1, 0, 1, 2, 6, 7, 10, 14, 59, 60, 61, 100, 400, 1000, 3653, 4001, 4096),
    *(2**16, 2**31, 2**32, 2**63),
)

# not `${` and `%{`: they start Terraform expressions, which whoever uses a construct may pass on purpose
strings = st.one_of(
    st.sampled_from(ODD_STRINGS), st.text(max_size=30), st.from_regex(r"[A-Za-z0-9/_.:-]{1,40}", fullmatch=True)
).filter(lambda text: "${" not in text and "%{" not in text)
numbers = st.sampled_from(ODD_NUMBERS) | st.integers()


def odd(value: object) -> Iterator[Any]:
    """Yield what else an argument of the type of *value* could be."""
    match value:
        case bool():
            yield not value
        case int():
            yield from ODD_NUMBERS
        case str():
            yield from ODD_STRINGS
        case tuple():
            yield from ((), value + value, *((text,) for text in ODD_STRINGS))
        case Mapping():
            name, inner = next(iter(value.items()))
            yield from ({}, *({text: inner} for text in ODD_STRINGS), *({name: other} for other in odd(inner)))
        case IPv4Network():
            yield from map(IPv4Network, ("10.0.0.0/8", "10.0.0.0/28", "10.0.0.0/24", "1.2.3.4/32"))
        case _:
            raise TypeError(f"nothing odd is known for {type(value).__name__}")


def one_odd_argument() -> Iterator["Draw"]:
    """Yield every construct with every argument odd, one at a time."""
    for what, (_, good) in GOOD.items():
        for name, value in good.items():
            yield from (Draw(what=what, arguments=good | {name: other}) for other in odd(value))


def like(value: object) -> st.SearchStrategy[Any]:
    """Return anything of the type of *value*."""
    match value:
        case bool():
            return st.booleans()
        case int():
            return numbers
        case str():
            return strings
        case tuple():
            return st.lists(strings, max_size=3).map(tuple)
        case Mapping():
            inner = like(next(iter(value.values())))
            return st.dictionaries(strings, inner, max_size=3)
        case IPv4Network():
            return st.ip_addresses(v=4, network="10.0.0.0/8").flatmap(
                lambda address: st.integers(8, 32).map(lambda prefix: IPv4Network((int(address), prefix), strict=False))
            )
    raise TypeError(f"no strategy for {type(value).__name__}")


@dataclass(frozen=True)
class Draw:
    """One construct and its arguments."""

    what: str
    arguments: Arguments

    def make(self, world: World, construct_id: str) -> None:
        """Make it in *world*."""
        make, _ = GOOD[self.what]
        make(world, construct_id, self.arguments)


@st.composite
def draws(draw: st.DrawFn, constructs: Sequence[str]) -> Draw:
    """Return one of *constructs* with one to three arguments that are anything of their type."""
    what = draw(st.sampled_from(constructs))
    _, good = GOOD[what]
    names = draw(st.lists(st.sampled_from(sorted(good)), min_size=1, max_size=3, unique=True))
    return Draw(what=what, arguments=good | {name: draw(like(good[name])) for name in names})
