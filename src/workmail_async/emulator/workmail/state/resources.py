"""Resources: rooms and equipment."""

from __future__ import annotations

from attrs import define, field, frozen

from .entities import Entity


@frozen(kw_only=True)
class BookingOptions:
    """How a resource answers booking requests automatically.

    Args:
        auto_accept: Whether it accepts requests.
        auto_decline_recurring: Whether it declines recurring requests.
        auto_decline_conflicting: Whether it declines conflicting requests.
    """

    auto_accept: bool = True
    auto_decline_recurring: bool = False
    auto_decline_conflicting: bool = True


@define(kw_only=True, eq=False)
class Resource(Entity):
    """A resource.

    Args:
        type: ROOM or EQUIPMENT.
        description: Its description.
        booking_options: How it answers booking requests.
        delegates: The ids of its delegates, each with its position in the list.
        delegated: How many delegates it has ever had.
    """

    type: str
    description: str | None = None
    booking_options: BookingOptions = BookingOptions()
    delegates: dict[str, int] = field(factory=dict)
    delegated: int = 0

    def drop(self, entity_id: str) -> None:
        """Remove references to an entity that is being deleted."""
        super().drop(entity_id)
        self.delegates.pop(entity_id, None)
