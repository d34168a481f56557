"""Faults of the system that this one replaces, one test each: none of them can come back."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from constructs_lib.image_reference import ImageReference
from constructs_lib.secret import Secret, SecretKey
from tests.support.roles import as_list, policies, roles_of
from tests.support.synthesis import Synthesized
from tests.support.template import Template, contains
from tests.support.world import World
from tools import toolchain

ENVIRONMENTS = ("prod", "plain", "guest")


def _containers(stacks: dict[str, Template]) -> list[dict[str, Any]]:
    definitions = [task for stack in stacks.values() for task in stack.resources("aws_ecs_task_definition")]
    return [json.loads(definition["container_definitions"])[0] for definition in definitions]


def _stateful(stack: Template) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return (service, task definition) of everything that mounts a file system."""
    tasks = {
        f"${{aws_ecs_task_definition.{label}.arn}}": task
        for label, task in stack.document["resource"].get("aws_ecs_task_definition", {}).items()
    }
    services = [(service, tasks[service["task_definition"]]) for service in stack.resources("aws_ecs_service")]
    return [
        (service, task)
        for service, task in services
        if any("efs_volume_configuration" in volume for volume in task.get("volume") or [])
    ]


def test_a_container_reads_only_keys_that_its_secret_has(synthesized: Synthesized) -> None:
    """Every injected variable names a key; those of the generated secret are among the keys that it is written with."""
    stacks = synthesized.of("prod")
    (version,) = stacks["data"].resources("aws_secretsmanager_secret_version")
    declared = set(re.findall(r'[{,]"(\w+)":', version["secret_string_wo"]))
    assert declared == {"url", "org", "bucket", "token", "password"}
    injected = [secret["valueFrom"] for container in _containers(stacks) for secret in container["secrets"]]
    assert len(injected) == 12
    for value_from in injected:
        assert (match := re.fullmatch(r"\$\{.+\}:(\w+)::", value_from)), value_from
        if "InfluxdbSecret" in value_from:
            assert match[1] in declared


def test_a_key_that_a_secret_does_not_declare_cannot_be_named() -> None:
    """Not even by going around the secret's own method."""
    world = World()
    secret = Secret(world.stack, "Secret", name="s", description="d", key=world.key, supplied=["host"])
    with pytest.raises(ValueError, match="declares no key 'hostname'"):
        SecretKey(secret, "hostname")


@pytest.mark.parametrize("file", sorted((toolchain.ROOT / "environments").glob("*.toml")), ids=lambda file: file.stem)
def test_data_meets_the_image_that_was_looked_at_and_no_other(file: Path) -> None:
    """What is deployed names its data images by version, for people, and by digest, for the registry."""
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    for service in ("influxdb", "chromadb"):
        image = ImageReference.parse(tables[service]["image"])
        assert image.tag, image
        assert image.digest, image


