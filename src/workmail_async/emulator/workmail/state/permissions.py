"""Who may use whose mailbox."""

from __future__ import annotations

from attrs import frozen

from .entities import Entity


@frozen
class Grant:
    """What one entity may do with another's mailbox.

    Args:
        grantee: Who may.
        values: FULL_ACCESS, SEND_AS, SEND_ON_BEHALF.
        position: Its place in lists.
    """

    grantee: Entity
    values: tuple[str, ...]
    position: int
