"""Recognise the `__init__.py` of a prebuilt provider: a table of contents and nothing else.

Only what is recognised from the first to the last statement is replaced: a class or function that a future
version puts there would be lost otherwise.
"""

import re

_TABLE_OF_CONTENTS = re.compile(
    r"""
    \nfrom\ \._jsii\ import\ \*\n+            # loads the JavaScript side
    __all__\ =\ \[\n
    (?P<names>(?:\ +"[a-z_][a-z0-9_]*",\n)+)
    \]\n+
    publication\.publish\(\)\n+
    (?:\#[^\n]*\n)*
    (?P<imports>(?:from\ \.\ import\ [a-z_][a-z0-9_]*\n)+)
    \s*\Z
    """,
    re.VERBOSE,
)
_HEAD_STATEMENT = re.compile(r"^(?:class |def (?!check_type\()|@)", re.MULTILINE)
_DOCSTRING = re.compile(r"\A\s*r?(?:'''.*?'''|\"\"\".*?\"\"\")", re.DOTALL)


_LAZY_ALREADY = re.compile(r"^_SUBMODULES = \{$.*^def __getattr__\(name: str\)", re.MULTILINE | re.DOTALL)


def is_lazy_already(source: str) -> bool:
    """Tell whether *source* is a provider's `__init__.py` that a newer jsii has made lazy itself."""
    return _LAZY_ALREADY.search(source) is not None


def submodules_of(source: str) -> tuple[str, ...] | None:
    """Name the submodules that *source*, the text of a provider's `__init__.py`, lists and then imports.

    Returns None when the text is anything else than that list behind jsii's usual preamble.
    """
    match = _TABLE_OF_CONTENTS.search(source)
    if match is None:
        return None
    preamble = _DOCSTRING.sub("", source[: match.start()], count=1)
    listed = re.findall(r'"(\w+)"', match["names"])
    imported = re.findall(r"import (\w+)", match["imports"])
    if _HEAD_STATEMENT.search(preamble) or sorted(listed) != sorted(imported):
        return None
    return tuple(listed)
