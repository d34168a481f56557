"""What a static site is like, in plain values. No AWS in here."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

CSP_DEFAULTS: Final[dict[str, tuple[str, ...]]] = {
    "default-src": ("'self'",),
    "base-uri": ("'none'",),
    "connect-src": ("'self'",),
    "font-src": ("'self'",),
    "form-action": ("'self'",),
    "frame-ancestors": ("'none'",),
    "img-src": ("'self'", "data:"),
    "object-src": ("'none'",),
    "script-src": ("'self'",),
    "style-src": ("'self'",),
}
"""A site that loads from nowhere but itself (W3C: Content Security Policy Level 3)."""

EXTENDABLE_DIRECTIVES: Final = frozenset(CSP_DEFAULTS) | {
    "child-src",
    "frame-src",
    "manifest-src",
    "media-src",
    "script-src-attr",
    "script-src-elem",
    "style-src-attr",
    "style-src-elem",
    "worker-src",
}

PRICE_CLASSES: Final = ("PriceClass_100", "PriceClass_200", "PriceClass_All")
_SOURCE: Final = re.compile(r"(?!\*$)[^\s;,{}]+")
_READ_TIMEOUT_SECONDS: Final = range(1, 121)  # CloudFront: "Quotas", response timeout per origin


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteSpec:
    """A static site.

    Attributes:
        csp: Sources to allow beside :data:`CSP_DEFAULTS`, by directive
            (``{"script-src": ["https://cdn.example.com"]}``). Nothing when omitted.
        price_class: Where CloudFront answers from. North America and Europe when omitted.
        old_versions_days: Days that a replaced or deleted file stays restorable. 30 when omitted.
        backend_read_timeout_seconds: How long CloudFront waits for the backend's first, or next, byte of a
            response, 1 to 120; 60 when omitted. An open WebSocket isn't bound by it.

    Raises:
        ValueError: A directive, source, price class or number that CloudFront or browsers refuse.
    """

    csp: Mapping[str, Sequence[str]] = field(default_factory=dict)
    price_class: str = "PriceClass_100"
    old_versions_days: int = 30
    backend_read_timeout_seconds: int = 60

    def __post_init__(self) -> None:
        if self.price_class not in PRICE_CLASSES:
            raise ValueError(f"price_class={self.price_class!r}; use one of {', '.join(PRICE_CLASSES)}")
        if self.old_versions_days < 1:
            raise ValueError(f"old_versions_days={self.old_versions_days}; use 1 or more")
        if self.backend_read_timeout_seconds not in _READ_TIMEOUT_SECONDS:
            raise ValueError(
                f"backend_read_timeout_seconds={self.backend_read_timeout_seconds}; CloudFront allows 1 to 120"
            )
        for directive, sources in self.csp.items():
            _check_csp(directive, sources)

    def content_security_policy(self, *, domain_name: str | None) -> str:
        """Return the policy's header value.

        The site's own WebSocket is named, because older browsers don't count it to ``'self'``; without a
        *domain_name* the address isn't known beforehand, and those browsers are left out.
        """
        allowed = {directive: list(sources) for directive, sources in CSP_DEFAULTS.items()}
        if domain_name:
            allowed["connect-src"].append(f"wss://{domain_name}")
        for directive, sources in self.csp.items():
            known = [source for source in allowed.get(directive, ["'self'"]) if source != "'none'"]
            allowed[directive] = [*known, *(source for source in sources if source not in known)]
        directives = [f"{directive} {' '.join(sources)}" for directive, sources in allowed.items()]
        return "; ".join([*directives, "upgrade-insecure-requests"])


def _check_csp(directive: str, sources: Sequence[str]) -> None:
    if directive not in EXTENDABLE_DIRECTIVES:
        raise ValueError(
            f"csp directive {directive!r} can't be extended; use one of {', '.join(sorted(EXTENDABLE_DIRECTIVES))}"
        )
    if isinstance(sources, str):
        raise ValueError(f"csp {directive}={sources!r} is a text; write a list of sources")  # noqa: TRY004
    for source in sources:
        if not _SOURCE.fullmatch(source):
            raise ValueError(
                f"csp {directive}: {source!r} is no single source, or allows every one; "
                "write one origin, scheme, hash or keyword each, such as 'https://cdn.example.com'"
            )
