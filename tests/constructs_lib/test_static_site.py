from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cdktf import TerraformOutput, TerraformStack

from constructs_lib.certificate import Certificate
from constructs_lib.dns_zone import DnsZone
from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.iam import Role
from constructs_lib.log_bucket import LogBucket
from constructs_lib.site_distribution import SiteDomain
from constructs_lib.site_spec import SiteSpec
from constructs_lib.static_site import StaticSite, site_encryption_key
from constructs_lib.web_acl import WebAcl
from tests.support.template import Template, new_stack, parsed
from tests.support.terraform import refusals
from tests.support.world import Backend

DOMAIN = "shop.example.com"


def _domain(stack: TerraformStack) -> SiteDomain:
    zone = DnsZone(stack, "Zone", name="example.com", create=False)
    certificate = Certificate(stack, "Certificate", domain_name=DOMAIN, zone=zone)
    return SiteDomain(domain_name=DOMAIN, certificate=certificate, zone=zone)


def _site(stack: TerraformStack, *, named: bool = True, **arguments: Any) -> StaticSite:
    log_key = EncryptionKey(stack, "LogKey", alias="log", description="d")
    defaults: dict[str, Any] = {
        "name_prefix": "shop-prod",
        "bucket_name": "shop-prod-site",
        "spec": SiteSpec(),
        "backend": Backend() if named else Backend(https=False, port=80),
        "domain": _domain(stack) if named else None,
        "web_acl": WebAcl(stack, "WebAcl", name="shop", key=log_key),
        "log_bucket": LogBucket(stack, "Logs", name="shop-prod-logs"),
        "key": site_encryption_key(stack, "Key", alias="shop-site"),
    }
    return StaticSite(stack, "Site", **defaults | arguments)


@pytest.fixture(scope="module")
def named() -> Template:
    """A site with a domain."""
    return Template.build(_site)


@pytest.fixture(scope="module")
def unnamed() -> Template:
    """A site without one."""
    return Template.build(lambda stack: _site(stack, named=False))


def _distribution(template: Template) -> dict[str, Any]:
    return template.only("aws_cloudfront_distribution")


def _file_statements(template: Template) -> dict[str, dict[str, Any]]:
    bucket = template.address("aws_s3_bucket", bucket="shop-prod-site")
    policies = [item for item in template.resources("aws_s3_bucket_policy") if bucket in item["bucket"]]
    statements = parsed(policies[0]["policy"])["Statement"]
    return {statement["Sid"]: statement for statement in statements}


def test_only_this_distribution_reads_the_files(named: Template) -> None:
    """The bucket's policy allows CloudFront, for this distribution, to read; and nobody anything else."""
    allowed = {sid: s for sid, s in _file_statements(named).items() if s["Effect"] == "Allow"}
    distribution = f"${{{named.address('aws_cloudfront_distribution')}.arn}}"
    assert {statement["Action"] for statement in allowed.values()} == {"s3:GetObject", "s3:ListBucket"}
    for statement in allowed.values():
        assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        assert statement["Condition"] == {"StringEquals": {"aws:SourceArn": distribution}}


def test_requests_to_the_bucket_are_signed(named: Template) -> None:
    """An origin access control signs every request, and there is no origin access identity."""
    access = named.only("aws_cloudfront_origin_access_control")
    assert (access["signing_behavior"], access["signing_protocol"]) == ("always", "sigv4")
    files = next(origin for origin in _distribution(named)["origin"] if origin["origin_id"] == "files")
    assert "origin_access_control_id" in files
    assert "s3_origin_config" not in files


def test_the_files_key_serves_distributions_of_this_account(named: Template) -> None:
    """CloudFront may decrypt for this account's distributions, without a cycle through the bucket."""
    address = named.only("aws_kms_key", description="Files of the site")
    statement = next(s for s in parsed(address["policy"])["Statement"] if s["Sid"] == "UseCloudfront")
    source = statement["Condition"]["ArnLike"]["aws:SourceArn"]
    assert source.startswith("arn:aws:cloudfront::${data.aws_caller_identity.")
    assert source.endswith(":distribution/*")


def test_every_backend_prefix_counts_as_itself_and_below(named: Template) -> None:
    """`/p` and `/p/*` go to the backend for each prefix, uncached, whole, with every method."""
    behaviors = _distribution(named)["ordered_cache_behavior"]
    assert [behavior["path_pattern"] for behavior in behaviors] == [
        *("/health", "/health/*", "/api", "/api/*", "/ws", "/ws/*")
    ]
    for behavior in behaviors:
        assert behavior["target_origin_id"] == "backend"
        assert "POST" in behavior["allowed_methods"]
        assert behavior["cache_policy_id"].startswith("${data.aws_cloudfront_cache_policy.")
        assert behavior["viewer_protocol_policy"] == "redirect-to-https"
        assert "function_association" not in behavior
    names = [item["name"] for item in named.data("aws_cloudfront_cache_policy")]
    names += [item["name"] for item in named.data("aws_cloudfront_origin_request_policy")]
    assert names == ["Managed-CachingDisabled", "Managed-AllViewer"]


