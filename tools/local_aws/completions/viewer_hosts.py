"""Viewer traffic belongs to the distribution or load balancer that its Host names, whatever its path.

Defects: ``/health`` and other paths are answered by the emulator itself even when the Host is a
distribution's or a load balancer's; a distribution is not served under its alternate domain names.
"""

from typing import Any

from ministack import app as emulator

from tools.local_aws.gateway import Gateway, Json


def install(gateway: Gateway) -> None:
    """Attach the completions of this service."""
    _complete_aliases(gateway.module("cloudfront"))
    before, after = emulator._handle_pre_body_request, emulator._handle_post_body_shortcuts  # noqa: SLF001

    async def pre_body(method: str, path: str, headers: Json, *rest: Any) -> Any:  # noqa: ANN401
        return None if _is_viewer(headers, path) else await before(method, path, headers, *rest)

    async def post_body(method: str, path: str, headers: Json, *rest: Any) -> Any:  # noqa: ANN401
        return None if _is_viewer(headers, path) else await after(method, path, headers, *rest)

    emulator._handle_pre_body_request, emulator._handle_post_body_shortcuts = pre_body, post_body  # noqa: SLF001


def _is_viewer(headers: Json, path: str) -> bool:
    host = headers.get("host", "")
    if emulator._parse_cloudfront_dataplane_host(host) is not None:  # noqa: SLF001
        return True
    return bool(emulator._is_potential_alb_request(host, path))  # noqa: SLF001


def _complete_aliases(cloudfront: Any) -> None:  # noqa: ANN401 - a module of the emulator
    parse = emulator._parse_cloudfront_dataplane_host  # noqa: SLF001

    def dataplane_host(host: str) -> str | None:
        label: str | None = parse(host)
        name = host.partition(":")[0].lower()
        if label or not name.rpartition(".")[2].isalpha():  # the gateway's own address is the common case
            return label
        for distribution in cloudfront._distributions.values():  # noqa: SLF001
            aliases = cloudfront._get_distribution_aliases(distribution)  # noqa: SLF001
            if name in {alias.lower() for alias in aliases}:
                return str(distribution["DomainName"].partition(".")[0])
        return None

    emulator._parse_cloudfront_dataplane_host = dataplane_host  # noqa: SLF001
