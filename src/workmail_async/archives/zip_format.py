"""The records of the zip format, for all that read or write one.

Names of fields and their order are those of PKWARE's APPNOTE, section 4.3.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

LOCAL_SIGNATURE = b"PK\x03\x04"
CENTRAL_SIGNATURE = b"PK\x01\x02"
END_SIGNATURE = b"PK\x05\x06"
END64_SIGNATURE = b"PK\x06\x06"
LOCATOR_SIGNATURE = b"PK\x06\x07"
DESCRIPTOR_SIGNATURE = b"PK\x07\x08"

LOCAL_HEADER = struct.Struct("<4s2B4HIII2H")
CENTRAL_HEADER = struct.Struct("<4s4BHHIIIIHHHHHII")
END = struct.Struct("<4s4H2IH")
END64 = struct.Struct("<4sQ2H2I4Q")
LOCATOR = struct.Struct("<4sIQI")
EXTRA_HEADER = struct.Struct("<HH")

STORED, DEFLATED, BZIP2, LZMA = 0, 8, 12, 14

ENCRYPTED = 0x0001
SIZES_FOLLOW = 0x0008
UTF8 = 0x0800

ZIP64_EXTRA = 0x0001
UNICODE_PATH_EXTRA = 0x7075

MADE_ON_UNIX = 3
MAX16, MAX32 = 0xFFFF, 0xFFFF_FFFF

UNKNOWN_SIZE = 2**64 - 1
"""The size of an entry of which the file has only a part."""

# The longest that an empty content gets by being packed: bzip2 makes 14 bytes of it.
_PACKED_NOTHING = 14


class Entry(NamedTuple):
    """One entry, as the zip's list of entries describes it.

    Attributes:
        number: Its position in the list, from 0.
        name: Its name, not decoded.
        flags: The general purpose bits.
        method: The compression method.
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


def extra_field(extra: bytes, wanted: int) -> bytes | None:
    """Return one of an entry's extra fields; None if it is missing."""
    at = 0
    while at + EXTRA_HEADER.size <= len(extra):
        kind, length = EXTRA_HEADER.unpack_from(extra, at)
        at += EXTRA_HEADER.size
        if kind == wanted:
            return extra[at : at + length]
        at += length
    return None


def zip64_values(extra: bytes, *values: int) -> tuple[int, ...]:
    """Replace values that did not fit into 32 bits by those of the zip64 extra field.

    Args:
        extra: The extra fields.
        values: The values in the order of the field: size, packed size, offset.

    Returns:
        The values; those that the field lacks stay as they are.
    """
    field, at, found = extra_field(extra, ZIP64_EXTRA) or b"", 0, list[int]()
    for value in values:
        if value == MAX32 and at + 8 <= len(field):
            found.append(int.from_bytes(field[at : at + 8], "little"))
            at += 8
        else:
            found.append(value)
    return tuple(found)
