"""Groups and their members."""

from __future__ import annotations

from attrs import define, field

from .entities import Entity


@define(kw_only=True, eq=False)
class Group(Entity):
    """A group.

    Args:
        members: Identifiers of its members, each with its place in the list.
        joined: How many members it ever had.
    """

    members: dict[str, int] = field(factory=dict)
    joined: int = 0

    def drop(self, entity_id: str) -> None:
        """Forget an entity that is being deleted."""
        super().drop(entity_id)
        self.members.pop(entity_id, None)
