"""TLS certificates that renew themselves."""

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate, AcmCertificateOptions
from cdktf_cdktf_provider_aws.acm_certificate_validation import AcmCertificateValidation
from cdktf_cdktf_provider_aws.route53_record import Route53Record
from constructs import Construct

from constructs_lib.dns_zone import DnsZone

_RECORD_TTL_SECONDS = 60


class Certificate(Construct):
    """An ACM certificate for one name, validated through DNS.

    The validation record stays, so ACM renews the certificate without anyone. :attr:`arn` is known only once
    the certificate is issued: who uses it waits for that. CloudFront takes certificates from ``us-east-1``
    only.
    """

    def __init__(self, scope: Construct, construct_id: str, *, domain_name: str, zone: DnsZone) -> None:
        """Define the certificate.

        Args:
            scope: Parent construct.
            construct_id: Id below it.
            domain_name: The one name that the certificate is for.
            zone: Zone that the name, and so the validation record, is in.

        Raises:
            ValueError: The name is outside of the zone.
        """
        super().__init__(scope, construct_id)
        self.domain_name = zone.require(domain_name)
        self.resource = AcmCertificate(
            self,
            "Resource",
            domain_name=domain_name,
            validation_method="DNS",
            # browsers refuse certificates that are in no public log; said here so that nobody turns it off
            options=AcmCertificateOptions(certificate_transparency_logging_preference="ENABLED"),
            # what uses the old certificate must have moved to the new one before it can go
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        # one name, so exactly one proof is asked for
        option = self.resource.domain_validation_options.get(0)
        record = Route53Record(
            self,
            "Proof",
            zone_id=zone.zone_id,
            name=option.resource_record_name,
            type=option.resource_record_type,
            records=[option.resource_record_value],
            ttl=_RECORD_TTL_SECONDS,
            # the record is the same for a certificate and its successor
            allow_overwrite=True,
        )
        validation = AcmCertificateValidation(
            self, "Issued", certificate_arn=self.resource.arn, validation_record_fqdns=[record.fqdn]
        )
        self.arn: str = validation.certificate_arn
