"""The site that browsers see: files on S3, the backend behind the same name, CloudFront and its firewall."""

from constructs import Construct

from constructs_lib.log_bucket import LogBucket
from constructs_lib.site_distribution import SiteDomain
from constructs_lib.site_spec import SiteSpec
from constructs_lib.static_site import StaticSite, site_encryption_key
from constructs_lib.web_acl import WebAcl
from stacks.backend import PATH_PREFIXES, BackendStack
from stacks.base import BaseStack, RunSettings
from stacks.environment import Environment
from stacks.monitoring import watch_site
from stacks.network import NetworkStack


class FrontendStack(BaseStack):
    """The one way in. Delivery owns the files, Terraform owns everything around them."""

    def __init__(
        self,
        scope: Construct,
        *,
        environment: Environment,
        run: RunSettings,
        platform: NetworkStack,
        backend: BackendStack,
    ) -> None:
        super().__init__(scope, "frontend", environment=environment, run=run)
        self._platform = platform
        web_acl = WebAcl(
            self,
            "WebAcl",
            name=f"{self.prefix}-frontend",
            key=platform.log_key,
            log_retention_days=environment.logs.retention_days,
            dangerously_allow_destroy=self.allow_destroy,
        )
        log_bucket = LogBucket(
            self,
            "AccessLogs",
            name=f"{self.prefix}-frontend-access-logs",
            retention_days=environment.logs.retention_days,
            dangerously_allow_destroy=self.allow_destroy,
        )
        self.site = StaticSite(
            self,
            "Site",
            name_prefix=self.prefix,
            bucket_name=f"{self.prefix}-frontend",
            spec=SiteSpec(
                price_class=environment.frontend.price_class, csp=environment.frontend.content_security_policy
            ),
            backend=backend.load_balancer,
            backend_paths=PATH_PREFIXES,
            domain=self._domain(),
            web_acl=web_acl,
            log_bucket=log_bucket,
            key=site_encryption_key(
                self, "SiteKey", alias=f"{self.prefix}-site", dangerously_allow_destroy=self.allow_destroy
            ),
            dangerously_allow_destroy=self.allow_destroy,
        )
        watch_site(self, topic=platform.alarm_topic, distribution=self.site.distribution)
        self.output("site_url", self.site.url, "Where the site is")
        self.output("bucket_name", self.site.bucket.name, "Where its files are published")
        self.output("CLOUDFRONT_DISTRIBUTION_ID", self.site.distribution_id, "GitHub secret of the same name")
        self.output("distribution_domain_name", self.site.distribution.domain_name, "CloudFront's own name of the site")

    def _domain(self) -> SiteDomain | None:
        platform = self._platform
        if self.env.domain is None or platform.certificate is None or platform.zone is None:
            return None
        return SiteDomain(domain_name=self.env.domain.name, certificate=platform.certificate, zone=platform.zone)
