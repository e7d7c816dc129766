"""Reads the list of entries of a zip as a stream, however long it is.

The standard library keeps an object of nearly a kilobyte for each entry from the moment a zip is
opened, and gives up on a zip whose list is damaged. A mailbox has hundreds of thousands of entries.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from attrs import frozen

from .zip_file import ZipBytes

CENTRAL_SIGNATURE = b"PK\x01\x02"
LOCAL_SIGNATURE = b"PK\x03\x04"
_END_SIGNATURE = b"PK\x05\x06"
_END64_SIGNATURE = b"PK\x06\x06"
_LOCATOR_SIGNATURE = b"PK\x06\x07"

_CENTRAL = struct.Struct("<4s4BHHIIIIHHHHHII")
_END = struct.Struct("<4s4H2IH")
_END64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR = struct.Struct("<4sIQI")
_EXTRA = struct.Struct("<HH")

_ZIP64_EXTRA = 0x0001
_MAX16 = 0xFFFF
_MAX32 = 0xFFFF_FFFF
# The longest entry of the list is 46 bytes and three texts of 65,535.
_WINDOW = 256 * 1024
_TAIL = _END.size + _MAX16
# The longest that nothing gets by being packed: bzip2 makes that of it.
_PACKED_NOTHING = 14

ENCRYPTED = 0x0001
SIZES_FOLLOW = 0x0008
UTF8 = 0x0800


class Entry(NamedTuple):
    """One entry, as the zip's list tells of it.

    Attributes:
        number: Its place in the list, from 0.
        name: Its name, not decoded.
        flags: The general purpose bits.
        method: How it is packed.
        stamp: Date and time as MS-DOS writes them, the date in the upper 16 bits.
        crc: The CRC-32 of its content.
        packed: The length of its packed content in bytes.
        size: The length of its content in bytes.
        offset: Where its local header begins in the file.
        mode: The Unix mode of the file; 0 when it comes from another system.
        extra: The extra fields.
    """

    number: int
    name: bytes
    flags: int
    method: int
    stamp: int
    crc: int
    packed: int
    size: int
    offset: int
    mode: int
    extra: bytes

    @property
    def is_folder(self) -> bool:
        """Whether it only says that there is a folder."""
        empty = not self.size and self.packed <= _PACKED_NOTHING
        return empty and self.name.endswith((b"/", b"\\"))


class Directory(Protocol):
    """What entries a zip has."""

    @property
    def most(self) -> int:
        """How many entries there are at most."""
        ...

    def __iter__(self) -> Iterator[Entry]: ...


@frozen
class CentralDirectory:
    """The list of entries at the end of a zip.

    Attributes:
        file: The zip.
        start: Where the list begins in the file.
        size: Its length in bytes.
        leading: How many bytes stand before the zip's own first one.
        declared: How many entries it is said to have; None when nothing says so.
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
        return self.size // _CENTRAL.size

    def __iter__(self) -> Iterator[Entry]:
        index, position, end = 0, self.start, self.start + self.size
        while end - position >= _CENTRAL.size:
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
        while at + _CENTRAL.size <= len(window):
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
            ) = _CENTRAL.unpack_from(window, at)
            name_end = at + _CENTRAL.size + name_length
            end = name_end + extra_length + comment_length
            if signature != CENTRAL_SIGNATURE or end > len(window):
                return
            extra = window[name_end : name_end + extra_length]
            if _MAX32 in (packed, size, offset):
                size, packed, offset = zip64_values(extra, size, packed, offset)
            yield (
                Entry(
                    index,
                    window[at + _CENTRAL.size : name_end],
                    flags,
                    method,
                    stamp,
                    crc,
                    packed,
                    size,
                    offset + self.leading,
                    attributes >> 16 if system == 3 else 0,
                    extra,
                ),
                end - at,
            )
            index += 1
            at = end


def extra_field(extra: bytes, wanted: int) -> bytes | None:
    """Return one of an entry's extra fields, None when it is not there."""
    at = 0
    while at + _EXTRA.size <= len(extra):
        kind, length = _EXTRA.unpack_from(extra, at)
        at += _EXTRA.size
        if kind == wanted:
            return extra[at : at + length]
        at += length
    return None


def zip64_values(extra: bytes, *values: int) -> tuple[int, ...]:
    """Replace the values that did not fit into 32 bits by those of the zip64 extra field.

    Args:
        extra: The extra fields.
        values: The values in the order of the field: size, packed size, offset.

    Returns:
        The values; those that the field lacks stay as they are.
    """
    field, at, found = extra_field(extra, _ZIP64_EXTRA) or b"", 0, list[int]()
    for value in values:
        if value == _MAX32 and at + 8 <= len(field):
            found.append(int.from_bytes(field[at : at + 8], "little"))
            at += 8
        else:
            found.append(value)
    return tuple(found)


def find_directory(file: ZipBytes) -> CentralDirectory | None:
    """Find the list of entries by the record at the end of a zip.

    Args:
        file: The zip.

    Returns:
        The list; None when there is no such record, or where it points there is no list. The record
        of an empty zip counts only where such a zip begins: a comment can hold one.
    """
    tail_start = max(file.size - _TAIL, 0)
    tail = file.read_at(tail_start, _TAIL)
    at = tail.rfind(_END_SIGNATURE)
    while at >= 0:
        if len(tail) - at >= _END.size:
            directory = _directory_of(file, tail_start + at, tail[at : at + _END.size])
            if directory is not None:
                return directory
        at = tail.rfind(_END_SIGNATURE, 0, at)
    return None


def _directory_of(file: ZipBytes, record: int, data: bytes) -> CentralDirectory | None:
    _, _, _, _, declared, size, offset, comment_length = _END.unpack(data)
    end = record
    wide = _wide_record(file, record)
    if wide is not None:
        end = wide[0]
        if declared == _MAX16 or _MAX32 in (size, offset):
            _, declared, size, offset = wide
    start = end - size
    if size == 0 == declared:
        if end:
            return None
    elif start < 0 or file.read_at(start, 4) != CENTRAL_SIGNATURE:
        # something may lie between the list and the record
        start = offset
        if start + size > end or file.read_at(start, 4) != CENTRAL_SIGNATURE:
            return None
    leading = max(start - offset, 0)
    trailing = max(file.size - record - _END.size - comment_length, 0)
    return CentralDirectory(file, start, size, leading, declared, trailing)


def _wide_record(file: ZipBytes, record: int) -> tuple[int, int, int, int] | None:
    """Return where the zip64 record lies, and its number of entries, size and offset."""
    if record < _LOCATOR.size:
        return None
    locator = file.read_at(record - _LOCATOR.size, _LOCATOR.size)
    signature, _, told, _ = _LOCATOR.unpack(locator)
    if signature != _LOCATOR_SIGNATURE:
        return None
    # The record is where the locator says, unless something stands before the zip.
    for at in (told, record - _LOCATOR.size - _END64.size):
        data = file.read_at(at, _END64.size) if at >= 0 else b""
        if len(data) == _END64.size and data.startswith(_END64_SIGNATURE):
            *_, declared, size, offset = _END64.unpack(data)
            return at, declared, size, offset
    return None
