"""No public path to bucket or load balancer: a walk over routes, groups, policies and rules of the applied account."""

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.support.local_account import LocalAccount

pytestmark = pytest.mark.local_aws

Json = dict[str, Any]
ANYWHERE = {"0.0.0.0/0", "::/0"}
SITE, LOGS = "edgemind-prod-frontend", "edgemind-prod-frontend-access-logs"
BUCKETS = (SITE, LOGS, "edgemind-prod-backend-access-logs")


class Account:
    """What the walk needs to know of the account, read through AWS's API."""

    def __init__(self, account: LocalAccount) -> None:
        self.account = account
        ec2, elb = account.client("ec2"), account.client("elbv2")
        vpcs = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["edgemind-prod"]}])["Vpcs"]
        self.vpc_id = vpcs[0]["VpcId"]
        of_vpc = [{"Name": "vpc-id", "Values": [self.vpc_id]}]
        self.tables: list[Json] = ec2.describe_route_tables(Filters=of_vpc)["RouteTables"]
        self.subnets: list[Json] = ec2.describe_subnets(Filters=of_vpc)["Subnets"]
        self.groups = {g["GroupId"]: g for g in ec2.describe_security_groups(Filters=of_vpc)["SecurityGroups"]}
        self.balancers: list[Json] = elb.describe_load_balancers()["LoadBalancers"]

    def has_way_from_internet(self, subnet_id: str) -> bool:
        """Tell whether the subnet's routes lead to an internet gateway, which is what makes a subnet public."""
        return any(str(route.get("GatewayId", "")).startswith("igw-") for route in self._routes(subnet_id))

    def _routes(self, subnet_id: str) -> list[Json]:
        tables = [t for t in self.tables if any(a.get("SubnetId") == subnet_id for a in t["Associations"])]
        tables = tables or [t for t in self.tables if any(a.get("Main") for a in t["Associations"])]
        return [route for table in tables for route in table["Routes"]]


@pytest.fixture(scope="module")
def walked(local_account: LocalAccount) -> Account:
    return Account(local_account)


@pytest.fixture(scope="module")
def site(local_account: LocalAccount) -> Json:
    """The configuration of the distribution that answers for the site."""
    found = local_account.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    (one,) = [item for item in found if "edge-mind.concept-reply-sandbox.com" in item["Aliases"].get("Items", [])]
    configuration: Json = local_account.client("cloudfront").get_distribution_config(Id=one["Id"])["DistributionConfig"]
    return configuration


def _policy(account: LocalAccount, bucket: str) -> list[Json]:
    statements: list[Json] = json.loads(account.client("s3").get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    return statements


def test_the_walk_sees_public_and_private_subnets(walked: Account) -> None:
    """Two subnets lead to the internet gateway and two do not: the walk can tell them apart."""
    public = [subnet for subnet in walked.subnets if walked.has_way_from_internet(subnet["SubnetId"])]
    assert (len(public), len(walked.subnets)) == (2, 4)
    assert not any(subnet["MapPublicIpOnLaunch"] for subnet in walked.subnets)


def test_the_load_balancer_is_internal_in_every_way(walked: Account) -> None:
    """Scheme internal, subnets without a route from the internet, one group that takes CloudFront's list only."""
    (balancer,) = walked.balancers
    assert balancer["Scheme"] == "internal"
    zones = [zone["SubnetId"] for zone in balancer["AvailabilityZones"]]
    assert len(zones) == 2
    assert not any(walked.has_way_from_internet(subnet_id) for subnet_id in zones)
    (group_id,) = balancer["SecurityGroups"]
    (permission,) = walked.groups[group_id]["IpPermissions"]
    assert (permission["FromPort"], permission["ToPort"]) == (443, 443)
    assert permission.get("IpRanges", []) == []
    assert permission.get("UserIdGroupPairs", []) == []
    assert len(permission["PrefixListIds"]) == 1


def test_tasks_and_files_are_in_private_subnets_without_addresses(walked: Account) -> None:
    """Services ask for no public address and, like mount targets, have no route from the internet."""
    ecs, efs = walked.account.client("ecs"), walked.account.client("efs")
    names = [f"edgemind-prod-{role}" for role in ("backend", "influxdb", "chromadb")]
    services = ecs.describe_services(cluster="edgemind-prod-cluster", services=names)["services"]
    assert len(services) == 3
    subnets = []
    for service in services:
        network = service["networkConfiguration"]["awsvpcConfiguration"]
        assert network["assignPublicIp"] == "DISABLED"
        subnets += network["subnets"]
    for system in efs.describe_file_systems()["FileSystems"]:
        targets = efs.describe_mount_targets(FileSystemId=system["FileSystemId"])["MountTargets"]
        subnets += [target["SubnetId"] for target in targets]
    assert len(subnets) == 10
    assert not any(walked.has_way_from_internet(subnet_id) for subnet_id in subnets)


def test_no_group_lets_the_internet_in(walked: Account) -> None:
    """No security group of the VPC has an ingress rule from anywhere; the default one has no rule at all."""
    for group in walked.groups.values():
        ranges = {
            found
            for permission in group["IpPermissions"]
            for found in (
                *(r["CidrIp"] for r in permission.get("IpRanges", [])),
                *(r["CidrIpv6"] for r in permission.get("Ipv6Ranges", [])),
            )
        }
        assert not ranges & ANYWHERE, group["GroupName"]
        if group["GroupName"] == "default":
            assert group["IpPermissions"] == []
            assert group["IpPermissionsEgress"] == []


def test_public_addresses_belong_to_nat_gateways_only(walked: Account) -> None:
    """There is an elastic address for each NAT gateway, under its name, and none more; nothing can connect to those.

    By name, because the emulator does not tell a gateway's addresses.
    """
    ec2 = walked.account.client("ec2")
    gateways = ec2.describe_nat_gateways()["NatGateways"]
    addresses = ec2.describe_addresses()["Addresses"]
    assert len(gateways) == 2
    assert sorted(map(_name, addresses)) == sorted(map(_name, gateways))
    assert not any(address.get("InstanceId") for address in addresses)


def test_the_load_balancer_answers_what_is_routed_and_nothing_else(walked: Account) -> None:
    """One HTTPS listener; rules forward the six path patterns; everything else gets a fixed 404."""
    elb = walked.account.client("elbv2")
    (listener,) = elb.describe_listeners(LoadBalancerArn=walked.balancers[0]["LoadBalancerArn"])["Listeners"]
    assert (listener["Port"], listener["Protocol"]) == (443, "HTTPS")
    rules = elb.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
    (default,) = [rule for rule in rules if rule["IsDefault"]]
    assert [action["Type"] for action in default["Actions"]] == ["fixed-response"]
    assert default["Actions"][0]["FixedResponseConfig"]["StatusCode"] == "404"
    patterns = set()
    for rule in rules:
        if not rule["IsDefault"]:
            assert [action["Type"] for action in rule["Actions"]] == ["forward"]
            (condition,) = rule["Conditions"]
            assert condition["Field"] == "path-pattern"
            patterns |= set(condition["PathPatternConfig"]["Values"])
    assert patterns == {"/health", "/health/*", "/api", "/api/*", "/ws", "/ws/*"}


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_is_closed_to_the_public(bucket: str, local_account: LocalAccount) -> None:
    """All four blocks are on, lists of access are off, and no statement lets a principal "*" do anything."""
    s3 = local_account.client("s3")
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True}
    assert len(block) == 4
    (ownership,) = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert ownership["ObjectOwnership"] == "BucketOwnerEnforced"
    for statement in _policy(local_account, bucket):
        if statement["Effect"] == "Allow":
            assert set(statement["Principal"]) == {"Service"}
        else:
            assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{local_account.endpoint}/{bucket}/index.html", timeout=20)  # noqa: S310 - the local endpoint
    assert refused.value.code == 403


