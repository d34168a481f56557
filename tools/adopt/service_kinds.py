"""How to find what the services are made of: keys, files, secrets, tasks, backups, and the site."""

from collections.abc import Iterator

from tools.adopt.aws import Account, Json
from tools.adopt.finder import Finder


def key(account: Account, want: Json) -> Iterator[str]:
    """By description; a key that waits for its deletion is none."""
    for found in account.each("kms", "list_keys", "Keys"):
        about = account.ask("kms", "describe_key", KeyId=found["KeyId"])["KeyMetadata"]
        if about.get("Description") == want["description"] and about["KeyState"] in ("Enabled", "Creating"):
            yield found["KeyId"]


def bucket(account: Account, want: Json) -> Iterator[str]:
    """By name; one without tags, which it gets right after its birth, only while nothing is in it."""
    name = want["bucket"]
    if not account.ask("s3", "head_bucket", Bucket=name):
        return
    tags = account.ask("s3", "get_bucket_tagging", Bucket=name).get("TagSet")
    if tags or not account.ask("s3", "list_objects_v2", Bucket=name, MaxKeys=1).get("KeyCount"):
        yield name


def secret(account: Account, want: Json) -> Iterator[str]:
    """By name, unless it is about to be deleted."""
    found = account.ask("secretsmanager", "describe_secret", SecretId=want["name"])
    if found and not found.get("DeletedDate"):
        yield found["ARN"]


def file_system(account: Account, want: Json) -> Iterator[str]:
    """By the token that makes its creation happen once."""
    token = want["creation_token"]
    for found in account.ask("efs", "describe_file_systems", CreationToken=token).get("FileSystems", []):
        yield found["FileSystemId"]


def access_point(account: Account, want: Json) -> Iterator[str]:
    """By tags, in its file system."""
    place = want["file_system_id"]
    for found in account.each("efs", "describe_access_points", "AccessPoints", FileSystemId=place):
        if {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])} == want["tags_all"]:
            yield found["AccessPointId"]


def mount_target(account: Account, want: Json) -> Iterator[str]:
    """By subnet: a file system has at most one in each."""
    place = want["file_system_id"]
    for found in account.ask("efs", "describe_mount_targets", FileSystemId=place).get("MountTargets", []):
        if found["SubnetId"] == want["subnet_id"]:
            yield found["MountTargetId"]


def backup_plan(account: Account, want: Json) -> Iterator[str]:
    """By name."""
    for found in account.each("backup", "list_backup_plans", "BackupPlansList"):
        if found["BackupPlanName"] == want["name"]:
            yield found["BackupPlanId"]


def backup_selection(account: Account, want: Json) -> Iterator[str]:
    """By name, in its plan."""
    plan = want["plan_id"]
    for found in account.each("backup", "list_backup_selections", "BackupSelectionsList", BackupPlanId=plan):
        if found["SelectionName"] == want["name"]:
            yield f"{plan}|{found['SelectionId']}"


def task_definition(account: Account, want: Json) -> Iterator[str]:
    """The newest revision of its family."""
    found = account.ask("ecs", "describe_task_definition", taskDefinition=want["family"])
    if found:
        yield found["taskDefinition"]["taskDefinitionArn"]


def service(account: Account, want: Json) -> Iterator[str]:
    """By name, in its cluster."""
    found = account.ask("ecs", "describe_services", cluster=want["cluster"], services=[want["name"]])
    for one in found.get("services", []):
        if one["status"] == "ACTIVE":
            yield f"{want['cluster'].rpartition('/')[2]}/{want['name']}"


def log_delivery(account: Account, want: Json) -> Iterator[str]:
    """By source and destination."""
    for found in account.each("logs", "describe_deliveries", "deliveries"):
        ends = (found["deliverySourceName"], found["deliveryDestinationArn"])
        if ends == (want["delivery_source_name"], want["delivery_destination_arn"]):
            yield found["id"]


def distribution(account: Account, want: Json) -> Iterator[str]:
    """By comment and names; AWS gives a name to one distribution only."""
    for found in account.each("cloudfront", "list_distributions", "DistributionList.Items"):
        names = sorted(found.get("Aliases", {}).get("Items", []))
        if found["Comment"] == want["comment"] and names == sorted(want.get("aliases") or []):
            yield found["Id"]


def vpc_origin(account: Account, want: Json) -> Iterator[str]:
    """By name, which carries a digest of its content."""
    name = want["vpc_origin_endpoint_config"][0]["name"]
    for found in account.ask("cloudfront", "list_vpc_origins").get("VpcOriginList", {}).get("Items", []):
        if found["Name"] == name:
            yield found["Id"]


def access_control(account: Account, want: Json) -> Iterator[str]:
    """By name, which is one of a kind in an account."""
    for found in account.each("cloudfront", "list_origin_access_controls", "OriginAccessControlList.Items"):
        if found["Name"] == want["name"]:
            yield found["Id"]


def cache_policy(account: Account, want: Json) -> Iterator[str]:
    """By name, which is one of a kind in an account."""
    for found in account.ask("cloudfront", "list_cache_policies", Type="custom")["CachePolicyList"].get("Items", []):
        if found["CachePolicy"]["CachePolicyConfig"]["Name"] == want["name"]:
            yield found["CachePolicy"]["Id"]


def headers_policy(account: Account, want: Json) -> Iterator[str]:
    """By name, which is one of a kind in an account."""
    every = account.ask("cloudfront", "list_response_headers_policies", Type="custom")
    for found in every["ResponseHeadersPolicyList"].get("Items", []):
        if found["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]["Name"] == want["name"]:
            yield found["ResponseHeadersPolicy"]["Id"]


def web_acl(account: Account, want: Json) -> Iterator[str]:
    """By name, in its scope."""
    for found in account.ask("wafv2", "list_web_acls", Scope=want["scope"]).get("WebACLs", []):
        if found["Name"] == want["name"]:
            yield f"{found['Id']}/{want['name']}/{want['scope']}"


def github(account: Account, want: Json) -> Iterator[str]:
    """By address: an account trusts an issuer once."""
    yield f"arn:aws:iam::{account.id}:oidc-provider/{want['url'].removeprefix('https://')}"


def budget(account: Account, want: Json) -> Iterator[str]:
    """By name."""
    yield f"{account.id}:{want['name']}"


SERVICES: dict[str, Finder] = {
    "aws_backup_plan": backup_plan,
    "aws_backup_selection": backup_selection,
    "aws_budgets_budget": budget,
    "aws_cloudfront_cache_policy": cache_policy,
    "aws_cloudfront_distribution": distribution,
    "aws_cloudfront_origin_access_control": access_control,
    "aws_cloudfront_response_headers_policy": headers_policy,
    "aws_cloudfront_vpc_origin": vpc_origin,
    "aws_cloudwatch_log_delivery": log_delivery,
    "aws_ecs_service": service,
    "aws_ecs_task_definition": task_definition,
    "aws_efs_access_point": access_point,
    "aws_efs_file_system": file_system,
    "aws_efs_mount_target": mount_target,
    "aws_iam_openid_connect_provider": github,
    "aws_kms_key": key,
    "aws_s3_bucket": bucket,
    "aws_secretsmanager_secret": secret,
    "aws_wafv2_web_acl": web_acl,
}
