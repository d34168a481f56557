"""CloudFront response headers policies: what was not set is not read back.

Defect: an empty ``CustomHeadersConfig`` and ``RemoveHeadersConfig`` are returned for every policy, so every
plan removes them again.
"""

from typing import Any
from xml.etree.ElementTree import Element

from tools.local_aws.gateway import Gateway, Json

OPTIONAL = ("CustomHeadersConfig", "RemoveHeadersConfig")


def install(gateway: Gateway) -> None:
    """Attach the completions of this service."""
    cloudfront: Any = gateway.module("cloudfront")
    render = cloudfront._build_rhp_config_xml  # noqa: SLF001

    def build(parent: Element, config: Json) -> None:
        render(parent, config)
        for name in OPTIONAL:
            found = parent.find(name)
            if found is not None and found.findtext("Quantity") == "0":
                parent.remove(found)

    cloudfront._build_rhp_config_xml = build  # noqa: SLF001
