import pytest
from cdktf import TerraformOutput, TerraformStack

from constructs_lib.certificate import Certificate
from constructs_lib.dns_zone import DnsZone
from tests.support.template import Template, new_stack


def _define(stack: TerraformStack) -> None:
    zone = DnsZone(stack, "Zone", name="example.com", create=False)
    certificate = Certificate(stack, "Certificate", domain_name="www.example.com", zone=zone)
    TerraformOutput(stack, "arn", value=certificate.arn)


def test_a_certificate_is_validated_through_its_zone() -> None:
    """One record in the zone proves the name, and the validation waits for it."""
    template = Template.build(_define)
    certificate = template.only("aws_acm_certificate", domain_name="www.example.com")
    assert certificate["validation_method"] == "DNS"
    record = template.only("aws_route53_record")
    assert "domain_validation_options" in record["name"]
    assert record["allow_overwrite"] is True
    validation = template.only("aws_acm_certificate_validation")
    assert validation["validation_record_fqdns"] == [f"${{{template.address('aws_route53_record')}.fqdn}}"]


def test_users_of_a_certificate_wait_until_it_is_issued() -> None:
    """The ARN comes from the validation, not from the request."""
    outputs = Template.build(_define).document["output"]
    assert outputs["arn"]["value"].startswith("${aws_acm_certificate_validation.")


def test_a_certificate_is_replaced_without_a_gap() -> None:
    """Its successor is there before it goes."""
    assert Template.build(_define).only("aws_acm_certificate")["lifecycle"] == {"create_before_destroy": True}


def test_a_certificate_outside_of_the_zone_is_refused() -> None:
    """A name that the zone can't prove isn't requested."""
    stack = new_stack()
    zone = DnsZone(stack, "Zone", name="example.com", create=False)
    with pytest.raises(ValueError, match="is not in the zone"):
        Certificate(stack, "Certificate", domain_name="www.example.org", zone=zone)
