"""A distribution in front of a load balancer and a bucket behaves as CloudFront does."""

from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.local_account import LocalAccount
from tests.support.stand_in import backend_stand_in

Client = Callable[[str], Any]
NAME = "app.example.com"
CACHING_OFF = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # Managed-CachingDisabled
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"  # Managed-AllViewer


def _balancer(client: Client, backend_port: int) -> tuple[str, str]:
    elb, ec2 = client("elbv2"), client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.98.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.98.{n}.0/24", AvailabilityZone=f"us-east-1{z}")["Subnet"][
            "SubnetId"
        ]
        for n, z in enumerate("ab")
    ]
    made = elb.create_load_balancer(Name="edge", Subnets=subnets, Scheme="internal")["LoadBalancers"][0]
    group = elb.create_target_group(Name="edge", Protocol="HTTP", Port=3000, VpcId=vpc, TargetType="ip")
    arn = group["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": "127.0.0.1", "Port": backend_port}])
    certificate = client("acm").request_certificate(DomainName=NAME)["CertificateArn"]
    elb.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"],
        Protocol="HTTPS",
        Port=8443,
        Certificates=[{"CertificateArn": certificate}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}],
    )
    return made["LoadBalancerArn"], made["DNSName"]


def _distribution(client: Client, balancer: tuple[str, str]) -> str:
    cloudfront = client("cloudfront")
    origin = cloudfront.create_vpc_origin(
        VpcOriginEndpointConfig={
            "Name": "edge",
            "Arn": balancer[0],
            "HTTPPort": 80,
            "HTTPSPort": 8443,
            "OriginProtocolPolicy": "https-only",
            "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]},
        }
    )["VpcOrigin"]
    made = cloudfront.create_distribution(
        DistributionConfig={
            "CallerReference": "edge",
            "Comment": "",
            "Enabled": True,
            "Aliases": {"Quantity": 1, "Items": [NAME]},
            "Origins": {
                "Quantity": 1,
                "Items": [{"Id": "app", "DomainName": balancer[1], "VpcOriginConfig": {"VpcOriginId": origin["Id"]}}],
            },
            "DefaultCacheBehavior": {
                "TargetOriginId": "app",
                "ViewerProtocolPolicy": "https-only",
                "CachePolicyId": CACHING_OFF,
                "OriginRequestPolicyId": ALL_VIEWER,
            },
        }
    )
    return str(made["Distribution"]["DomainName"])


@pytest.fixture(scope="module")
def edge(emulator: LocalAccount) -> Iterator[str]:
    """The own name of a distribution whose VPC origin is a load balancer with an HTTPS listener on port 8443."""
    with backend_stand_in() as port:
        yield _distribution(emulator.client, _balancer(emulator.client, port))


def _status(account: LocalAccount, host: str, path: str) -> int:
    url = urlsplit(account.endpoint)
    connection = HTTPConnection(url.hostname or "127.0.0.1", url.port, timeout=20)
    connection.request("GET", path, headers={"Host": host, "X-Forwarded-Proto": "https"})
    return connection.getresponse().status


def test_the_vpc_origins_port_and_protocol_are_used(emulator: LocalAccount, edge: str) -> None:
    """Under its alternate name, which the listener's certificate covers, the distribution reaches the backend."""
    assert edge.endswith(".cloudfront.net")
    assert _status(emulator, NAME, "/api/anything") == 200


def test_health_is_the_backends_and_not_the_emulators(emulator: LocalAccount, edge: str) -> None:
    """The path that the emulator answers itself belongs to the distribution when the Host names it."""
    assert edge
    assert _status(emulator, NAME, "/health") == 200
    assert _status(emulator, "nobody.example.com", "/_ministack/health") == 200


def test_a_certificate_for_another_name_fails(emulator: LocalAccount, edge: str) -> None:
    """Where the forwarded Host is not covered by the listener's certificate, CloudFront answers 502."""
    assert _status(emulator, edge, "/health") == 502


def test_a_bucket_without_a_policy_is_private(emulator: LocalAccount) -> None:
    """Without credentials neither reading nor writing nor listing is allowed; with them it is."""
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket="private-bucket")
    s3.put_object(Bucket="private-bucket", Key="a.txt", Body=b"a")
    host = urlsplit(emulator.endpoint).netloc
    assert _status(emulator, host, "/private-bucket/a.txt") == 403
    assert _status(emulator, host, "/private-bucket") == 403
    assert s3.get_object(Bucket="private-bucket", Key="a.txt")["Body"].read() == b"a"
