import json
import subprocess

import pytest

from constructs_lib.site_functions import DEEP_LINK_CODE
from tools.toolchain import node_home


@pytest.fixture(scope="module")
def rewrite() -> dict[str, str]:
    """Run the function's own code over all paths of the test at once."""
    script = (
        f"{DEEP_LINK_CODE}\nvar out = {{}};\n"
        f"{json.dumps(list(PATHS))}.forEach(function (p) {{ out[p] = handler({{request: {{uri: p}}}}).uri; }});\n"
        "console.log(JSON.stringify(out));"
    )
    node = str(node_home() / "bin" / "node")
    ran = subprocess.run([node, "-e", script], capture_output=True, text=True, check=True, timeout=60)
    result: dict[str, str] = json.loads(ran.stdout)
    return result


PATHS = {
    "/": "/index.html",
    "/machines": "/index.html",
    "/machines/42/trends": "/index.html",
    "/machines/": "/index.html",
    "/v1.2/machines": "/index.html",
    "/index.html": "/index.html",
    "/js/app.4f2a.js": "/js/app.4f2a.js",
    "/js/missing.js": "/js/missing.js",
    "/.well-known/apple-app-site-association": "/.well-known/apple-app-site-association",
}


@pytest.mark.parametrize(("path", "served"), PATHS.items())
def test_a_deep_link_is_the_application_and_a_file_is_itself(rewrite: dict[str, str], path: str, served: str) -> None:
    """A view gets index.html; a file, also a missing one, is asked for by its own name."""
    assert rewrite[path] == served


def test_the_code_fits_into_a_cloudfront_function() -> None:
    """CloudFront takes ten kilobytes, and no language newer than its runtime."""
    assert len(DEEP_LINK_CODE.encode()) < 10_240
    assert "=>" not in DEEP_LINK_CODE
