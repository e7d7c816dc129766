"""Replaces the service's names in our words with those that Python users type.

The overlay describes the service, so it uses the service's names ("needs ForceDelete"). Docstrings
say `force_delete` instead. Only names with an inner capital are replaced, because "State" and
"Name" are also plain English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from codegen.load import Model
from codegen.names import snake

_NAME = re.compile(r"`[^`]*`|\b[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+\b")


class Vocabulary:
    """The names of the services and how Python code spells them.

    Args:
        operations: Names of operations.
        members: Wire names of members.
        structures: Names of model classes.
        enums: Names of enumerations.
        errors: Codes of errors.
    """

    def __init__(
        self,
        *,
        operations: Iterable[str],
        members: Iterable[str],
        structures: Iterable[str],
        enums: Iterable[str],
        errors: Iterable[str],
    ) -> None:
        # Later entries win: a name of both a member and a class means the member.
        self._spelled = {
            **{name: f"`enums.{name}`" for name in enums},
            **{name: f"`models.{name}`" for name in structures},
            **{name: f"`errors.{name}`" for name in errors},
            **{name: f"`{snake(name)}`" for name in members},
            **{name: f"`{snake(name)}`" for name in operations},
        }

    def python(self, text: str) -> str:
        """Return the text with the service's names spelled as Python code."""
        return _NAME.sub(lambda name: self._spelled.get(name.group(), name.group()), text)


def vocabulary_of(models: Iterable[Model]) -> Vocabulary:
    """Return the names of some service models."""
    operations: set[str] = set()
    members: set[str] = set()
    structures: set[str] = set()
    enums: set[str] = set()
    errors: set[str] = set()
    for model in models:
        operations |= set(model.description["operations"])
        for name, raw in model.description["shapes"].items():
            members |= set(raw.get("members", ()))
            if raw.get("exception"):
                errors.add(name)
            elif raw["type"] == "structure":
                structures.add(name)
            elif "enum" in raw:
                enums.add(name)
    return Vocabulary(
        operations=operations, members=members, structures=structures, enums=enums, errors=errors
    )
