"""A key per purpose, that rotates and names its users; TLS from the visitor to the load balancer."""

import json
import re
from typing import Any, Final

import pytest

from tests.support.synthesis import Synthesized
from tests.support.template import Template

# purpose (the key's alias) and the services that its policy names
KEYS: Final = {
    "logs": {"logs.us-east-1.amazonaws.com"},
    "data": {"elasticfilesystem.amazonaws.com", "backup.amazonaws.com"},
    "secrets": set(),
    "images": set(),
    "site": {"cloudfront.amazonaws.com"},
    "alarms": {"cloudwatch.amazonaws.com", "events.amazonaws.com", "budgets.amazonaws.com"},
}
# where each kind of resource says its key
ATTRIBUTES: Final = {
    "aws_cloudwatch_log_group": ("kms_key_id",),
    "aws_efs_file_system": ("kms_key_id",),
    "aws_backup_vault": ("kms_key_arn",),
    "aws_secretsmanager_secret": ("kms_key_id",),
    "aws_sns_topic": ("kms_master_key_id",),
    "aws_ecr_repository": ("encryption_configuration", 0, "kms_key"),
}
PURPOSES: Final = {
    "aws_cloudwatch_log_group": "LogKey",
    "aws_efs_file_system": "DataKey",
    "aws_backup_vault": "DataKey",
    "aws_secretsmanager_secret": "SecretKey",
    "aws_ecr_repository": "ImageKey",
}


@pytest.fixture(scope="module")
def stacks(synthesized: Synthesized) -> dict[str, Template]:
    return synthesized.of("prod")


def _all(stacks: dict[str, Template], kind: str) -> list[dict[str, Any]]:
    return [resource for stack in stacks.values() for resource in stack.resources(kind)]


def _at(resource: Any, path: tuple[str | int, ...]) -> str:
    for step in path:
        resource = resource[step]
    return str(resource)


def test_there_is_a_key_for_each_purpose(stacks: dict[str, Template]) -> None:
    """Logs, data, secrets, images, site and alarms each have a key of their own, under a readable name."""
    aliases = {alias["name"].removeprefix("alias/edgemind-prod-") for alias in _all(stacks, "aws_kms_alias")}
    assert aliases == set(KEYS)
    assert len(_all(stacks, "aws_kms_key")) == len(KEYS)


def test_every_key_rotates_and_is_hard_to_lose(stacks: dict[str, Template]) -> None:
    """Rotation is on; a deletion takes 30 days, and a plan that orders one is refused."""
    for key in _all(stacks, "aws_kms_key"):
        assert key["enable_key_rotation"] is True
        assert key["deletion_window_in_days"] == 30
        assert key["lifecycle"]["prevent_destroy"] is True


def test_every_key_names_its_users(stacks: dict[str, Template]) -> None:
    """A key's policy lets the account administer it, and names each service that may use it, and no other."""
    named = {}
    for stack in stacks.values():
        labels = stack.document["resource"].get("aws_kms_alias", {}).values()
        for alias in labels:
            label = re.fullmatch(r"\$\{aws_kms_key\.(\w+)\.key_id\}", alias["target_key_id"])
            assert label
            policy = json.loads(stack.document["resource"]["aws_kms_key"][label[1]]["policy"])
            principals = [statement["Principal"] for statement in policy["Statement"]]
            assert "*" not in json.dumps(principals)
            purpose = alias["name"].removeprefix("alias/edgemind-prod-")
            named[purpose] = {principal["Service"] for principal in principals if "Service" in principal}
    assert named == KEYS


@pytest.mark.parametrize("kind", ATTRIBUTES)
def test_everything_at_rest_has_a_key_of_ours(kind: str, stacks: dict[str, Template]) -> None:
    """Logs, files, backups, secrets, alarms and images name a customer-managed key, and the one of their purpose."""
    resources = _all(stacks, kind)
    assert resources
    for resource in resources:
        key = _at(resource, ATTRIBUTES[kind])
        assert key.startswith("${")
        assert PURPOSES.get(kind, "") in key or "remote_state" in key


def test_buckets_have_a_key_of_ours_but_for_access_logs(stacks: dict[str, Template]) -> None:
    """The site's bucket has its own key; what load balancers deliver to takes S3's own keys only."""
    found = {}
    for stack in stacks.values():
        names = {
            f"${{aws_s3_bucket.{label}.id}}": bucket["bucket"]
            for label, bucket in stack.document["resource"].get("aws_s3_bucket", {}).items()
        }
        for rule in stack.resources("aws_s3_bucket_server_side_encryption_configuration"):
            default = rule["rule"][0]["apply_server_side_encryption_by_default"]
            found[names[rule["bucket"]]] = default["sse_algorithm"]
    assert {name: algorithm for name, algorithm in found.items() if algorithm != "aws:kms"} == {
        "edgemind-prod-backend-access-logs": "AES256",
        "edgemind-prod-frontend-access-logs": "AES256",
    }
    assert found["edgemind-prod-frontend"] == "aws:kms"


def test_visitors_get_tls_1_2_or_newer(stacks: dict[str, Template]) -> None:
    """The distribution takes TLS 1.2 (2021) at least, and no path answers over plain HTTP."""
    site = stacks["frontend"].only("aws_cloudfront_distribution")
    assert site["viewer_certificate"]["minimum_protocol_version"] == "TLSv1.2_2021"
    behaviors = [site["default_cache_behavior"], *site["ordered_cache_behavior"]]
    assert len(behaviors) == 7
    assert {behavior["viewer_protocol_policy"] for behavior in behaviors} <= {"redirect-to-https", "https-only"}


def test_the_load_balancer_takes_tls_only(stacks: dict[str, Template]) -> None:
    """Its one listener is HTTPS with a policy of TLS 1.3 and 1.2, and CloudFront speaks nothing else to it."""
    (listener,) = stacks["backend"].resources("aws_lb_listener")
    assert listener["protocol"] == "HTTPS"
    assert listener["ssl_policy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    origin = stacks["frontend"].only("aws_cloudfront_vpc_origin")["vpc_origin_endpoint_config"][0]
    assert origin["origin_protocol_policy"] == "https-only"
    assert origin["origin_ssl_protocols"][0]["items"] == ["TLSv1.2"]


def test_files_are_mounted_over_tls_and_refused_without(stacks: dict[str, Template]) -> None:
    """Tasks mount with transit encryption and IAM, and the file system denies everything that comes without TLS."""
    for policy in _all(stacks, "aws_efs_file_system_policy"):
        denied = [s for s in json.loads(policy["policy"])["Statement"] if s["Effect"] == "Deny"]
        assert [s["Condition"] for s in denied] == [{"Bool": {"aws:SecureTransport": "false"}}]
    volumes = [
        volume["efs_volume_configuration"]
        for task in _all(stacks, "aws_ecs_task_definition")
        for volume in task.get("volume") or []
        if "efs_volume_configuration" in volume
    ]
    assert len(volumes) == 2
    for volume in volumes:
        assert volume["transit_encryption"] == "ENABLED"
        assert volume["authorization_config"]["iam"] == "ENABLED"


def test_buckets_and_topics_refuse_plain_http(stacks: dict[str, Template]) -> None:
    """Every bucket policy and topic policy denies what does not come over TLS."""
    documents = [*_all(stacks, "aws_s3_bucket_policy"), *_all(stacks, "aws_sns_topic_policy")]
    assert len(documents) == 4
    for document in documents:
        denied = [s for s in json.loads(document["policy"])["Statement"] if s["Effect"] == "Deny"]
        assert {"Bool": {"aws:SecureTransport": "false"}} in [s["Condition"] for s in denied]
