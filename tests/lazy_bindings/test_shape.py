"""What counts as a provider's table of contents, and what does not."""

import importlib.util
from pathlib import Path

import pytest

from lazy_bindings._shape import submodules_of

PREAMBLE = """r'''
# Bindings

class Quoted: in a docstring, this is no class.
'''
import publication

def check_type(argname, value, expected_type):
    return None

from ._jsii import *

"""
NAMES = """__all__ = [
    "bucket",
    "data_bucket",
]

publication.publish()

# Loading modules to ensure their types are registered
"""
IMPORTS = """from . import data_bucket
from . import bucket
"""


def test_a_table_of_contents_yields_its_names() -> None:
    """The names are those listed in __all__, whatever the order of the imports."""
    assert submodules_of(PREAMBLE + NAMES + IMPORTS) == ("bucket", "data_bucket")


@pytest.mark.parametrize("provider", ["aws", "tfe"])
def test_the_installed_providers_have_the_known_shape(provider: str) -> None:
    """The installed aws and tfe bindings list exactly the packages that they consist of."""
    spec = importlib.util.find_spec(f"cdktf_cdktf_provider_{provider}")
    assert spec is not None
    assert spec.origin is not None
    init = Path(spec.origin)
    listed = submodules_of(init.read_text(encoding="utf-8"))
    assert listed is not None
    packages = {found.parent.name for found in init.parent.glob("*/__init__.py")}
    assert set(listed) == packages - {"_jsii"}


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("", id="nothing"),
        pytest.param(PREAMBLE + NAMES, id="no imports"),
        pytest.param(PREAMBLE + NAMES + IMPORTS + "from . import unlisted\n", id="an unlisted import"),
        pytest.param(PREAMBLE + NAMES + "from . import bucket\n", id="a listed name not imported"),
        pytest.param(PREAMBLE + NAMES + IMPORTS + "\nclass More: ...\n", id="a class behind the list"),
        pytest.param(PREAMBLE.replace("import publication", "class More: ...") + NAMES + IMPORTS, id="a class before"),
        pytest.param(PREAMBLE.replace("def check_type", "def helper") + NAMES + IMPORTS, id="an unknown function"),
        pytest.param(PREAMBLE + NAMES + "from .bucket import *\nfrom . import data_bucket\n", id="a star import"),
        pytest.param(PREAMBLE + NAMES.replace("publication.publish()", "run()") + IMPORTS, id="another call"),
        pytest.param((PREAMBLE + NAMES + IMPORTS).replace("from ._jsii import *", ""), id="no JavaScript side"),
    ],
)
def test_anything_more_or_less_is_an_unknown_shape(source: str) -> None:
    """A module that holds more, or less, than the list is not recognised."""
    assert submodules_of(source) is None
