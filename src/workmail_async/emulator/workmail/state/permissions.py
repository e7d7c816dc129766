"""Mailbox permissions: who may access whose mailbox."""

from __future__ import annotations

from attrs import frozen

from .entities import Entity


@frozen
class Grant:
    """The permissions of one entity for the mailbox of another.

    Args:
        grantee: Who has the permissions.
        values: FULL_ACCESS, SEND_AS, SEND_ON_BEHALF.
        position: Its position in lists.
    """

    grantee: Entity
    values: tuple[str, ...]
    position: int
