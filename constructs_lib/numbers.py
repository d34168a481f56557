"""Limits that AWS puts on numbers, checked before anything is synthesized."""


def checked_number(field: str, value: int, *, least: int, most: int, source: str) -> int:
    """Return *value* if it is one of *least* to *most*.

    Args:
        field: Name of the argument.
        value: Its value, in the argument's own unit.
        least: Smallest value that AWS accepts.
        most: Largest value that AWS accepts.
        source: Title of the AWS page that states the limits.

    Raises:
        ValueError: It is less or more.
    """
    if not least <= value <= most:
        raise ValueError(f"{field}={value} is not what AWS accepts; use {least} to {most} ({source})")
    return value
