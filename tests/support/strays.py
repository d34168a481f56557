"""What an account holds although no Terraform state knows it, asked of AWS and of the state files alone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.support.local_account import LocalAccount

Json = dict[str, Any]


def strays(account: LocalAccount) -> dict[str, str]:
    """Return the Terraform types, by id, of what AWS holds and no state of *account* knows."""
    known = {
        str(instance["attributes"].get(key))
        for resource in _resources(account.server.state_dir)
        for instance in resource["instances"]
        for key in ("id", "arn")
    }
    return {found: kind for kind, found in _held(account) if found not in known}


def begun(account: LocalAccount) -> set[str]:
    """Return the types of what some state knows as begun and not as finished."""
    return {found["type"] for found in _resources(account.server.state_dir) if not found["instances"]}


def _resources(folder: Path) -> list[Json]:
    found = []
    for path in folder.glob("*.tfstate"):
        try:
            document = json.loads(path.read_text())
        except ValueError:
            continue  # Terraform writes it this moment
        found += [resource for resource in document.get("resources", []) if resource["mode"] == "managed"]
    return found


# type, service, operation, where the items are, what their id is called; all of them are the account's own
HELD = (
    ("aws_nat_gateway", "ec2", "describe_nat_gateways", "NatGateways", "NatGatewayId"),
    ("aws_eip", "ec2", "describe_addresses", "Addresses", "AllocationId"),
    ("aws_flow_log", "ec2", "describe_flow_logs", "FlowLogs", "FlowLogId"),
    ("aws_acm_certificate", "acm", "list_certificates", "CertificateSummaryList", "CertificateArn"),
    ("aws_efs_file_system", "efs", "describe_file_systems", "FileSystems", "FileSystemId"),
    ("aws_efs_access_point", "efs", "describe_access_points", "AccessPoints", "AccessPointId"),
    ("aws_backup_plan", "backup", "list_backup_plans", "BackupPlansList", "BackupPlanId"),
    ("aws_service_discovery_private_dns_namespace", "servicediscovery", "list_namespaces", "Namespaces", "Id"),
    ("aws_lb", "elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerArn"),
    ("aws_ecs_task_definition", "ecs", "list_task_definitions", "taskDefinitionArns", ""),
    ("aws_cloudfront_distribution", "cloudfront", "list_distributions", "DistributionList", "Id"),
    ("aws_cloudfront_vpc_origin", "cloudfront", "list_vpc_origins", "VpcOriginList", "Id"),
)  # fmt: skip


def _held(account: LocalAccount) -> Iterator[tuple[str, str]]:
    for kind, service, operation, place, key in HELD:
        answer = getattr(account.client(service), operation)()[place]
        items = answer.get("Items", []) if isinstance(answer, dict) else answer
        yield from ((kind, item[key] if key else item) for item in items)
    yield from _in_vpcs(account.client("ec2"))
    kms = account.client("kms")
    for key in kms.list_keys()["Keys"]:
        if kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyManager"] == "CUSTOMER":
            yield "aws_kms_key", key["KeyId"]
    # the namespace's own zone belongs to Cloud Map
    for zone in account.client("route53").list_hosted_zones()["HostedZones"]:
        if not zone["Config"]["PrivateZone"]:
            yield "aws_route53_zone", zone["Id"].rpartition("/")[2]


def _in_vpcs(ec2: Any) -> Iterator[tuple[str, str]]:
    own = [{"Name": "is-default", "Values": ["false"]}]
    vpcs = [found["VpcId"] for found in ec2.describe_vpcs(Filters=own)["Vpcs"]]
    yield from (("aws_vpc", found) for found in vpcs)
    yield from (("aws_subnet", s["SubnetId"]) for s in ec2.describe_subnets()["Subnets"] if s["VpcId"] in vpcs)
    groups = ec2.describe_security_groups()["SecurityGroups"]
    yield from (("aws_security_group", group["GroupId"]) for group in groups if group["VpcId"] in vpcs)
