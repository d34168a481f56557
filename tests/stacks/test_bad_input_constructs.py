from collections.abc import Callable
from datetime import date
from ipaddress import IPv4Network
from typing import Any, Final

import pytest

from constructs_lib.alarm import Metric
from constructs_lib.alarm_topic import AlarmTopic
from constructs_lib.autoscaling import ScalingSpec
from constructs_lib.backup import Backups, BackupSpec
from constructs_lib.cluster import Cluster
from constructs_lib.container import HealthCheck
from constructs_lib.container_registry import ContainerRegistry
from constructs_lib.dns_zone import DnsZone
from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.exceptions import except_from_check
from constructs_lib.fargate_service import RouteSpec, ServiceSpec
from constructs_lib.fargate_task import TaskSpec
from constructs_lib.iam import Role, Statement
from constructs_lib.image_reference import ImageReference
from constructs_lib.load_balancer import LoadBalancer, listener_patterns
from constructs_lib.log_bucket import LogBucket
from constructs_lib.log_group import LogGroup
from constructs_lib.network import ExistingNetwork, NetworkSpec
from constructs_lib.secret import GeneratedValue, Secret
from constructs_lib.security_group import SecurityGroup
from constructs_lib.site_spec import SiteSpec
from constructs_lib.stateful_service import StatefulSpec
from constructs_lib.subnets import plan_subnets
from constructs_lib.web_acl import WebAcl
from tests.support.world import ALIVE, World, task_spec

ZONES: Final = ("us-east-1a", "us-east-1b")
TEN: Final = IPv4Network("10.0.0.0/16")
SCALING: Final = ScalingSpec(min_tasks=1, max_tasks=2)
PINNED: Final = ImageReference.parse("influxdb:2.7.12")


def _task(**changes: Any) -> TaskSpec:
    values: dict[str, Any] = {
        "name": "api",
        "container": "api",
        "port": 80,
        "cpu_units": 256,
        "memory_mib": 512,
        "health_check": ALIVE,
    }
    return TaskSpec(**(values | changes))


def _stateful(**changes: Any) -> StatefulSpec:
    values: dict[str, Any] = {"task": task_spec(discovery_name="db"), "image": PINNED, "data_path": "/data"}
    return StatefulSpec(**(values | changes))


