"""Reads IAM policy documents as far as an export needs it: does a statement allow this?

This does not replace IAM's own evaluation. Conditions are read only where an export is known to
depend on them, and what cannot be decided is reported as unknown, not guessed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote

from attrs import frozen

from .policies import EXPORT_PRINCIPAL

Statement = Mapping[str, Any]


def statements(document: str | Mapping[str, Any]) -> Iterator[Statement]:
    """Yield the statements of a policy document.

    Args:
        document: The document: a mapping, or JSON, percent-encoded or not, as IAM returns it.
    """
    if isinstance(document, str):
        text = document if document.lstrip().startswith("{") else unquote(document)
        found = json.loads(text).get("Statement", [])
    else:
        found = document.get("Statement", [])
    yield from found if isinstance(found, list) else [found]


@frozen
class Grants:
    """The statements of all policies of one role.

    Attributes:
        statements: The statements.
    """

    statements: tuple[Statement, ...]

    @classmethod
    def of(cls, documents: Iterable[str | Mapping[str, Any]]) -> Grants:
        """Collect the statements of policy documents."""
        return cls(tuple(s for document in documents for s in statements(document)))

    def allowing(self, action: str, resource: str) -> list[Statement]:
        """Return the statements that allow an action on a resource, whatever their conditions."""
        return [s for s in self.statements if _covers(s, "Allow", action, resource)]

    def denying(self, action: str, resource: str) -> list[Statement]:
        """Return the statements that deny it without a condition."""
        return [
            s
            for s in self.statements
            if _covers(s, "Deny", action, resource) and not s.get("Condition")
        ]


def trusts_exports(document: str | Mapping[str, Any]) -> list[Statement]:
    """Return the statements of a trust policy that let WorkMail's exports assume the role."""
    found: list[Statement] = []
    for statement in statements(document):
        principal = statement.get("Principal", {})
        services = ["*"] if principal == "*" else _listed(principal, "Service")
        actions = _listed(statement, "Action")
        if (
            statement.get("Effect") == "Allow"
            and any(service in (EXPORT_PRINCIPAL, "*") for service in services)
            and any(fnmatchcase("sts:AssumeRole", action) for action in actions)
        ):
            found.append(statement)
    return found


def conditions(statement: Statement, key: str) -> list[str]:
    """Return the values that a statement's conditions require of a key, whatever the operator."""
    found: list[str] = []
    for tests in statement.get("Condition", {}).values():
        for name, values in tests.items():
            if name.casefold() == key.casefold():
                listed = values if isinstance(values, list) else [values]
                found += map(str, listed)  # an account may be written as a number
    return found


def _covers(statement: Statement, effect: str, action: str, resource: str) -> bool:
    if statement.get("Effect") != effect:
        return False
    named = any(
        fnmatchcase(action.casefold(), pattern.casefold())
        for pattern in _listed(statement, "Action")
    )
    return named and any(
        fnmatchcase(resource, pattern) for pattern in _listed(statement, "Resource")
    )


def _listed(holder: Mapping[str, Any], name: str) -> list[str]:
    value = holder.get(name, [])
    return [value] if isinstance(value, str) else list(value)
