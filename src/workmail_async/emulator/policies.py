"""Decides what an IAM policy allows, as far as exports and Message Flow need it.

moto's own evaluation looks at actions only; both stand or fall with resources, principals and
conditions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

# Operators of conditions, without their IfExists ending: whether wildcards count.
_OPERATORS = {
    "stringequals": False,
    "stringlike": True,
    "arnequals": True,
    "arnlike": True,
    "bool": False,
}


def allows(
    documents: Iterable[str],
    action: str,
    *,
    resource: str | None = None,
    service: str | None = None,
    context: Mapping[str, str] | None = None,
) -> bool:
    """Return whether some statement allows an action and none denies it.

    Args:
        documents: The policies, as JSON.
        action: The action, such as `s3:PutObject`.
        resource: The resource's ARN; None for a trust policy, which names none.
        service: The service that acts; None when the policy's owner does.
        context: Condition keys and their values.
    """
    allowed = False
    for document in documents:
        for statement in _list(json.loads(document).get("Statement")):
            if not _applies(statement, action, resource, service, context or {}):
                continue
            if statement.get("Effect") == "Deny":
                return False
            allowed = True
    return allowed


def _applies(
    statement: dict[str, Any],
    action: str,
    resource: str | None,
    service: str | None,
    context: Mapping[str, str],
) -> bool:
    return (
        _covers(statement, "Action", action.lower(), fold=True)
        and (resource is None or _covers(statement, "Resource", resource))
        and (service is None or _names_service(statement.get("Principal"), service))
        and _conditions_hold(statement.get("Condition") or {}, context)
    )


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
        wildcards = _OPERATORS.get(name.removesuffix("ifexists"))
        if wildcards is None:  # an operator that neither comes with
            return False
        for key, patterns in tests.items():
            value = known.get(key.lower())
            if value is None:
                if optional:
                    continue
                return False
            if not any(
                _like(pattern, value) if wildcards else pattern == value
                for pattern in _list(patterns)
            ):
                return False
    return True


def _like(pattern: str, value: str) -> bool:
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, value, re.DOTALL) is not None


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