def test_the_vector_store_is_mounted_where_its_version_writes(synthesized: Synthesized) -> None:
    """ChromaDB 1.x keeps its data in /data, the image is pinned, and that is where the file system is."""
    (container,) = [c for c in _containers(synthesized.of("prod")) if c["name"] == "chromadb"]
    assert re.search(r":1\.\d", container["image"])
    assert [mount["containerPath"] for mount in container["mountPoints"]] == ["/data"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_files_never_have_two_writers(environment: str, synthesized: Synthesized) -> None:
    """What mounts a file system has one task, stops before its successor starts, and does not scale."""
    stack = synthesized.of(environment)["data"]
    services = _stateful(stack)
    assert len(services) == 2
    for service, _ in services:
        assert service["desired_count"] == 1
        assert service["deployment_minimum_healthy_percent"] == 0
        assert service["deployment_maximum_percent"] == 100
        assert [one["capacity_provider"] for one in service["capacity_provider_strategy"]] == ["FARGATE"]
    assert stack.resources("aws_appautoscaling_target") == []


def test_no_secret_header_is_needed_or_written_down(synthesized: Synthesized) -> None:
    """CloudFront reaches the load balancer through a VPC origin, so there is no header to verify and none in git."""
    for environment in ENVIRONMENTS:
        site = synthesized.of(environment)["frontend"].only("aws_cloudfront_distribution")
        assert [origin for origin in site["origin"] if "custom_header" in origin] == []
        assert [origin for origin in site["origin"] if "custom_origin_config" in origin] == []
        (backend,) = [origin for origin in site["origin"] if origin["origin_id"] == "backend"]
        assert "vpc_origin_id" in backend["vpc_origin_config"]


def test_cloudfront_speaks_https_to_the_load_balancer(synthesized: Synthesized) -> None:
    """With a domain the VPC origin takes HTTPS only, with TLS 1.2, and the one listener is HTTPS."""
    stacks = synthesized.of("prod")
    assert stacks["frontend"].has(
        "aws_cloudfront_vpc_origin",
        {"vpc_origin_endpoint_config": [{"origin_protocol_policy": "https-only"}]},
    )
    listener = stacks["backend"].only("aws_lb_listener")
    assert (listener["protocol"], listener["port"]) == ("HTTPS", 443)
    assert listener["ssl_policy"].startswith("ELBSecurityPolicy-TLS13-1-2")


def test_nobody_gets_root_access_to_files(synthesized: Synthesized) -> None:
    """No policy of any kind allows ClientRootAccess, by name or by wildcard, and access points are not root's."""
    for stack in synthesized.stacks.values():
        for address, policy in policies(stack):
            allowed = [
                s for s in policy["Statement"] if s["Effect"] == "Allow" and not address.startswith("aws_kms_key")
            ]
            actions = {action.lower() for statement in allowed for action in as_list(statement["Action"])}
            assert not actions & {"elasticfilesystem:*", "elasticfilesystem:client*", "*"}, address
            assert "elasticfilesystem:clientrootaccess" not in actions, address
        for point in stack.resources("aws_efs_access_point"):
            assert point["posix_user"]["uid"] != 0
            assert point["posix_user"]["gid"] != 0


def test_the_application_cannot_read_secrets(synthesized: Synthesized) -> None:
    """Secrets are read by execution roles alone, before the application starts."""
    readers = {
        name
        for name, role in roles_of(synthesized.of("prod")).items()
        if any(action.startswith("secretsmanager:") for action in role.actions())
    }
    assert readers == {"edgemind-prod-backend-execution", "edgemind-prod-influxdb-execution"}


def test_a_change_of_anything_in_the_image_deploys_it() -> None:
    """The paths that start the backend's deployment include config/, which the image copies."""
    workflow = (toolchain.ROOT / ".github" / "workflows" / "deploy-backend.yml").read_text(encoding="utf-8")
    for path in ("server.js", "lib/**", "config/**", "package.json", "package-lock.json", "Dockerfile"):
        assert f"- {path}\n" in workflow


def test_the_infrastructure_does_not_say_which_image_runs(synthesized: Synthesized) -> None:
    """The backend's image is what delivery published; no task definition names a tag that moves."""
    for environment in ENVIRONMENTS:
        stacks = synthesized.of(environment)
        for container in _containers(stacks):
            assert not container["image"].endswith(":latest")
        (backend,) = [c for c in _containers(stacks) if c["name"] == "backend"]
        assert re.fullmatch(r"\$\{aws_ssm_parameter\.Image_\w+\.insecure_value\}", backend["image"])
        parameter = [p for p in stacks["backend"].resources("aws_ssm_parameter") if p["name"].endswith("/image")]
        assert parameter[0]["lifecycle"]["ignore_changes"] == ["insecure_value", "value"]


def test_no_delivery_role_can_do_another_ones_job(synthesized: Synthesized) -> None:
    """Publishing images, deploying the service and publishing the site are three roles with three trusts."""
    roles = {name: role for name, role in roles_of(synthesized.of("prod")).items() if "delivery" in name}
    assert len(roles) >= 3
    subjects = [
        subject
        for role in roles.values()
        for statement in role.trust
        for subject in as_list(statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"])
    ]
    assert len(subjects) == len(set(subjects))
    assert not any("*" in subject for subject in subjects)
    jobs = ("ecr:UploadLayerPart", "ecs:UpdateService", "cloudfront:CreateInvalidation")
    for job in jobs:
        assert len([name for name, role in roles.items() if job in role.actions()]) == 1


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_tasks_have_no_public_address(environment: str, synthesized: Synthesized) -> None:
    """Services ask for none, and no subnet gives one away."""
    stacks = synthesized.of(environment)
    services = [service for stack in stacks.values() for service in stack.resources("aws_ecs_service")]
    assert len(services) == 3
    assert all(contains(s, {"network_configuration": {"assign_public_ip": False}}) for s in services)
    subnets = stacks["network"].resources("aws_subnet")
    assert all(subnet["map_public_ip_on_launch"] is False for subnet in subnets)
