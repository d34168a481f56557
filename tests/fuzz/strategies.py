"""Environment files: any tree of values, mutations of the good one, and good ones of every kind."""

import copy
import tomllib
from ipaddress import IPv4Network
from typing import Any, Final

from hypothesis import strategies as st

from constructs_lib.endpoint_services import ENDPOINT_SERVICES
from constructs_lib.fargate_size import MEMORY_MIB_BY_CPU_UNITS
from tools import toolchain

Json = dict[str, Any]
GOOD: Final[Json] = tomllib.loads((toolchain.ROOT / "environments" / "prod.toml").read_text(encoding="utf-8"))

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=40)
    | st.dates()
    | st.sampled_from(["", "${path.module}", "%{ if true }", "../../etc", "a" * 500, "10.0.0.0/99", "\x00", "*", "🦀"])
)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=12,
)
documents = st.dictionaries(st.sampled_from([*GOOD, "x", ""]) | st.text(max_size=20), trees, max_size=12)


def _places(tree: Json, above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for key, value in tree.items():
        found.append((*above, key))
        if isinstance(value, dict):
            found += _places(value, (*above, key))
    return found


@st.composite
def mutations(draw: st.DrawFn) -> Json:
    """Return the good environment with one to three keys removed, renamed or given any value."""
    tree = copy.deepcopy(GOOD)
    for _ in range(draw(st.integers(1, 3))):
        *above, key = draw(st.sampled_from(_places(GOOD)))
        table = tree
        for step in above:
            table = table.get(step, {}) if isinstance(table.get(step), dict) else {}
        match draw(st.sampled_from(["drop", "rename", "replace"])):
            case "drop":
                table.pop(key, None)
            case "rename":
                table[draw(st.text(max_size=20))] = table.pop(key, None)
            case _:
                table[key] = draw(trees)
    return tree


words = st.text(st.characters(min_codepoint=32, max_codepoint=126) | st.sampled_from("äß€🦀\t"), max_size=30).filter(
    lambda text: "${" not in text and "%{" not in text
)
names = st.from_regex(r"[a-z][a-z0-9]{1,9}", fullmatch=True)
labels = st.from_regex(r"[a-z]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)


@st.composite
def networks(draw: st.DrawFn) -> Json:
    """Return a network that is allowed: new with any way out, or an existing one."""
    if draw(st.booleans()):
        ids = st.from_regex(r"[0-9a-f]{8,17}", fullmatch=True)
        subnets = draw(st.lists(ids, min_size=2, max_size=4, unique=True))
        return {"vpc_id": f"vpc-{draw(ids)}", "private_subnet_ids": [f"subnet-{one}" for one in subnets]}
    zones = draw(st.lists(st.sampled_from("abcdef"), min_size=2, max_size=4, unique=True))
    prefix = draw(st.integers(16, 22))
    number = draw(st.integers(0, 2 ** (prefix - 8) - 1))
    base = int(IPv4Network("10.0.0.0/8").network_address) + number * 2 ** (32 - prefix)
    nat = draw(st.sampled_from(["per_zone", "single", "none"]))
    endpoints = draw(st.lists(st.sampled_from(sorted(ENDPOINT_SERVICES)), unique=True, min_size=nat == "none"))
    return {
        "cidr": str(IPv4Network((base, prefix))),
        "availability_zones": [f"us-east-1{zone}" for zone in zones],
        "nat": nat,
        "interface_endpoints": endpoints,
    }


@st.composite
def sizes(draw: st.DrawFn) -> Json:
    """Return a task size that Fargate runs."""
    cpu = draw(st.sampled_from(sorted(MEMORY_MIB_BY_CPU_UNITS)))
    memory = draw(st.sampled_from(MEMORY_MIB_BY_CPU_UNITS[cpu]))
    return {"cpu_units": cpu, "memory_mib": memory, "architecture": draw(st.sampled_from(["X86_64", "ARM64"]))}


@st.composite
def domains(draw: st.DrawFn) -> Json:
    """Return a domain in a zone that is made or found."""
    zone = f"{draw(labels)}.example.com"
    inside = draw(st.booleans())
    return {"name": zone if inside else f"{draw(labels)}.{zone}", "zone": zone, "create_zone": draw(st.booleans())}


@st.composite
def environments(draw: st.DrawFn) -> Json:
    """Return an environment that is allowed."""
    least = draw(st.integers(1, 10))
    variables = st.dictionaries(st.from_regex(r"X_[A-Z0-9_]{1,12}", fullmatch=True), words, max_size=3)
    chroma = draw(st.sampled_from([("0.6.3", "/chroma/chroma"), ("1.5.9", "/data")]))
    tree: Json = {
        "name": draw(names),
        "project": draw(names),
        "secret_prefix": draw(names),
        "private_namespace": f"{draw(labels)}.local",
        "network": draw(networks()),
        "logs": {"retention_days": draw(st.sampled_from([30, 90, 365, 3653]))},
        "backend": draw(sizes())
        | {
            "min_tasks": least,
            "max_tasks": draw(st.integers(least, 100)),
            "cpu_target_percent": draw(st.integers(10, 90)),
            "memory_target_percent": draw(st.integers(10, 90)),
            "spot_percent": draw(st.integers(0, 100)),
            "read_only_root": draw(st.booleans()),
            "bedrock_model_id": "amazon.nova-pro-v1:0",
            "environment": draw(variables),
            "cmms": {"enabled": draw(st.booleans())},
        },
        "influxdb": draw(sizes()) | {"image": "influxdb:2.7.12", "organization": draw(words.filter(bool))},
        "chromadb": draw(sizes())
        | {
            "image": f"chromadb/chroma:{chroma[0]}",
            "data_path": chroma[1],
        },
        "backups": {"retention_days": draw(st.integers(7, 3650))},
        "frontend": {"price_class": draw(st.sampled_from(["PriceClass_100", "PriceClass_200", "PriceClass_All"]))},
        "github": {"owner": "o", "repository": "r", "create_provider": draw(st.booleans())},
    }
    return tree | ({"domain": draw(domains())} if draw(st.booleans()) else {})
