"""Values as text for a comment: short, harmless, and without anything sensitive."""

import json
from collections.abc import Iterable

SENSITIVE = "(sensitive)"
_LONGEST = 72
_SHORTEST_SECRET = 4  # a shorter one would black out half the comment; its own attribute is masked anyway


class Redactor:
    """Replaces what is sensitive anywhere in a text, also inside of longer values."""

    def __init__(self, secrets: Iterable[str]) -> None:
        wanted = {form for secret in secrets if len(secret) >= _SHORTEST_SECRET for form in _forms(secret)}
        self._secrets = sorted(wanted, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return *text* without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, SENSITIVE)
        return text


def _forms(secret: str) -> set[str]:
    """Return how *secret* may look inside of other values: as it is, and quoted once or twice in JSON."""
    once = json.dumps(secret)[1:-1]
    return {secret, once, json.dumps(once)[1:-1]}


def code(text: str) -> str:
    """Return *text* as inline code that can't end early, mention anyone, or break a table."""
    flat = " ".join(text.split()).replace("`", "'").replace("|", "¦")
    return f"`{flat}`" if flat else "(empty)"


def plain(text: str) -> str:
    """Return *text* for prose: no markup, no mention, no line break."""
    flat = " ".join(text.split())
    for character in "\\`*_[]<>#|~":
        flat = flat.replace(character, f"\\{character}")
    return flat.replace("@", "@\u200b")


def shown(value: object, redact: Redactor) -> str:
    """Return *value* as short code: a scalar as it is, anything larger by its size only."""
    if value is None:
        return "(none)"
    if isinstance(value, dict | list):
        return f"({len(value)} {'entries' if len(value) != 1 else 'entry'})"
    text = value if isinstance(value, str) else json.dumps(value)
    text = redact(text)  # before it is cut, so that no part of a secret is left at the edge
    return code(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