def test_the_files_are_read_by_this_distribution_only(local_account: LocalAccount, site: Json) -> None:
    """The site's bucket allows CloudFront, bound to one distribution, to read and to see what is missing."""
    allowed = [statement for statement in _policy(local_account, SITE) if statement["Effect"] == "Allow"]
    assert {statement["Action"] for statement in allowed} == {"s3:GetObject", "s3:ListBucket"}
    for statement in allowed:
        assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        assert ":distribution/" in statement["Condition"]["StringEquals"]["aws:SourceArn"]
    (origin,) = [origin for origin in site["Origins"]["Items"] if origin["Id"] == "files"]
    assert origin["OriginAccessControlId"]


def test_log_buckets_are_written_by_services_below_their_prefix(local_account: LocalAccount) -> None:
    """Access logs are put by the services that make them and read through the account's own rights only."""
    for bucket in BUCKETS[1:]:
        for statement in _policy(local_account, bucket):
            if statement["Effect"] == "Allow":
                assert statement["Action"] == "s3:PutObject"
                assert statement["Resource"] != f"arn:aws:s3:::{bucket}/*"


def test_the_distribution_has_its_guards(local_account: LocalAccount, site: Json) -> None:
    """Firewall, TLS 1.2, HTTPS only, and security headers on every path."""
    assert ":global/webacl/edgemind-prod" in site["WebACLId"]
    assert site["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    behaviors = [site["DefaultCacheBehavior"], *site["CacheBehaviors"]["Items"]]
    assert len(behaviors) == 7
    for behavior in behaviors:
        assert behavior["ViewerProtocolPolicy"] in {"redirect-to-https", "https-only"}
        assert behavior["ResponseHeadersPolicyId"]
    headers = local_account.client("cloudfront").get_response_headers_policy(
        Id=behaviors[0]["ResponseHeadersPolicyId"]
    )["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    policy = headers["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 365 * 24 * 3600


def test_the_firewall_limits_inspects_and_logs(local_account: LocalAccount, site: Json) -> None:
    """The web ACL blocks by rate, uses AWS's managed groups and writes every request to a log group."""
    waf = local_account.client("wafv2")
    name, acl_id = site["WebACLId"].split("/")[-2:]
    acl = waf.get_web_acl(Name=name, Scope="CLOUDFRONT", Id=acl_id)["WebACL"]
    statements = [rule["Statement"] for rule in acl["Rules"]]
    assert sum("RateBasedStatement" in statement for statement in statements) == 1
    groups = {s["ManagedRuleGroupStatement"]["Name"] for s in statements if "ManagedRuleGroupStatement" in s}
    assert {"AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"} <= groups
    logging = waf.get_logging_configuration(ResourceArn=site["WebACLId"])["LoggingConfiguration"]
    assert len(logging["LogDestinationConfigs"]) == 1


def test_access_logs_are_kept_for_a_year(local_account: LocalAccount) -> None:
    """The buckets of access logs expire what is in them after 365 days, not sooner and not never."""
    s3 = local_account.client("s3")
    for bucket in BUCKETS[1:]:
        (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
        assert rule["Expiration"]["Days"] == 365
    sources = local_account.client("logs").describe_delivery_sources()["deliverySources"]
    assert [source["logType"] for source in sources if source["service"] == "cloudfront"] == ["ACCESS_LOGS"]


def _name(resource: Json) -> str:
    return next(str(tag["Value"]) for tag in resource["Tags"] if tag["Key"] == "Name")
