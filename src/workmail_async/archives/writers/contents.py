"""Reads items for writers: small ones at once, large ones in pieces."""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Iterator
from email.utils import mktime_tz, parsedate_tz

from workmail_async.archives.classification import header_value
from workmail_async.archives.item import ArchiveItem, without_envelope

UNFILED = "Unfiled"
"""The name of the folder for messages that are in no folder of the archive."""

_AT_ONCE = 16 * 1024 * 1024
_PIECE = 1024 * 1024
# Later than this, or before 1970, a date is a mistake, and some file systems refuse it.
_LATEST = 4_102_444_800
# Addresses are no longer than that. Without the limits, a long word without an `@` takes
# quadratic time.
_ADDRESS = re.compile(r"[^\s<>@,;:\"()]{1,64}@[^\s<>@,;:\"()]{1,255}", re.ASCII)


def pieces(item: ArchiveItem) -> Iterator[bytes]:
    """Iterate over an item's content.

    Args:
        item: The item.

    Yields:
        Its bytes.

    Raises:
        ItemError: It is corrupt; do not use what was yielded before.
    """
    if item.size <= _AT_ONCE:
        yield item.raw()
        return
    with item.open() as stream:
        while piece := stream.read(_PIECE):
            yield piece


def sent(item: ArchiveItem) -> int:
    """Return when a message was sent, in seconds since the epoch.

    If its own header does not say so, it is the date of the entry in the archive.
    """
    try:
        date = parsedate_tz(header_value(without_envelope(item.head), b"date"))
        when = mktime_tz(date) if date is not None else 0
    except (ValueError, OverflowError, TypeError, IndexError):  # dates of a broken mailer
        when = 0
    return when if 0 < when < _LATEST else _stamped(item.stamp)


def _stamped(stamp: int) -> int:
    date, time = stamp >> 16, stamp & 0xFFFF
    day = (1980 + (date >> 9), max(date >> 5 & 15, 1), max(date & 31, 1))
    try:
        when = timegm((*day, time >> 11, time >> 5 & 63, time % 32 * 2))
    except ValueError:  # there is no such month
        return 0
    return when if when < _LATEST else 0


def sender(item: ArchiveItem) -> str:
    """Return the address a message came from; empty if it names none that can be read."""
    head = without_envelope(item.head)
    for field in (b"return-path", b"from", b"sender"):
        if found := _ADDRESS.search(header_value(head, field)):
            return found[0]
    return ""


def eml_name(item: ArchiveItem) -> str:
    """Return the name of an item with the suffix `.eml`."""
    return item.name if item.name.lower().endswith(".eml") else f"{item.name}.eml"
