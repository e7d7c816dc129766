"""Decides what IAM policies allow, as far as exports, Message Flow and the simulation need it.

moto's own evaluation looks at actions only, and here resources, principals and conditions decide.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

ALLOWED = "allowed"
IMPLICIT_DENY = "implicitDeny"
EXPLICIT_DENY = "explicitDeny"

# Condition operators, without their IfExists suffix: whether wildcards count, and whether the
# operator is negated.
_OPERATORS = {
    "stringequals": (False, False),
    "stringnotequals": (False, True),
    "stringlike": (True, False),
    "stringnotlike": (True, True),
    "arnequals": (True, False),
    "arnnotequals": (True, True),
    "arnlike": (True, False),
    "arnnotlike": (True, True),
    "bool": (False, False),
}


def decide(
    documents: Iterable[str],
    action: str,
    *,
    resource: str | None = None,
    service: str | None = None,
    context: Mapping[str, str] | None = None,
) -> str:
    """Return what policies say about an action: `ALLOWED`, `IMPLICIT_DENY` or `EXPLICIT_DENY`.

    Args:
        documents: The policies, as JSON.
        action: The action, such as `s3:PutObject`.
        resource: The resource's ARN; None for a trust policy, which has none.
        service: The service that acts; None if the owner of the policy acts.
        context: Condition keys and their values.
    """
    decision = IMPLICIT_DENY
    for document in documents:
        for statement in _statements(document):
            if not _applies(statement, action, resource, service, context or {}):
                continue
            if statement.get("Effect") == "Deny":
                return EXPLICIT_DENY
            decision = ALLOWED
    return decision


def allows(
    documents: Iterable[str],
    action: str,
    *,
    resource: str | None = None,
    service: str | None = None,
    context: Mapping[str, str] | None = None,
) -> bool:
    """Return whether policies allow an action. The arguments are those of `decide`."""
    decision = decide(documents, action, resource=resource, service=service, context=context)
    return decision == ALLOWED


def _statements(document: str) -> list[dict[str, Any]]:
    # A trust policy can be any text in moto. What is not JSON allows nothing.
    try:
        policy = json.loads(document)
    except ValueError:
        return []
    statements = _list(policy.get("Statement")) if isinstance(policy, dict) else []
    return [statement for statement in statements if isinstance(statement, dict)]


def _applies(
    statement: dict[str, Any],
    action: str,
    resource: str | None,
    service: str | None,
    context: Mapping[str, str],
) -> bool:
    try:
        return (
            _covers(statement, "Action", action.lower(), fold=True)
            and (resource is None or _covers(statement, "Resource", resource))
            and (service is None or _names_service(statement.get("Principal"), service))
            and _conditions_hold(statement.get("Condition") or {}, context)
        )
    except (AttributeError, TypeError):  # a number in place of a string, for example
        return False


def _covers(statement: dict[str, Any], member: str, value: str, *, fold: bool = False) -> bool:
    negated = f"Not{member}" in statement
    patterns = _list(statement.get(f"Not{member}" if negated else member))
    hit = any(_like(pattern.lower() if fold else pattern, value) for pattern in patterns)
    return hit is not negated


def _names_service(principal: Any, service: str) -> bool:
    if isinstance(principal, dict):
        return service in _list(principal.get("Service"))
    return bool(principal == "*")


def _conditions_hold(conditions: dict[str, Any], context: Mapping[str, str]) -> bool:
    known = {key.lower(): value for key, value in context.items()}
    for operator, tests in conditions.items():
        name = operator.lower()
        optional = name.endswith("ifexists")
        found = _OPERATORS.get(name.removesuffix("ifexists"))
        if found is None:  # unknown operators never hold, which is the safe side
            return False
        wildcards, negated = found
        for key, patterns in tests.items():
            value = known.get(key.lower())
            if value is None:
                if optional or negated:
                    continue
                return False
            hit = any(
                _like(pattern, value) if wildcards else pattern == value
                for pattern in _list(patterns)
            )
            if hit is negated:
                return False
    return True


def _like(pattern: str, value: str) -> bool:
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, value, re.DOTALL) is not None


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
