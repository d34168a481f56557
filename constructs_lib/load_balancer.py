"""An internal application load balancer that answers only what was routed."""

from collections.abc import Sequence
from datetime import date

from cdktf_cdktf_provider_aws.data_aws_ec2_managed_prefix_list import DataAwsEc2ManagedPrefixList
from cdktf_cdktf_provider_aws.lb import Lb, LbAccessLogs
from cdktf_cdktf_provider_aws.lb_listener import (
    LbListener,
    LbListenerDefaultAction,
    LbListenerDefaultActionFixedResponse,
)
from cdktf_cdktf_provider_aws.lb_listener_rule import (
    LbListenerRule,
    LbListenerRuleAction,
    LbListenerRuleCondition,
    LbListenerRuleConditionPathPattern,
)
from cdktf_cdktf_provider_aws.lb_target_group import LbTargetGroup, LbTargetGroupHealthCheck
from constructs import Construct

from constructs_lib.certificate import Certificate
from constructs_lib.exceptions import except_from_check
from constructs_lib.log_bucket import LogBucket
from constructs_lib.naming import checked_name
from constructs_lib.network import NetworkLike
from constructs_lib.numbers import checked_number
from constructs_lib.security_group import SecurityGroup

_CLOUDFRONT_PREFIX_LIST = "com.amazonaws.global.cloudfront.origin-facing"
_MOST_PATTERNS = 5  # ELB: "Quotas for your Application Load Balancers", condition values per rule


class LoadBalancer(Construct):
    """An ALB in private subnets that CloudFront reaches through a VPC origin.

    HTTPS with a certificate, plain HTTP only where the environment has no domain. Only CloudFront's origin-facing
    addresses may connect; a request that no rule routes gets 404 from the load balancer itself. The idle timeout
    outlives CloudFront's, so that a quiet WebSocket isn't cut from behind.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        network: NetworkLike,
        certificate: Certificate | None,
        log_bucket: LogBucket,
        idle_timeout_seconds: int = 660,
        dangerously_allow_destroy: bool = False,
    ) -> None:
        super().__init__(scope, construct_id)
        self._network = network
        self._rules = 0
        self.name = checked_name("load balancer", name)
        self.https = certificate is not None
        self.port = 443 if self.https else 80
        self.security_group = SecurityGroup(
            self,
            "SecurityGroup",
            network=network,
            name=f"{name}-alb",
            description="CloudFront reaches the load balancer",
        )
        prefix_list = DataAwsEc2ManagedPrefixList(self, "CloudFront", name=_CLOUDFRONT_PREFIX_LIST)
        self.security_group.allow_from_prefix_list(
            prefix_list.id, port=self.port, purpose="CloudFront reaches its VPC origin"
        )
        self.resource = Lb(
            self,
            "Resource",
            name=name,
            internal=True,
            load_balancer_type="application",
            subnets=list(network.private_subnet_ids),
            security_groups=[self.security_group.id],
            drop_invalid_header_fields=True,
            desync_mitigation_mode="strictest",
            idle_timeout=checked_number(
                "idle_timeout_seconds", idle_timeout_seconds, least=1, most=4000, source="ELB: LoadBalancerAttribute"
            ),
            enable_deletion_protection=not dangerously_allow_destroy,
            access_logs=LbAccessLogs(
                bucket=log_bucket.bucket_name, prefix=log_bucket.allow_load_balancer_logs(name), enabled=True
            ),
            depends_on=[log_bucket.policy],
        )
        self.arn: str = self.resource.arn
        self.dns_name: str = self.resource.dns_name
        self.listener = LbListener(
            self,
            "Listener",
            load_balancer_arn=self.arn,
            port=self.port,
            protocol="HTTPS" if certificate else "HTTP",
            certificate_arn=certificate.arn if certificate else None,
            ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06" if certificate else None,
            default_action=[
                LbListenerDefaultAction(
                    type="fixed-response",
                    fixed_response=LbListenerDefaultActionFixedResponse(
                        content_type="text/plain", message_body="Not found", status_code="404"
                    ),
                )
            ],
        )

        if certificate is None:
            self._except_plain_http()

    def _except_plain_http(self) -> None:
        reason = (
            "without a domain there is no certificate; the load balancer is internal, and CloudFront alone may call it"
        )
        for resource, check in (
            (self.resource, "CKV2_AWS_20"),
            (self.listener, "CKV_AWS_2"),
            (self.listener, "CKV_AWS_103"),
        ):
            except_from_check(resource, check, reason=reason, expires=date(2027, 11, 30))

    def add_target(
        self, target_id: str, *, name: str, port: int, health_path: str, path_prefixes: Sequence[str]
    ) -> LbTargetGroup:
        """Route *path_prefixes* (``/p`` and ``/p/*`` each) to a new group of IP targets, and return the group.

        Raises:
            ValueError: A prefix that is not an absolute path, or more of them than one rule takes.
        """
        patterns = listener_patterns(path_prefixes)
        group = LbTargetGroup(
            self,
            target_id,
            name=checked_name("target group", name),
            vpc_id=self._network.vpc_id,
            target_type="ip",
            port=port,
            protocol="HTTP",
            protocol_version="HTTP1",  # WebSockets
            deregistration_delay="30",
            health_check=LbTargetGroupHealthCheck(
                path=health_path,
                matcher="200",
                interval=15,
                timeout=5,
                healthy_threshold=2,
                unhealthy_threshold=3,
            ),
        )
        except_from_check(
            group,
            "CKV_AWS_378",
            reason="the application speaks HTTP on its port; this last step stays between two private addresses of one "
            "VPC, and only the load balancer's security group may take it",
            expires=date(2027, 11, 30),
        )
        for chunk in (patterns[i : i + _MOST_PATTERNS] for i in range(0, len(patterns), _MOST_PATTERNS)):
            self._rules += 1
            LbListenerRule(
                self,
                f"{target_id}-Rule{self._rules}",
                listener_arn=self.listener.arn,
                priority=self._rules * 10,
                action=[LbListenerRuleAction(type="forward", target_group_arn=group.arn)],
                condition=[LbListenerRuleCondition(path_pattern=LbListenerRuleConditionPathPattern(values=chunk))],
            )
        return group


def listener_patterns(path_prefixes: Sequence[str]) -> list[str]:
    """Return ``/p`` and ``/p/*`` for each prefix.

    Raises:
        ValueError: A prefix is not an absolute path without wildcard and trailing slash.
    """
    for prefix in path_prefixes:
        if not prefix.startswith("/") or prefix.endswith("/") or "*" in prefix:
            raise ValueError(
                f"path prefix {prefix!r} must start with '/', not end with it and have no '*'; "
                "'/api' stands for /api and everything below"
            )
    return [pattern for prefix in path_prefixes for pattern in (prefix, f"{prefix}/*")]
