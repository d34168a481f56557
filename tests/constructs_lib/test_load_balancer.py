from typing import Any

import pytest

from constructs_lib.certificate import Certificate
from constructs_lib.dns_zone import DnsZone
from constructs_lib.load_balancer import LoadBalancer
from constructs_lib.log_bucket import LogBucket
from tests.support.template import Template
from tests.support.world import World, template_of


def _define(world: World, *, name: str = "shop", secure: bool = True, **arguments: Any) -> LoadBalancer:
    zone = DnsZone(world.stack, "Zone", name="example.com", create=False)
    certificate = Certificate(world.stack, "Certificate", domain_name="shop.example.com", zone=zone)
    return LoadBalancer(
        world.stack,
        "LoadBalancer",
        name=name,
        network=world.network,
        certificate=certificate if secure else None,
        log_bucket=LogBucket(world.stack, "Logs", name="shop-access-logs"),
        **arguments,
    )


@pytest.fixture(scope="module")
def template() -> Template:
    return template_of(_define)


def test_it_is_private_and_speaks_tls(template: Template) -> None:
    """Internal, HTTPS on 443 with TLS 1.2 and 1.3 only."""
    assert template.only("aws_lb")["internal"] is True
    listener = template.only("aws_lb_listener")
    assert (listener["port"], listener["protocol"]) == (443, "HTTPS")
    assert listener["ssl_policy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"


def test_without_a_certificate_it_speaks_http() -> None:
    """An environment without a domain has plain HTTP between CloudFront and the load balancer."""
    listener = template_of(lambda world: _define(world, secure=False)).only("aws_lb_listener")
    assert (listener["port"], listener["protocol"]) == (80, "HTTP")


def test_a_quiet_websocket_outlives_cloudfront(template: Template) -> None:
    """The idle timeout is longer than the ten minutes after which CloudFront closes an idle WebSocket."""
    assert template.only("aws_lb")["idle_timeout"] > 600


def test_it_can_not_be_deleted_by_accident(template: Template) -> None:
    """Deletion protection is on unless the danger is spelled out."""
    assert template.only("aws_lb")["enable_deletion_protection"] is True
    open_to_destroy = template_of(lambda world: _define(world, dangerously_allow_destroy=True))
    assert open_to_destroy.only("aws_lb")["enable_deletion_protection"] is False


def test_odd_requests_are_dropped_and_all_are_logged(template: Template) -> None:
    """Invalid headers are dropped, desync mitigation is strict, access logs are on."""
    balancer = template.only("aws_lb")
    assert balancer["drop_invalid_header_fields"] is True
    assert balancer["desync_mitigation_mode"] == "strictest"
    assert balancer["access_logs"]["enabled"] is True


@pytest.mark.parametrize("name", ["internal-shop", "s" * 33, "-shop", "shop_1"])
def test_refuses_a_name_that_elb_refuses(name: str) -> None:
    """The limits of a load balancer's name hold before anything is synthesized."""
    with pytest.raises(ValueError, match="load balancer name"):
        template_of(lambda world: _define(world, name=name))
