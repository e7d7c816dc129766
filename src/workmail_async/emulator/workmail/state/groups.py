"""Groups."""

from __future__ import annotations

from attrs import define, field

from .entities import Entity


@define(kw_only=True, eq=False)
class Group(Entity):
    """A group.

    Args:
        members: The ids of its members, each with its position in the list.
        joined: How many members it has ever had.
    """

    members: dict[str, int] = field(factory=dict)
    joined: int = 0

    def drop(self, entity_id: str) -> None:
        """Remove references to an entity that is being deleted."""
        super().drop(entity_id)
        self.members.pop(entity_id, None)
