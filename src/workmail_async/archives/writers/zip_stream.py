"""Writes a zip of any number of entries in little memory.

The standard library keeps an object for each entry it has written until the zip is closed.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from tempfile import SpooledTemporaryFile
from typing import BinaryIO

_LOCAL = struct.Struct("<4s2B4HIII2H")
_CENTRAL = struct.Struct("<4s4BHHIIIIHHHHHII")
_END = struct.Struct("<4s4H2IH")
_END64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR = struct.Struct("<4sIQI")

_DEFLATED = 8
_UTF8 = 0x0800
_UNIX = 3
_OWNERS_FILE = 0o100600 << 16
_VERSION, _VERSION_ZIP64 = 20, 45
_MAX16, _MAX32 = 0xFFFF, 0xFFFF_FFFF
# Far enough below 4 GiB that packing cannot lead over it.
_WIDE_FROM = 0xF000_0000
_IN_MEMORY = 4 * 1024 * 1024
_PIECE = 1024 * 1024


class ZipStream:
    """A zip that is written.

    Args:
        file: Where to; it is written from its begin, and not closed.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._list = SpooledTemporaryFile[bytes](max_size=_IN_MEMORY)
        self._count = 0

    def close(self) -> None:
        """Give up; the file is left as it is."""
        self._list.close()

    def add(self, name: str, content: Iterable[bytes], *, size: int, stamp: int) -> None:
        """Add an entry, or nothing when its content cannot be read.

        Args:
            name: Its name.
            content: Its bytes.
            size: How many there are.
            stamp: Its date and time as MS-DOS writes them.
        """
        offset = self._file.tell()
        try:
            self._add(offset, name.encode(), content, size, stamp)
        except BaseException:
            self._file.seek(offset)
            self._file.truncate()
            raise

    def _add(
        self, offset: int, name: bytes, content: Iterable[bytes], size: int, stamp: int
    ) -> None:
        wide = size >= _WIDE_FROM
        flags = 0 if name.isascii() else _UTF8
        version = _VERSION_ZIP64 if wide or offset >= _MAX32 else _VERSION
        time, date = stamp & _MAX16, stamp >> 16
        begin = (version, 0, flags, _DEFLATED, time, date)
        extra_length = 20 if wide else 0
        room = _LOCAL.size + len(name) + extra_length
        self._file.write(bytes(room))
        crc, packed = self._pack(content)
        end = self._file.tell()

        sizes = (_MAX32, _MAX32) if wide else (packed, size)
        self._file.seek(offset)
        self._file.write(
            _LOCAL.pack(b"PK\x03\x04", *begin, crc, *sizes, len(name), extra_length) + name
        )
        if wide:
            self._file.write(struct.pack("<HHQQ", 1, 16, size, packed))
        self._file.seek(end)

        values = [size, packed] if wide else []
        if offset >= _MAX32:
            values.append(offset)
        extra = struct.pack(f"<HH{len(values)}Q", 1, 8 * len(values), *values) if values else b""
        central = _CENTRAL.pack(
            b"PK\x01\x02",
            version,
            _UNIX,
            version,
            0,
            flags,
            _DEFLATED,
            stamp,
            crc,
            *sizes,
            len(name),
            len(extra),
            0,
            0,
            0,
            _OWNERS_FILE,
            min(offset, _MAX32),
        )
        self._list.write(central + name + extra)
        self._count += 1

    def _pack(self, content: Iterable[bytes]) -> tuple[int, int]:
        """Write packed content; return its CRC and packed size."""
        packer = zlib.compressobj(wbits=-15)
        crc = packed = 0
        for piece in content:
            crc = zlib.crc32(piece, crc)
            packed += self._file.write(packer.compress(piece))
        packed += self._file.write(packer.flush())
        return crc, packed

    def finish(self) -> int:
        """Write the list of entries and return how many there are."""
        start = self._file.tell()
        self._list.seek(0)
        while piece := self._list.read(_PIECE):
            self._file.write(piece)
        self._list.close()
        end = self._file.tell()
        size, count = end - start, self._count
        if count >= _MAX16 or start >= _MAX32 or size >= _MAX32:
            versions = (_VERSION_ZIP64, _VERSION_ZIP64)
            self._file.write(
                _END64.pack(b"PK\x06\x06", 44, *versions, 0, 0, count, count, size, start)
                + _LOCATOR.pack(b"PK\x06\x07", 0, end, 1)
            )
        entries = min(count, _MAX16)
        self._file.write(
            _END.pack(
                b"PK\x05\x06", 0, 0, entries, entries, min(size, _MAX32), min(start, _MAX32), 0
            )
        )
        return count
