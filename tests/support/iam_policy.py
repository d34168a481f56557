"""Evaluates IAM policies as AWS documents it, for what our policies use; anything else in one fails the test."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

_ELEMENTS = {"Sid", "Effect", "Action", "Resource", "Principal", "Condition"}
_OPERATORS = ("StringEquals", "ArnEquals", "ArnLike", "StringLike", "Bool")


def allows(policy: Mapping[str, Any], *, action: str, resource: str = "*", **context: str) -> bool:
    """Tell whether *policy* allows *action* on *resource* (IAM: "Policy evaluation logic", one policy)."""
    matching = [s for s in policy["Statement"] if _matches(s, action, resource, context)]
    return bool(matching) and all(statement["Effect"] == "Allow" for statement in matching)


def trusts(policy: Mapping[str, Any], *, provider: str, claims: Mapping[str, str], host: str) -> bool:
    """Tell whether the trust *policy* lets a token with *claims* of the OIDC *provider* in."""
    context = {f"{host}:{name}": value for name, value in claims.items()}
    return any(
        statement["Effect"] == "Allow"
        and statement["Principal"] == {"Federated": provider}
        and _conditions(statement, context)
        for statement in policy["Statement"]
        if statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    )


def _matches(statement: Mapping[str, Any], action: str, resource: str, context: Mapping[str, str]) -> bool:
    assert set(statement) <= _ELEMENTS, f"{set(statement) - _ELEMENTS} is beyond this evaluator"
    return (
        any(fnmatchcase(action.lower(), pattern.lower()) for pattern in _listed(statement["Action"]))
        and any(fnmatchcase(resource, pattern) for pattern in _listed(statement.get("Resource", "*")))
        and _conditions(statement, context)
    )


def _conditions(statement: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    for operator, keys in statement.get("Condition", {}).items():
        assert operator in _OPERATORS, f"{operator} is beyond this evaluator"
        for key, wanted in keys.items():
            actual = context.get(key)
            if actual is None:  # a key that is absent fails every operator without IfExists
                return False
            exact = operator in ("StringEquals", "Bool")
            if not any(actual == value if exact else fnmatchcase(actual, value) for value in _listed(wanted)):
                return False
    return True


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
