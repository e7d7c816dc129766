"""Reads the list of entries of a zip as a stream, however long it is.

The standard library keeps an object of nearly a kilobyte for each entry from the moment a zip is
opened, and gives up on a zip whose list is damaged. A mailbox has hundreds of thousands of entries.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from attrs import frozen

from .zip_file import ZipBytes
from .zip_format import (
    CENTRAL_HEADER,
    CENTRAL_SIGNATURE,
    END,
    END64,
    END64_SIGNATURE,
    END_SIGNATURE,
    LOCATOR,
    LOCATOR_SIGNATURE,
    MADE_ON_UNIX,
    MAX16,
    MAX32,
    Entry,
    zip64_values,
)

# The longest entry of the list is 46 bytes and three texts of 65,535.
_WINDOW = 256 * 1024
_TAIL = END.size + MAX16


class Directory(Protocol):
    """The entries of a zip."""

    @property
    def most(self) -> int:
        """The largest number of entries that there can be."""
        ...

    def __iter__(self) -> Iterator[Entry]: ...


@frozen
class CentralDirectory:
    """The list of entries at the end of a zip.

    Attributes:
        file: The zip.
        start: Where the list begins in the file.
        size: Its length in bytes.
        leading: How many bytes precede the zip's own first one.
        declared: How many entries the end record declares; None if there is no such record.
        trailing: How many bytes follow the zip.
    """

    file: ZipBytes
    start: int
    size: int
    leading: int = 0
    declared: int | None = None
    trailing: int = 0

    @property
    def most(self) -> int:
        """How many entries fit into the list."""
        return self.size // CENTRAL_HEADER.size

    def __iter__(self) -> Iterator[Entry]:
        index, position, end = 0, self.start, self.start + self.size
        while end - position >= CENTRAL_HEADER.size:
            window = self.file.read_at(position, min(_WINDOW, end - position))
            used = 0
            for entry, length in self._entries(window, index):
                yield entry
                index += 1
                used += length
            if not used:
                return
            position += used

    def _entries(self, window: bytes, index: int) -> Iterator[tuple[Entry, int]]:
        at = 0
        while at + CENTRAL_HEADER.size <= len(window):
            (
                signature,
                _,
                system,
                _,
                _,
                flags,
                method,
                stamp,
                crc,
                packed,
                size,
                name_length,
                extra_length,
                comment_length,
                _,
                _,
                attributes,
                offset,
            ) = CENTRAL_HEADER.unpack_from(window, at)
            name_end = at + CENTRAL_HEADER.size + name_length
            end = name_end + extra_length + comment_length
            if signature != CENTRAL_SIGNATURE or end > len(window):
                return
            extra = window[name_end : name_end + extra_length]
            if MAX32 in (packed, size, offset):
                size, packed, offset = zip64_values(extra, size, packed, offset)
            yield (
                Entry(
                    index,
                    window[at + CENTRAL_HEADER.size : name_end],
                    flags,
                    method,
                    stamp,
                    crc,
                    packed,
                    size,
                    offset + self.leading,
                    attributes >> 16 if system == MADE_ON_UNIX else 0,
                    extra,
                ),
                end - at,
            )
            index += 1
            at = end


def find_directory(file: ZipBytes) -> CentralDirectory | None:
    """Find the list of entries by the end record of a zip.

    Args:
        file: The zip.

    Returns:
        The list; None if there is no end record, or no list where it points. The record of an
        empty zip counts only at the start of the file, because a comment can contain one.
    """
    tail_start = max(file.size - _TAIL, 0)
    tail = file.read_at(tail_start, _TAIL)
    at = tail.rfind(END_SIGNATURE)
    while at >= 0:
        if len(tail) - at >= END.size:
            directory = _directory_of(file, tail_start + at, tail[at : at + END.size])
            if directory is not None:
                return directory
        at = tail.rfind(END_SIGNATURE, 0, at)
    return None


def _directory_of(file: ZipBytes, record: int, data: bytes) -> CentralDirectory | None:
    _, _, _, _, declared, size, offset, comment_length = END.unpack(data)
    end = record
    wide = _wide_record(file, record)
    if wide is not None:
        end = wide[0]
        if declared == MAX16 or MAX32 in (size, offset):
            _, declared, size, offset = wide
    start = end - size
    if size == 0 == declared:
        if end:
            return None
    elif start < 0 or file.read_at(start, 4) != CENTRAL_SIGNATURE:
        # There may be something between the list and the record.
        start = offset
        if start + size > end or file.read_at(start, 4) != CENTRAL_SIGNATURE:
            return None
    leading = max(start - offset, 0)
    trailing = max(file.size - record - END.size - comment_length, 0)
    return CentralDirectory(file, start, size, leading, declared, trailing)


def _wide_record(file: ZipBytes, record: int) -> tuple[int, int, int, int] | None:
    """Return the zip64 record's position, number of entries, size and offset."""
    if record < LOCATOR.size:
        return None
    locator = file.read_at(record - LOCATOR.size, LOCATOR.size)
    signature, _, position, _ = LOCATOR.unpack(locator)
    if signature != LOCATOR_SIGNATURE:
        return None
    # The record is where the locator says, unless something precedes the zip.
    for at in (position, record - LOCATOR.size - END64.size):
        data = file.read_at(at, END64.size) if at >= 0 else b""
        if len(data) == END64.size and data.startswith(END64_SIGNATURE):
            *_, declared, size, offset = END64.unpack(data)
            return at, declared, size, offset
    return None