def test_errors_are_not_rewritten(named: Template) -> None:
    """No error page covers the distribution: an API's 404 stays one, and deep links are for files only."""
    distribution = _distribution(named)
    assert "custom_error_response" not in distribution
    associations = distribution["default_cache_behavior"]["function_association"]
    assert [association["event_type"] for association in associations] == ["viewer-request"]


def test_files_are_cached_as_they_say(named: Template) -> None:
    """A file marked no-cache is asked for each time, an immutable one is kept for a year."""
    policy = named.only("aws_cloudfront_cache_policy")
    assert (policy["min_ttl"], policy["max_ttl"]) == (0, 31_536_000)
    parameters = policy["parameters_in_cache_key_and_forwarded_to_origin"]
    assert parameters["query_strings_config"] == {"query_string_behavior": "none"}
    assert parameters["cookies_config"] == {"cookie_behavior": "none"}
    assert parameters["enable_accept_encoding_brotli"] is True


def test_visitors_get_modern_transport(named: Template) -> None:
    """TLS 1.2 of 2021 or newer, HTTP/2 and 3, IPv6, everything to HTTPS, behind the firewall."""
    distribution = _distribution(named)
    assert distribution["viewer_certificate"]["minimum_protocol_version"] == "TLSv1.2_2021"
    assert distribution["viewer_certificate"]["acm_certificate_arn"].startswith("${aws_acm_certificate_validation.")
    assert distribution["http_version"] == "http2and3"
    assert distribution["is_ipv6_enabled"] is True
    assert distribution["default_cache_behavior"]["viewer_protocol_policy"] == "redirect-to-https"
    assert distribution["default_cache_behavior"]["compress"] is True
    assert distribution["default_root_object"] == "index.html"
    assert distribution["web_acl_id"] == f"${{{named.address('aws_wafv2_web_acl')}.arn}}"


def test_every_behavior_has_the_security_headers(named: Template) -> None:
    """Files and backend answer with the same headers, which replace what the origin says."""
    policy = f"${{{named.address('aws_cloudfront_response_headers_policy')}.id}}"
    distribution = _distribution(named)
    behaviors = [distribution["default_cache_behavior"], *distribution["ordered_cache_behavior"]]
    assert {behavior["response_headers_policy_id"] for behavior in behaviors} == {policy}
    headers = named.only("aws_cloudfront_response_headers_policy")
    security = headers["security_headers_config"]
    assert all(header["override"] is True for header in security.values())
    assert security["strict_transport_security"]["access_control_max_age_sec"] >= 31_536_000
    assert security["frame_options"]["frame_option"] == "DENY"
    assert f"wss://{DOMAIN}" in security["content_security_policy"]["content_security_policy"]
    removed = [item["header"] for item in headers["remove_headers_config"]["items"]]
    assert "x-amz-server-side-encryption-aws-kms-key-id" in removed


def test_the_backend_is_reached_through_a_vpc_origin(named: Template, unnamed: Template) -> None:
    """CloudFront enters the private network, over HTTPS where the backend has it."""
    for template, protocol in ((named, "https-only"), (unnamed, "http-only")):
        endpoint = template.only("aws_cloudfront_vpc_origin")["vpc_origin_endpoint_config"][0]
        assert endpoint["origin_protocol_policy"] == protocol
        backend = next(o for o in _distribution(template)["origin"] if o["origin_id"] == "backend")
        assert backend["vpc_origin_config"]["origin_read_timeout"] == 60
        assert "custom_origin_config" not in backend


def test_a_vpc_origin_is_replaced_and_never_updated(named: Template) -> None:
    """All that it consists of is in its name; another name makes a new one before the old one goes."""
    origin = named.only("aws_cloudfront_vpc_origin")
    name = origin["vpc_origin_endpoint_config"][0]["name"]
    assert name.startswith("shop-prod-backend-${substr(sha256(")
    for part in (Backend.arn, '"port"', '"https"', "data.aws_default_tags."):
        assert part in name
    assert origin["lifecycle"] == {
        "create_before_destroy": True,
        "replace_triggered_by": [named.address("terraform_data")],
    }
    digest = name.removeprefix("shop-prod-backend-")
    assert named.only("terraform_data")["triggers_replace"] == {"digest": digest}


def test_a_named_site_is_found_under_its_name(named: Template) -> None:
    """The distribution answers to the domain, and the zone leads there over both protocols."""
    assert _distribution(named)["aliases"] == [DOMAIN]
    records = [r for r in named.resources("aws_route53_record") if "alias" in r]
    assert sorted((record["name"], record["type"]) for record in records) == [(DOMAIN, "A"), (DOMAIN, "AAAA")]


