"""How to find what the network is made of: EC2, load balancing, names."""

from collections.abc import Iterator

from tools.adopt.aws import Account, Json
from tools.adopt.finder import Finder

LIVE = ("pending", "available")


def in_ec2(kind: str) -> Finder:
    """Return a finder by tags: EC2 gives them at birth, and the stacks name what is more than one of its kind."""

    def find(account: Account, want: Json) -> Iterator[str]:
        wanted = want["tags_all"]
        for key, tags in account.tagged_in_ec2("Stack", wanted.get("Stack", ""), kind).items():
            if tags == wanted:
                yield key

    return find


def nat_gateway(account: Account, want: Json) -> Iterator[str]:
    """By tags, only what is alive: a deleted one is shown for an hour."""
    states = [{"Name": "state", "Values": list(LIVE)}]
    for found in account.each("ec2", "describe_nat_gateways", "NatGateways", Filter=states):
        if {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])} == want["tags_all"]:
            yield found["NatGatewayId"]


def rule(*, egress: bool) -> Finder:
    """Return a finder of a security group's rule by all that it says; rules have no names."""

    def find(account: Account, want: Json) -> Iterator[str]:
        group = [{"Name": "group-id", "Values": [want["security_group_id"]]}]
        for found in account.each("ec2", "describe_security_group_rules", "SecurityGroupRules", Filters=group):
            same = (
                bool(found["IsEgress"]) == egress
                and str(found["IpProtocol"]) == str(want["ip_protocol"])
                and found.get("FromPort", -1) == (want.get("from_port") or -1)
                and found.get("CidrIpv4") == want.get("cidr_ipv4")
                and found.get("PrefixListId") == want.get("prefix_list_id")
                and found.get("ReferencedGroupInfo", {}).get("GroupId") == want.get("referenced_security_group_id")
            )
            if same:
                yield found["SecurityGroupRuleId"]

    return find


def vpc_endpoint(account: Account, want: Json) -> Iterator[str]:
    """By network and service."""
    place = [{"Name": "vpc-id", "Values": [want["vpc_id"]]}, {"Name": "service-name", "Values": [want["service_name"]]}]
    for found in account.each("ec2", "describe_vpc_endpoints", "VpcEndpoints", Filters=place):
        if found.get("State", "available").lower() not in ("deleting", "deleted"):
            yield found["VpcEndpointId"]


def load_balancer(account: Account, want: Json) -> Iterator[str]:
    """By name, which is one of a kind in a region."""
    for found in account.ask("elbv2", "describe_load_balancers", Names=[want["name"]]).get("LoadBalancers", []):
        yield found["LoadBalancerArn"]


def target_group(account: Account, want: Json) -> Iterator[str]:
    """By name, which is one of a kind in a region."""
    for found in account.ask("elbv2", "describe_target_groups", Names=[want["name"]]).get("TargetGroups", []):
        yield found["TargetGroupArn"]


def listener(account: Account, want: Json) -> Iterator[str]:
    """By port."""
    owner = want["load_balancer_arn"]
    for found in account.each("elbv2", "describe_listeners", "Listeners", LoadBalancerArn=owner):
        if found["Port"] == want["port"]:
            yield found["ListenerArn"]


def listener_rule(account: Account, want: Json) -> Iterator[str]:
    """By priority."""
    for found in account.each("elbv2", "describe_rules", "Rules", ListenerArn=want["listener_arn"]):
        if found["Priority"] == str(want["priority"]):
            yield found["RuleArn"]


def certificate(account: Account, want: Json) -> Iterator[str]:
    """By domain, issued or not; AWS lists only RSA keys unless asked."""
    keys = [f"RSA_{bits}" for bits in (1024, 2048, 3072, 4096)]
    keys += ["EC_prime256v1", "EC_secp384r1", "EC_secp521r1"]
    every = account.each("acm", "list_certificates", "CertificateSummaryList", Includes={"keyTypes": keys})
    for found in every:
        arn = found["CertificateArn"]
        if found["DomainName"] == want["domain_name"] and _tags_of_certificate(account, arn) == want["tags_all"]:
            yield arn


def _tags_of_certificate(account: Account, arn: str) -> dict[str, str]:
    tags = account.ask("acm", "list_tags_for_certificate", CertificateArn=arn).get("Tags", [])
    return {tag["Key"]: tag["Value"] for tag in tags}


def zone(account: Account, want: Json) -> Iterator[str]:
    """By name, comment and the reference that the provider makes: a zone is tagged half a minute after its birth."""
    for found in account.each("route53", "list_hosted_zones", "HostedZones"):
        about = found.get("Config", {})
        ours = str(found.get("CallerReference", "")).startswith("terraform-")
        same = found["Name"].rstrip(".") == want["name"].rstrip(".") and about.get("Comment") == want["comment"]
        if ours and same and not about.get("PrivateZone"):
            yield found["Id"].rpartition("/")[2]


def query_log(account: Account, want: Json) -> Iterator[str]:
    """The one of its zone."""
    place = want["zone_id"]
    for found in account.each("route53", "list_query_logging_configs", "QueryLoggingConfigs", HostedZoneId=place):
        yield found["Id"]


def namespace(account: Account, want: Json) -> Iterator[str]:
    """By name and description: the same name may exist in several networks."""
    for found in account.each("servicediscovery", "list_namespaces", "Namespaces"):
        if found["Name"] == want["name"] and found.get("Description") == want.get("description"):
            yield f"{found['Id']}:{want['vpc']}"


def discovery_service(account: Account, want: Json) -> Iterator[str]:
    """By name in its namespace."""
    place = [{"Name": "NAMESPACE_ID", "Values": [_namespace_of(want)]}]
    for found in account.each("servicediscovery", "list_services", "Services", Filters=place):
        if found["Name"] == want["name"]:
            yield found["Id"]


def _namespace_of(want: Json) -> str:
    settings = want.get("dns_config") or [{}]
    return str(want.get("namespace_id") or settings[0]["namespace_id"])


NETWORK: dict[str, Finder] = {
    "aws_vpc": in_ec2("vpc"),
    "aws_subnet": in_ec2("subnet"),
    "aws_internet_gateway": in_ec2("internet-gateway"),
    "aws_eip": in_ec2("elastic-ip"),
    "aws_route_table": in_ec2("route-table"),
    "aws_security_group": in_ec2("security-group"),
    "aws_flow_log": in_ec2("vpc-flow-log"),
    "aws_nat_gateway": nat_gateway,
    "aws_vpc_endpoint": vpc_endpoint,
    "aws_vpc_security_group_egress_rule": rule(egress=True),
    "aws_vpc_security_group_ingress_rule": rule(egress=False),
    "aws_lb": load_balancer,
    "aws_lb_target_group": target_group,
    "aws_lb_listener": listener,
    "aws_lb_listener_rule": listener_rule,
    "aws_acm_certificate": certificate,
    "aws_route53_zone": zone,
    "aws_route53_query_log": query_log,
    "aws_service_discovery_private_dns_namespace": namespace,
    "aws_service_discovery_service": discovery_service,
}
