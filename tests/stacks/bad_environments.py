"""The table of bad environment files: what is changed in a good one, and what the error must say."""

import tomllib
from dataclasses import dataclass
from typing import Final

from tools import toolchain

_GOOD: Final = tomllib.loads((toolchain.ROOT / "environments" / "prod.toml").read_text(encoding="utf-8"))
INFLUXDB: Final = f'"{_GOOD["influxdb"]["image"]}"'


@dataclass(frozen=True, slots=True)
class Bad:
    """One mistake in an environment file.

    Attributes:
        what: The mistake, in words.
        old: Text of the good file.
        new: What somebody wrote instead.
        says: What the error must name: the key, the value, and the way out.
    """

    what: str
    old: str
    new: str
    says: tuple[str, ...]


TABLE: Final = (
    # keys
    Bad("unknown key", "min_tasks = 1", "min_task = 1", ("backend.min_task = 1", "did you mean 'min_tasks'?")),
    Bad("unknown table", "[backups]", "[backup]", ("backup", "did you mean 'backups'?")),
    Bad(
        "key of another table", 'nat = "per_zone"', "retention_days = 7", ("network.retention_days = 7", "unknown key")
    ),
    Bad("key missing", f"image = {INFLUXDB}\n", "", ("influxdb.image", "is missing", "version tag or a digest")),
    Bad("key missing at the top", 'secret_prefix = "edgemind"\n', "", ("secret_prefix", "is missing", "add it")),
    Bad("table missing", 'owner = "concept-reply"\n', "", ("github.owner", "is missing", "User or organization")),
    Bad("count for a data service", 'bucket = "factory"', "max_tasks = 3", ("influxdb.max_tasks = 3", "unknown key")),
    Bad(
        "scaling for a data service",
        "cpu_units = 256",
        "cpu_units = 256\nmin_tasks = 2",
        ("chromadb.min_tasks = 2", "unknown key"),
    ),
    # types
    Bad(
        "text for a number", "min_tasks = 1", 'min_tasks = "1"', ("backend.min_tasks = '1'", "integer", "Fewest tasks")
    ),
    Bad("number for text", 'region = "us-east-1"', "region = 1", ("region = 1", "'us-east-1'")),
    Bad("fraction for a number", "max_tasks = 4", "max_tasks = 4.5", ("backend.max_tasks = 4.5", "integer")),
    Bad("truth value for text", 'bucket = "factory"', "bucket = true", ("influxdb.bucket = True", "string")),
    Bad("text for a truth value", "enabled = true", 'enabled = "yes"', ("backend.cmms.enabled = 'yes'", "boolean")),
    Bad("text for a list", '["us-east-1a", "us-east-1b"]', '"us-east-1a"', ("network.availability_zones", "list")),
    Bad("text for a table", "[backups]\nretention_days = 35", "[[backups]]\nretention_days = 35", ("backups", "table")),
    Bad("time for text", 'name = "prod"', "name = 2026-01-01", ("name", "string")),
    # names
    Bad("capitals in a name", 'name = "prod"', 'name = "Prod"', ("name = 'Prod'", "lower-case", "2 to 16")),
    Bad("name is not the file's", 'name = "prod"', 'name = "live"', ("name = 'live'", "rename the file")),
    Bad(
        "too long for AWS after prefixing",
        'project = "edgemind"',
        'project = "edgemindmanufacturin"',
        ("'edgemindmanufacturin-prod-backend'", "32", "shorten"),
    ),
    Bad("project with a hyphen", 'project = "edgemind"', 'project = "edge-mind"', ("project = 'edge-mind'", "digits")),
    Bad(
        "slash at the end",
        'secret_prefix = "edgemind"',
        'secret_prefix = "edgemind/"',
        ("secret_prefix = 'edgemind/'",),
    ),
    Bad("region without CloudFront's parts", 'region = "us-east-1"', 'region = "eu-west-1"', ("region = 'eu-west-1'",)),
    Bad("no domain name", '"edgemind.local"', '"edgemind local"', ("private_namespace = 'edgemind local'", "labels")),
    # network
    Bad("no range", '"10.42.0.0/16"', '"10.42/16"', ("network.cidr = '10.42/16'", "10.0.0.0/16")),
    Bad("host bits set", '"10.42.0.0/16"', '"10.42.0.1/16"', ("network.cidr = '10.42.0.1/16'", "10.42.0.0/16")),
    Bad("range too small", '"10.42.0.0/16"', '"10.42.0.0/26"', ("10.42.0.0/26", "too small", "or larger")),
    Bad("range too large", '"10.42.0.0/16"', '"10.0.0.0/8"', ("10.0.0.0/8", "/16 to /28")),
    Bad("public range", '"10.42.0.0/16"', '"8.8.0.0/16"', ("network.cidr = '8.8.0.0/16'", "private")),
    Bad("IPv6 range", '"10.42.0.0/16"', '"fd00::/56"', ("network.cidr = 'fd00::/56'", "IPv4")),
    Bad("one zone with a load balancer", ', "us-east-1b"', "", ("availability_zones", "two or more")),
    Bad("a zone twice", '"us-east-1b"', '"us-east-1a"', ("availability_zones", "twice")),
    Bad("zone of another region", '"us-east-1b"', '"eu-west-1b"', ("'eu-west-1b'", "us-east-1")),
    Bad(
        "unknown way out", 'nat = "per_zone"', 'nat = "two"', ("network.nat = 'two'", "'per_zone', 'single' or 'none'")
    ),
    Bad("no way out", 'nat = "per_zone"', 'nat = "none"', ("network", "interface_endpoints")),
    Bad(
        "unknown endpoint",
        'nat = "per_zone"',
        'nat = "none"\ninterface_endpoints = ["s4"]',
        ("interface_endpoints", "'s4'", "secretsmanager"),
    ),
    Bad(
        "two networks",
        'cidr = "10.42.0.0/16"',
        'cidr = "10.42.0.0/16"\nvpc_id = "vpc-0a1b2c3d"',
        ("network", "not both"),
    ),
    Bad(
        "existing network without its subnets",
        'cidr = "10.42.0.0/16"\navailability_zones = ["us-east-1a", "us-east-1b"]',
        'vpc_id = "vpc-0a1b2c3d"',
        ("private_subnet_ids", "two"),
    ),
    Bad(
        "no VPC's id",
        'cidr = "10.42.0.0/16"\navailability_zones = ["us-east-1a", "us-east-1b"]',
        'vpc_id = "main"\nprivate_subnet_ids = ["subnet-1a", "subnet-1b"]',
        ("network.vpc_id = 'main'", "vpc-…"),
    ),
    # sizes and counts
    Bad("CPU that Fargate has not", "cpu_units = 512", "cpu_units = 500", ("cpu_units=500", "use one of 256, 512")),
    Bad("memory that does not fit", "memory_mib = 1024", "memory_mib = 8192", ("memory_mib=8192", "1024, 2048, 3072")),
    Bad("more least than most", "min_tasks = 1", "min_tasks = 9", ("min_tasks=9", "max_tasks=4")),
    Bad("no task", "min_tasks = 1", "min_tasks = 0", ("backend.min_tasks = 0", "greater than or equal to 1")),
    Bad("no percentage", "cpu_target_percent = 70", "cpu_target_percent = 700", ("cpu_target_percent = 700", "90")),
    Bad(
        "unknown architecture",
        "cpu_units = 512",
        'architecture = "arm"\ncpu_units = 512',
        ("backend.architecture = 'arm'", "'X86_64'", "'ARM64'"),
    ),
    Bad(
        "retention that is none",
        "retention_days = 365",
        "retention_days = 100",
        ("logs.retention_days = 100", "90, 120"),
    ),
    Bad("backups that are soon gone", "retention_days = 35", "retention_days = 1", ("backups.retention_days = 1", "7")),
    Bad("unknown price class", "PriceClass_100", "PriceClass_10", ("frontend.price_class", "'PriceClass_100'")),
    # images and data
    Bad("image without tag", INFLUXDB, '"influxdb"', ("influxdb.image = 'influxdb'", "not pinned")),
    Bad("image that moves", INFLUXDB, '"influxdb:latest"', ("'influxdb:latest'", "not pinned")),
    Bad("no image", INFLUXDB, '"influxdb 2.7"', ("'influxdb 2.7'", "repository:tag")),
    Bad("wrong digest", INFLUXDB, '"influxdb@sha256:abc"', ("'influxdb@sha256:abc'", "sha256")),
    Bad("data where the image writes none", '"/data"', '"/chroma/chroma"', ("data_path='/chroma/chroma'", "'/data'")),
    Bad("old image, new path", "chroma:1.5.9", "chroma:0.6.3", ("data_path='/data'", "'/chroma/chroma'")),
    Bad("relative path", '"/data"', '"data"', ("chromadb.data_path = 'data'", "absolute")),
    Bad("no duration", '"48h"', '"2 days"', ("influxdb.retention = '2 days'", "48h")),
    # domain
    Bad("domain without zone", 'zone = "edge-mind.concept-reply-sandbox.com"\n', "", ("domain.zone", "is missing")),
    Bad(
        "domain in another zone",
        'zone = "edge-mind.concept-reply-sandbox.com"',
        'zone = "example.com"',
        ("domain", "not in zone='example.com'"),
    ),
    Bad("domain with scheme", 'name = "edge-mind', 'name = "https://edge-mind', ("domain.name = 'https://edge-mind",)),
    # variables and delivery
    Bad(
        "secret among the variables",
        "[backend.cmms]",
        '[backend.environment]\nMQTT_PASSWORD = "x"\n[backend.cmms]',
        ("MQTT_PASSWORD", "Secrets Manager"),
    ),
    Bad(
        "variable that Terraform sets",
        "[backend.cmms]",
        '[backend.environment]\nPORT = "80"\n[backend.cmms]',
        ("PORT", "already"),
    ),
    Bad(
        "no variable's name",
        "[backend.cmms]",
        '[backend.environment]\nlog-level = "x"\n[backend.cmms]',
        ("'log-level'", "capitals, digits and _"),
    ),
    Bad(
        "an expression of Terraform",
        'bucket = "factory"',
        'bucket = "${path.cwd}"',
        ("bucket='${path.cwd}'", "expression"),
    ),
    Bad(
        "number as a variable",
        "[backend.cmms]",
        "[backend.environment]\nLIMIT = 5\n[backend.cmms]",
        ("backend.environment.LIMIT = 5", "string"),
    ),
    Bad("plain HTTP to the CMMS", "https://api.getm", "http://api.getm", ("backend.cmms.base_url", "https://")),
    Bad("unknown CMMS", 'provider = "maintainx"', 'provider = "maximo"', ("provider = 'maximo'", "'maintainx'")),
    Bad("any branch", 'branch = "main"', 'branch = "*"', ("github.branch = '*'", "no * or ?")),
    Bad("owner with a slash", '"concept-reply"', '"concept-reply/edgemind"', ("github.owner", "hyphens")),
    Bad("one of two numbers", 'branch = "main"', "owner_id = 5", ("owner_id and repository_id", "both or neither")),
    Bad(
        "directive that CSP has not",
        'price_class = "PriceClass_100"',
        'content_security_policy = { "script" = ["https://cdn.example.com"] }',
        ("content_security_policy", "'script'", "script-src"),
    ),
    Bad(
        "policy that allows everything",
        'price_class = "PriceClass_100"',
        'content_security_policy = { "script-src" = ["*"] }',
        ("content_security_policy", "script-src: '*'", "one origin"),
    ),
    # the file itself
    Bad("broken TOML", "[network]", "[network", ("is not TOML", "line")),
    Bad("a key twice", "min_tasks = 1", "min_tasks = 1\nmin_tasks = 2", ("is not TOML", "line")),
    Bad("a table twice", "[backups]", "[logs]\n[backups]", ("is not TOML",)),
)