def test_an_unnamed_site_has_cloudfronts_name(unnamed: Template) -> None:
    """Without a domain it has CloudFront's certificate, no alias and no record."""
    distribution = _distribution(unnamed)
    assert distribution["viewer_certificate"] == {"cloudfront_default_certificate": True}
    assert "aliases" not in distribution
    assert unnamed.resources("aws_route53_record") == []


@pytest.mark.parametrize(("has_domain", "start"), [(True, f"https://{DOMAIN}"), (False, "https://${aws_cloudfront")])
def test_a_site_knows_its_url(has_domain: bool, start: str) -> None:  # noqa: FBT001
    """The URL is the domain's, or the distribution's own."""

    def define(stack: TerraformStack) -> None:
        TerraformOutput(stack, "url", value=_site(stack, named=has_domain).url)

    assert Template.build(define).document["output"]["url"]["value"].startswith(start)


def test_requests_are_logged(named: Template) -> None:
    """The distribution's requests and the bucket's own both end in the log bucket."""
    source = named.only("aws_cloudwatch_log_delivery_source")
    assert source["log_type"] == "ACCESS_LOGS"
    assert source["resource_arn"] == f"${{{named.address('aws_cloudfront_distribution')}.arn}}"
    delivery = named.only("aws_cloudwatch_log_delivery")
    assert "s3_delivery_configuration" not in delivery
    assert named.only("aws_s3_bucket_logging")["target_prefix"] == "s3/shop-prod-site/"


def _granted(grant: Callable[[StaticSite, Role], None]) -> list[dict[str, Any]]:
    def define(stack: TerraformStack) -> None:
        grant(_site(stack), Role(stack, "Role", name="publisher", description="d", trust=[]))

    statements: list[dict[str, Any]] = Template.build(define).policy("aws_iam_role_policy")["Statement"]
    return statements


def test_a_publisher_may_change_files_and_nothing_else() -> None:
    """Publishing is about this bucket's files and their key through S3; no version of a file can be destroyed."""
    statements = _granted(StaticSite.grant_publish)
    actions = {action for statement in statements for action in statement["Action"]}
    assert {"s3:ListBucket", "s3:PutObject", "s3:DeleteObject", "kms:GenerateDataKey"} <= actions
    assert not actions & {"s3:DeleteObjectVersion", "s3:PutBucketPolicy", "s3:DeleteBucket", "kms:ScheduleKeyDeletion"}
    assert not [action for action in actions if "*" in action or action.split(":")[0] not in {"s3", "kms"}]
    assert all(arn.startswith("${aws_") for s in statements for arn in s["Resource"])
    encrypt = next(statement for statement in statements if "kms:Decrypt" in statement["Action"])
    assert encrypt["Condition"] == {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}


def test_an_invalidator_may_clear_this_distribution_only() -> None:
    """Invalidating is two actions on one ARN."""
    (statement,) = _granted(StaticSite.grant_invalidate)
    assert statement["Action"] == ["cloudfront:CreateInvalidation", "cloudfront:GetInvalidation"]
    assert len(statement["Resource"]) == 1


def _foreign_domain(stack: TerraformStack) -> SiteDomain:
    named = _domain(stack)
    return SiteDomain(domain_name="www.example.com", certificate=named.certificate, zone=named.zone)


@pytest.mark.parametrize(
    ("define", "message"),
    [
        (lambda s: _site(s, named=False, backend=Backend()), "backend speaks HTTPS"),
        (lambda s: _site(s, backend_paths=["api"]), "'api'"),
        (lambda s: _site(s, backend_paths=["/api/"]), "'/api/'"),
        (lambda s: _site(s, bucket_name="Shop"), "S3 bucket name"),
        (lambda s: _site(s, name_prefix="shop-" + "x" * 46), "VPC origin name"),
        (_foreign_domain, "the certificate is for 'shop.example.com'"),
    ],
)
def test_wrong_arguments_of_a_site_are_refused(define: Callable[[TerraformStack], object], message: str) -> None:
    """A site that could not work isn't synthesized."""
    with pytest.raises(ValueError, match=message):
        define(new_stack())


def test_a_site_lives_in_us_east_1() -> None:
    """CloudFront's log delivery is set up there only."""
    stack = new_stack(region="eu-west-1")
    key = EncryptionKey(stack, "AclKey", alias="k", description="d")
    acl = WebAcl(stack, "Acl", name="x", key=key, applies_to="REGIONAL")
    with pytest.raises(ValueError, match="us-east-1"):
        _site(stack, web_acl=acl)


@pytest.mark.terraform
@pytest.mark.parametrize("has_domain", [True, False])
def test_terraform_accepts_a_site(tmp_path: Path, has_domain: bool) -> None:  # noqa: FBT001
    """Terraform validates a site with and without a domain."""
    assert refusals(lambda stack: _site(stack, named=has_domain), tmp_path) == []
