import pytest
from cdktf import TerraformStack

from constructs_lib.dns_zone import DnsZone
from constructs_lib.encryption_key import EncryptionKey
from tests.support.template import Template, new_stack


def _zone(stack: TerraformStack, *, create: bool) -> DnsZone:
    key = EncryptionKey(stack, "LogKey", alias="logs", description="Logs")
    return DnsZone(stack, "Zone", name="example.com", create=create, log_key=key)


def test_a_zone_that_is_made_is_protected() -> None:
    """The registrar points to its name servers, so Terraform refuses to destroy it."""
    zone = Template.build(lambda stack: _zone(stack, create=True)).only("aws_route53_zone")
    assert zone["name"] == "example.com"
    assert zone["lifecycle"]["prevent_destroy"] is True


def test_a_zone_that_exists_is_looked_up_and_not_made() -> None:
    """With create=False only a look-up of the public zone is in the JSON."""
    template = Template.build(lambda stack: _zone(stack, create=False))
    assert template.resources("aws_route53_zone") == []
    assert [(zone["name"], zone["private_zone"]) for zone in template.data("aws_route53_zone")] == [
        ("example.com", False)
    ]


def test_an_alias_leads_there_over_both_protocols() -> None:
    """A name gets an A and an AAAA record, in the stack of the target."""

    def define(stack: TerraformStack) -> None:
        _zone(stack, create=False).add_alias(
            stack, "Name", name="www.example.com", target_dns_name="target.example.net", target_zone_id="Z1"
        )

    records = Template.build(define).resources("aws_route53_record")
    assert sorted(record["type"] for record in records) == ["A", "AAAA"]
    assert {record["name"] for record in records} == {"www.example.com"}
    assert all(record["alias"]["name"] == "target.example.net" for record in records)


@pytest.mark.parametrize(
    ("domain", "inside"),
    [
        ("example.com", True),
        ("www.example.com", True),
        ("badexample.com", False),
        ("example.com.evil.org", False),
        ("example.org", False),
    ],
)
def test_a_zone_contains_its_name_and_what_is_below(domain: str, inside: bool) -> None:  # noqa: FBT001
    """A name that merely ends alike is outside."""
    assert _zone(new_stack(), create=False).contains(domain) is inside


def test_an_alias_outside_of_the_zone_is_refused() -> None:
    """A record that nobody would find isn't synthesized."""
    stack = new_stack()
    with pytest.raises(ValueError, match=r"'www\.example\.org' is not in the zone 'example\.com'"):
        _zone(stack, create=False).add_alias(
            stack, "Name", name="www.example.org", target_dns_name="t", target_zone_id="Z"
        )


@pytest.mark.parametrize("name", ["example", "Example.com", "-a.com", "a..com", "https://a.com", "a.com.", ""])
def test_a_zone_has_a_domain_name(name: str) -> None:
    """What is no domain name is refused."""
    with pytest.raises(ValueError, match="DNS domain name"):
        DnsZone(new_stack(), "Zone", name=name, create=True)


def test_queries_to_a_zone_that_is_made_are_logged_and_only_route_53_writes_there() -> None:
    """A made zone logs its queries to an encrypted group, which its own zone alone may fill."""
    template = Template.build(lambda stack: _zone(stack, create=True))
    assert template.only("aws_cloudwatch_log_group")["name"] == "/aws/route53/example.com"
    assert template.only("aws_route53_query_log")["zone_id"].startswith("${aws_route53_zone.")
    (statement,) = template.policy("aws_cloudwatch_log_resource_policy", "policy_document")["Statement"]
    assert statement["Principal"] == {"Service": "route53.amazonaws.com"}
    assert "aws_route53_zone" in statement["Condition"]["ArnEquals"]["aws:SourceArn"]


def test_a_zone_that_is_made_without_a_key_for_its_log_is_refused() -> None:
    """create=True without log_key stops with what to pass."""
    with pytest.raises(ValueError, match=r"pass the log_key"):
        DnsZone(new_stack(), "Zone", name="example.com", create=True)


def test_a_zone_in_a_region_where_route_53_does_not_log_is_refused() -> None:
    """Query logs exist in us-east-1 only."""
    stack = new_stack(region="eu-central-1")
    with pytest.raises(ValueError, match="us-east-1 only"):
        _zone(stack, create=True)
