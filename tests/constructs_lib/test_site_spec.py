from typing import Any

import pytest

from constructs_lib.site_spec import SiteSpec


def _directives(spec: SiteSpec, domain_name: str | None = None) -> dict[str, list[str]]:
    policy = spec.content_security_policy(domain_name=domain_name)
    parts = [directive.split(" ") for directive in policy.split("; ")]
    return {part[0]: part[1:] for part in parts}


def test_the_policy_allows_the_site_itself_and_nothing_else() -> None:
    """Without an extension no other origin, no inline script, no plugin and no frame is allowed."""
    directives = _directives(SiteSpec())
    assert directives["default-src"] == ["'self'"]
    assert directives["script-src"] == ["'self'"]
    assert directives["object-src"] == directives["base-uri"] == directives["frame-ancestors"] == ["'none'"]
    assert "upgrade-insecure-requests" in directives
    assert not any("unsafe" in source for sources in directives.values() for source in sources)


def test_the_sites_own_web_socket_is_allowed() -> None:
    """With a domain, browsers that don't count WebSockets to 'self' may open one to it."""
    assert _directives(SiteSpec(), "shop.example.com")["connect-src"] == ["'self'", "wss://shop.example.com"]
    assert _directives(SiteSpec())["connect-src"] == ["'self'"]


def test_a_directive_is_extended_and_keeps_its_default() -> None:
    """Sources are added once, beside what is allowed anyway."""
    csp = {"script-src": ["https://cdn.example.com", "'self'"], "worker-src": ["blob:"]}
    directives = _directives(SiteSpec(csp=csp))
    assert directives["script-src"] == ["'self'", "https://cdn.example.com"]
    assert directives["worker-src"] == ["'self'", "blob:"]


def test_a_source_replaces_none() -> None:
    """'none' beside a source would be ignored by browsers, so it goes."""
    assert _directives(SiteSpec(csp={"frame-ancestors": ["https://intranet.example.com"]}))["frame-ancestors"] == [
        "https://intranet.example.com"
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"csp": {"script": ["'self'"]}}, "csp directive 'script'"),
        ({"csp": {"report-uri": ["/x"]}}, "csp directive 'report-uri'"),
        ({"csp": {"script-src": ["https://a.example https://b.example"]}}, "no single source"),
        ({"csp": {"script-src": ["'self'; object-src *"]}}, "no single source"),
        ({"csp": {"script-src": ["*"]}}, "no single source"),
        ({"csp": {"script-src": [""]}}, "no single source"),
        ({"csp": {"script-src": "https://a.example"}}, "write a list"),
        ({"price_class": "PriceClass_50"}, "price_class='PriceClass_50'"),
        ({"old_versions_days": 0}, "old_versions_days=0"),
        ({"backend_read_timeout_seconds": 0}, "backend_read_timeout_seconds=0"),
        ({"backend_read_timeout_seconds": 121}, "backend_read_timeout_seconds=121"),
    ],
)
def test_wrong_specs_of_a_site_are_refused(arguments: dict[str, Any], message: str) -> None:
    """A spec that would smuggle in a directive, or that CloudFront refuses, can't be made."""
    with pytest.raises(ValueError, match=message):
        SiteSpec(**arguments)
