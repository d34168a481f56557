"""Values that stand in for another stack's outputs until that stack was applied: right in shape, nobody's.

The AWS provider checks the shape of what it gets (an ARN where an ARN belongs) when it plans. Account 000000000000
belongs to nobody, so a stand-in is easy to find and never reaches a resource of someone else.
"""

import zlib
from collections.abc import Mapping

ACCOUNT = "000000000000"
REGION = "us-east-1"
NAME = "stand-in"
_HEX = "0" * 17
_UUID = "00000000-0000-0000-0000-000000000000"

# Where the provider knows the service, what follows the account; "" as region: global
_ARNS: Mapping[str, tuple[str, str, str]] = {
    "aws_acm_certificate": ("acm", REGION, f"certificate/{_UUID}"),
    "aws_acm_certificate_validation": ("acm", REGION, f"certificate/{_UUID}"),
    "aws_ecs_cluster": ("ecs", REGION, f"cluster/{NAME}"),
    "aws_iam_role": ("iam", "", f"role/{NAME}"),
    "aws_kms_key": ("kms", REGION, f"key/{_UUID}"),
    "aws_lb": ("elasticloadbalancing", REGION, f"loadbalancer/app/{NAME}/0000000000000000"),
    "aws_lb_target_group": ("elasticloadbalancing", REGION, f"targetgroup/{NAME}/0000000000000000"),
    "aws_secretsmanager_secret": ("secretsmanager", REGION, f"secret:{NAME}-000000"),
    "aws_sns_topic": ("sns", REGION, NAME),
    "aws_wafv2_web_acl": ("wafv2", REGION, f"global/webacl/{NAME}/{_UUID}"),
}
_IDS: Mapping[str, str] = {
    "aws_cloudfront_distribution": "E0000000000000",
    "aws_efs_access_point": f"fsap-{_HEX}",
    "aws_efs_file_system": f"fs-{_HEX}",
    "aws_kms_key": _UUID,
    "aws_route_table": f"rtb-{_HEX}",
    "aws_security_group": f"sg-{_HEX}",
    "aws_service_discovery_private_dns_namespace": "ns-0000000000000000",
    "aws_service_discovery_service": "srv-0000000000000000",
    "aws_subnet": f"subnet-{_HEX}",
    "aws_vpc": f"vpc-{_HEX}",
}
_SHAPES: Mapping[str, object] = {
    "arn_suffix": f"app/{NAME}/0000000000000000",
    "cidr_block": "192.0.2.0/24",
    "dns_name": f"{NAME}.{REGION}.elb.amazonaws.com",
    "domain_name": f"{NAME}.cloudfront.net",
    "hosted_zone_id": "Z0000000000000",
    "name_servers": ["ns-0.stand-in.invalid", "ns-1.stand-in.invalid"],
    "repository_url": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{NAME}",
    "revision": 0,
    "zone_id": "Z0000000000000",
}
_WORDS = frozenset({"bucket", "family", "function_name", "id", "name", "resource_id", "role"})


def placeholder(reference: str) -> object:
    """Return a value for *reference* (``aws_vpc.Name.id``) that the provider takes for a real one.

    Raises:
        ValueError: No value is known for this attribute.
    """
    kind, _, attribute = reference.removeprefix("data.").split(".", 2)
    if attribute == "id" and kind in _IDS:
        # two subnets must not look like one, where a list of them becomes a set
        serial = f"{zlib.crc32(reference.encode()):08x}"
        return _IDS[kind].replace(_HEX, _HEX[: -len(serial)] + serial)
    if attribute == "arn" or attribute.endswith("_arn"):
        service, region, resource = _ARNS.get(kind, (NAME, REGION, NAME))
        return f"arn:aws:{service}:{region}:{ACCOUNT}:{resource}"
    if attribute in _SHAPES:
        return _SHAPES[attribute]
    if attribute in _WORDS or attribute.endswith("_name"):
        return NAME
    raise ValueError(
        f"{reference} is read by another stack and has no stand-in for the plan before the first apply; "
        f"add {attribute!r} to stacks/placeholders.py"
    )