# what is wrong, the arguments that are refused, and what the error must say
SPECS: Final[dict[str, tuple[Callable[[], object], tuple[str, ...]]]] = {
    "CPU that Fargate has not": (lambda: _task(cpu_units=300), ("cpu_units=300", "use one of 256")),
    "memory that does not fit": (lambda: _task(memory_mib=4096), ("memory_mib=4096", "512, 1024, 2048")),
    "no port": (lambda: _task(port=0), ("port=0", "1 to 65535")),
    "a port beyond all": (lambda: _task(port=70000), ("port=70000", "1 to 65535")),
    "unknown architecture": (lambda: _task(architecture="arm64"), ("architecture='arm64'", "X86_64 or ARM64")),
    "a name with a space": (lambda: _task(name="my api"), ("'my api'", "letters, digits, _ and -")),
    "a container's name with a dot": (lambda: _task(container="a.b"), ("'a.b'", "ECS")),
    "a retention that logs have not": (lambda: _task(log_retention_days=10), ("retention_days=10", "7, 14")),
    "no health check": (lambda: HealthCheck(command=()), ("command=()", "name the program")),
    "an impatient health check": (
        lambda: HealthCheck(command=("true",), interval_seconds=1),
        ("interval_seconds=1", "5 to 300"),
    ),
    "more least than most": (lambda: ScalingSpec(min_tasks=3, max_tasks=2), ("min_tasks=3", "max_tasks=2")),
    "zero tasks at least": (lambda: ScalingSpec(min_tasks=0, max_tasks=2), ("min_tasks=0", "1 <=")),
    "a target without room": (
        lambda: ScalingSpec(min_tasks=1, max_tasks=2, cpu_target_percent=99),
        ("cpu_target_percent=99", "10 to 90"),
    ),
    "no percentage": (
        lambda: ServiceSpec(task=task_spec(), scaling=SCALING, spot_percent=101),
        ("spot_percent=101", "0 to 100"),
    ),
    "a moving image under data": (
        lambda: _stateful(image=ImageReference.parse("influxdb:latest")),
        ("'influxdb:latest'", "not pinned", "digest"),
    ),
    "an image without tag under data": (
        lambda: _stateful(image=ImageReference.parse("influxdb")),
        ("'influxdb'", "not pinned"),
    ),
    "data all over the container": (lambda: _stateful(data_path="/"), ("data_path='/'", "below /")),
    "root as owner of the files": (lambda: _stateful(owner_uid=0), ("must not be 0", "root access")),
    "data that nobody finds": (lambda: _stateful(task=task_spec()), ("discovery_name", "'shop-api'")),
    "no image": (lambda: ImageReference.parse("Influx DB"), ("'Influx DB'", "repository:tag")),
    "a zone twice": (
        lambda: NetworkSpec(cidr=TEN, availability_zones=("us-east-1a", "us-east-1a")),
        ("twice", "each once"),
    ),
    "no zone": (lambda: NetworkSpec(cidr=TEN, availability_zones=()), ("zones=0", "at least one")),
    "an unknown way out": (
        lambda: NetworkSpec(cidr=TEN, availability_zones=ZONES, nat="two"),  # type: ignore[arg-type]
        ("nat='two'", "per_zone, single or none"),
    ),
    "no way out": (
        lambda: NetworkSpec(cidr=TEN, availability_zones=ZONES, nat="none"),
        ("nat='none'", "interface_endpoints"),
    ),
    "an endpoint that is none": (
        lambda: NetworkSpec(cidr=TEN, availability_zones=ZONES, interface_endpoints=("s4",)),
        ("'s4'", "secretsmanager"),
    ),
    "a range that is too small": (
        lambda: plan_subnets(IPv4Network("10.0.0.0/27"), zones=2),
        ("10.0.0.0/27", "too small", "or larger"),
    ),
    "a range that is no VPC's": (
        lambda: plan_subnets(IPv4Network("10.0.0.0/8"), zones=2),
        ("10.0.0.0/8", "/16 to /28"),
    ),
    "one subnet for a load balancer": (
        lambda: ExistingNetwork(vpc_id="vpc-1", private_subnet_ids=("subnet-1",)),
        ("private_subnet_ids", "two zones or more"),
    ),
    "a subnet that is none": (
        lambda: ExistingNetwork(vpc_id="vpc-1", private_subnet_ids=("subnet-1", "sn-2")),
        ("'sn-2'", "subnet-"),
    ),
    "a VPC that is none": (
        lambda: ExistingNetwork(vpc_id="net-1", private_subnet_ids=("subnet-1", "subnet-2")),
        ("vpc_id='net-1'", "vpc-"),
    ),
    "a wildcard without a reason": (
        lambda: Statement(sid="All", actions=["s3:*"], resources=["arn:aws:s3:::b"]),
        ("'s3:*'", "wildcard_reason"),
    ),
    "a reason without a wildcard": (
        lambda: Statement(sid="One", actions=["s3:GetObject"], resources=["arn:aws:s3:::b/k"], wildcard_reason="x"),
        ("'One'", "drop wildcard_reason"),
    ),
    "a short secret": (lambda: GeneratedValue(length=8), ("length=8", "16 to 4096")),
    "backups that are soon gone": (lambda: BackupSpec(retention_days=3), ("retention_days=3", "7 to 3650")),
    "a schedule that is none": (lambda: BackupSpec(schedule="daily"), ("schedule='daily'", "cron(")),
    "a path with a star": (lambda: listener_patterns(["/api/*"]), ("'/api/*'", "everything below")),
    "a path that is relative": (lambda: listener_patterns(["api"]), ("'api'", "start with '/'")),
    "a policy for everything": (lambda: SiteSpec(csp={"script-src": ["*"]}), ("'*'", "https://cdn.example.com")),
    "a directive that CSP has not": (lambda: SiteSpec(csp={"script": ["x"]}), ("'script'", "script-src")),
    "a statistic that is none": (
        lambda: Metric(namespace="Shop", name="Errors", statistic="average"),
        ("statistic='average'", "Average", "p0 to p100"),
    ),
    "a period between minutes": (
        lambda: Metric(namespace="Shop", name="Errors", period_seconds=90),
        ("period_seconds=90", "multiples of 60"),
    ),
    "a metric of nobody": (lambda: Metric(namespace="", name="Errors"), ("metric namespace", "no colon first")),
    "a health path that is none": (
        lambda: RouteSpec(path_prefixes=("/api",), health_path="health"),
        ("health_path='health'", "'/health'"),
    ),
    "a user beyond all": (lambda: _stateful(owner_uid=2**32), ("owner_uid=4294967296", "1 to 4294967295")),
    "a price class that is none": (lambda: SiteSpec(price_class="all"), ("price_class='all'", "PriceClass_100")),
}

