"""Checks whether the archives of an organization will fit on the disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
from attrs import define

from workmail_async.errors import WorkMailError
from workmail_async.exports.organization.selection import Choice

if TYPE_CHECKING:
    from workmail_async.workmail.organization import Organization

_MEGABYTE = 1024 * 1024
#: How many sizes are asked for at a time: quick for a thousand, and not enough to be throttled.
_AT_A_TIME = 5


@define
class MailSize:
    """How much mail there is, before WorkMail compresses it.

    Attributes:
        bytes: The size of the mailboxes whose size is known.
        known: The number of these mailboxes.
        unknown: The number of mailboxes whose size WorkMail does not tell.
    """

    bytes: float = 0.0
    known: int = 0
    unknown: int = 0


async def mail_size(organization: Organization, choices: Iterable[Choice]) -> MailSize:
    """Add up the sizes of the users' mailboxes that will be exported.

    Args:
        organization: The organization.
        choices: Which mailboxes are exported.

    Returns:
        The sum, and how many sizes are unknown.
    """
    found = MailSize()
    users = iter([c.entity for c in choices if c.skipped is None and c.entity.kind == "user"])

    async def ask() -> None:
        for user in users:  # shared: each is asked about once
            try:
                details = await organization.get_mailbox_details(user_id=user.entity_id)
            except WorkMailError:
                found.unknown += 1
            else:
                found.bytes += (details.mailbox_size or 0.0) * _MEGABYTE
                found.known += 1

    async with anyio.create_task_group() as group:
        for _ in range(_AT_A_TIME):
            group.start_soon(ask)
    return found


def free_space(folder: Path) -> int:
    """Return how many bytes can be written below a folder that may not exist yet.

    Args:
        folder: The folder.

    Raises:
        OSError: It cannot be created, or you may not write to it.
    """
    there = folder.resolve()
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        raise NotADirectoryError(f"{there} is not a folder")
    if not os.access(there, os.W_OK):
        raise PermissionError(f"{there} cannot be written to")
    return shutil.disk_usage(there).free
