"""Reads items for writers: small ones at once, large ones in pieces."""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Iterator
from email.utils import mktime_tz, parsedate_tz

from workmail_async.archives.headers import ItemHeaders
from workmail_async.archives.item import ArchiveItem

UNFILED = "Unfiled"
"""The name of the folder for messages that are in no folder of the archive."""

LEADING_LINES = "lines before the header"
"""How `Conversion.adjusted` counts messages that lost their preamble."""

_AT_ONCE = 16 * 1024 * 1024
_PIECE = 1024 * 1024
_LONGEST_DATE = 200
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


def message_pieces(item: ArchiveItem) -> Iterator[bytes]:
    """Iterate over a message's content from its first header field on.

    What precedes it (`ArchiveItem.preamble`) would hide the header from the next system.

    Args:
        item: The message.

    Yields:
        Its bytes.

    Raises:
        ItemError: It is corrupt; do not use what was yielded before.
    """
    before = item.preamble
    for piece in pieces(item):  # the first is longer than any preamble
        yield piece[before:] if before else piece
        before = 0


def sent(item: ArchiveItem, headers: ItemHeaders) -> int:
    """Return when a message was sent or, failing that, received, in seconds since the epoch.

    Its own header says so. `Date` may be missing or make no sense; each server on the way has
    written when it got the message, the last one at the top. If there is nothing at all, it is the
    date of the entry in the archive.
    """
    for field in (b"date", b"received", b"x-received", b"delivery-date", b"resent-date"):
        for value in headers.raw_all(field.decode()):
            # the time comes last, after a semicolon
            when = _parsed(value.rpartition(b";")[2] if field.endswith(b"received") else value)
            if 0 < when < _LATEST:
                return when
    return _stamped(item.stamp)


def _parsed(value: bytes) -> int:
    try:
        date = parsedate_tz(value[:_LONGEST_DATE].decode("latin-1"))
        return mktime_tz(date) if date is not None else 0
    except (ValueError, OverflowError, TypeError, IndexError):  # dates of a broken mailer
        return 0


def _stamped(stamp: int) -> int:
    date, time = stamp >> 16, stamp & 0xFFFF
    day = (1980 + (date >> 9), max(date >> 5 & 15, 1), max(date & 31, 1))
    try:
        when = timegm((*day, time >> 11, time >> 5 & 63, time % 32 * 2))
    except ValueError:  # there is no such month
        return 0
    return when if when < _LATEST else 0


def sender(headers: ItemHeaders) -> str:
    """Return the address a message came from; empty if it names none that can be read."""
    for field in ("return-path", "from", "sender"):
        value = headers.raw(field)
        if value and (found := _ADDRESS.search(value.decode("latin-1"))):
            return found[0]
    return ""


def eml_name(item: ArchiveItem) -> str:
    """Return the name of an item with the suffix `.eml`."""
    return item.name if item.name.lower().endswith(".eml") else f"{item.name}.eml"