CONSTRUCTS: Final[dict[str, tuple[Callable[[World], object], tuple[str, ...]]]] = {
    "a secret without keys": (
        lambda world: Secret(world.stack, "S", name="s", description="d", key=world.key),
        ("'s'", "declares no key"),
    ),
    "a key that the secret does not declare": (
        lambda world: Secret(world.stack, "S", name="s", description="d", key=world.key, supplied=["a"]).key("b"),
        ("'b'", "it declares a"),
    ),
    "a secret with two authors": (
        lambda world: Secret(
            world.stack, "S", name="s", description="d", key=world.key, supplied=["a"], fixed={"b": "c"}
        ),
        ("'s'", "make two secrets"),
    ),
    "a load balancer's name that is too long": (
        lambda world: LoadBalancer(
            world.stack,
            "L",
            name="a-load-balancer-with-a-very-long-name",
            network=world.network,
            certificate=None,
            log_bucket=LogBucket(world.stack, "B", name="logs"),
        ),
        ("37 characters", "AWS allows 32", "shorten"),
    ),
    "a bucket with capitals": (
        lambda world: LogBucket(world.stack, "B", name="Logs"),
        ("'Logs'", "lower-case"),
    ),
    "a repository with capitals": (
        lambda world: ContainerRegistry(world.stack, "R", name="Shop", key=world.key),
        ("'Shop'", "lower-case"),
    ),
    "a repository that keeps nothing": (
        lambda world: ContainerRegistry(world.stack, "R", name="shop", key=world.key, keep_images=0),
        ("keep_images=0", "1 or more"),
    ),
    "a role's name that is too long": (
        lambda world: Role(world.stack, "R", name="r" * 65, description="d", trust=[]),
        ("65 characters", "AWS allows 64"),
    ),
    "a security group that looks like an id": (
        lambda world: SecurityGroup(world.stack, "G", network=world.network, name="sg-api", description="d"),
        ("'sg-api'", "EC2"),
    ),
    "a cluster with a slash": (
        lambda world: Cluster(world.stack, "C", name="a/b", network=world.network, namespace="a.local", key=world.key),
        ("'a/b'", "letters, digits, _ and -"),
    ),
    "a log group with a star": (
        lambda world: LogGroup(world.stack, "L", name="/ecs/*", key=world.key),
        ("'/ecs/*'", "log group"),
    ),
    "no domain": (lambda world: DnsZone(world.stack, "Z", name="localhost", create=False), ("'localhost'", "dots")),
    "backups of nothing": (
        lambda world: Backups(world.stack, "B", name="b", spec=BackupSpec(), file_systems=[], key=world.key),
        ("test/B", "nothing to back up"),
    ),
    "a rate that WAF refuses": (
        lambda world: WebAcl(world.stack, "W", name="w", key=world.key, rate_limit_per_5_minutes=5),
        ("rate_limit_per_5_minutes=5", "10 to"),
    ),
    "a session that is soon over": (
        lambda world: Role(world.stack, "R", name="r", description="d", trust=[], max_session_seconds=900),
        ("max_session_seconds=900", "3600 to 43200"),
    ),
    "a description that IAM has no letters for": (
        lambda world: Role(world.stack, "R", name="r", description="Παράδειγμα", trust=[]),
        ("IAM role description", "letters of Western languages"),
    ),
    "a description that is too long": (
        lambda world: SecurityGroup(world.stack, "G", network=world.network, name="g", description="d" * 256),
        ("256 characters", "AWS allows 255", "say it shorter"),
    ),
    "a key that is gone at once": (
        lambda world: EncryptionKey(world.stack, "K", alias="k", description="d", deletion_window_days=1),
        ("deletion_window_days=1", "7 to 30"),
    ),
    "an alias of AWS's own": (
        lambda world: EncryptionKey(world.stack, "K", alias="aws/s3", description="d"),
        ("'aws/s3'", "not aws/ first"),
    ),
    "a topic with a space": (
        lambda world: AlarmTopic(world.stack, "T", name="night shift"),
        ("'night shift'", "letters, digits, _ and -"),
    ),
    "a name with a letter that only looks right": (
        lambda world: Secret(world.stack, "S", name="sécret", description="d", key=world.key, supplied=["a"]),
        ("'sécret'", "Secrets Manager"),
    ),
    "a namespace that is no domain": (
        lambda world: Cluster(world.stack, "C", name="c", network=world.network, namespace="local", key=world.key),
        ("'local'", "joined by dots"),
    ),
    "files that are kept for longer than S3 can count": (
        lambda world: LogBucket(world.stack, "B", name="logs", retention_days=2**31),
        ("retention_days=2147483648", "S3"),
    ),
    "an ACL for nothing": (
        lambda world: WebAcl(world.stack, "W", name="w", key=world.key, applies_to="ALB"),  # type: ignore[arg-type]
        ("applies_to='ALB'", "CLOUDFRONT or REGIONAL"),
    ),
    "an exception from no check": (
        lambda world: except_from_check(world.key.resource, "all", reason="because it is so", expires=date(2030, 1, 1)),
        ("check='all'", "CKV_AWS_18"),
    ),
    "an exception without a reason": (
        lambda world: except_from_check(world.key.resource, "CKV_AWS_7", reason="legacy", expires=date(2030, 1, 1)),
        ("'legacy'", "why the check is wrong here"),
    ),
}


@pytest.mark.parametrize("what", SPECS)
def test_a_spec_refuses_values_that_aws_would_refuse(what: str) -> None:
    """Field, value and way out are in the error, and the value never reaches a construct."""
    make, says = SPECS[what]
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the table says what it must say
        make()
    assert [part for part in says if part not in str(refusal.value)] == [], str(refusal.value)


@pytest.mark.parametrize("what", CONSTRUCTS)
def test_a_construct_refuses_what_aws_would_refuse(what: str) -> None:
    """Names, values and combinations that an apply would stumble over stop at construction."""
    define, says = CONSTRUCTS[what]
    world = World()
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the table says what it must say
        define(world)
    assert [part for part in says if part not in str(refusal.value)] == [], str(refusal.value)
