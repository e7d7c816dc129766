"""Writes a zip of any number of entries in little memory.

The standard library keeps an object for each entry it has written until the zip is closed.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from tempfile import SpooledTemporaryFile
from typing import BinaryIO

from workmail_async.archives.zip_format import (
    CENTRAL_HEADER,
    CENTRAL_SIGNATURE,
    DEFLATED,
    END,
    END64,
    END64_SIGNATURE,
    END_SIGNATURE,
    LOCAL_HEADER,
    LOCAL_SIGNATURE,
    LOCATOR,
    LOCATOR_SIGNATURE,
    MADE_ON_UNIX,
    MAX16,
    MAX32,
    UTF8,
    ZIP64_EXTRA,
)

_OWNERS_FILE = 0o100600 << 16
_VERSION, _VERSION_ZIP64 = 20, 45
# Far enough below 4 GiB that packing cannot exceed it.
_WIDE_FROM = 0xF000_0000
_IN_MEMORY = 4 * 1024 * 1024
_PIECE = 1024 * 1024


class ZipStream:
    """A zip that is being written.

    Args:
        file: The file to write, from its start; it is not closed.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._list = SpooledTemporaryFile[bytes](max_size=_IN_MEMORY)
        self._count = 0

    def close(self) -> None:
        """Give up and leave the file as it is."""
        self._list.close()

    def add(self, name: str, content: Iterable[bytes], *, size: int, stamp: int) -> None:
        """Add an entry, or nothing if its content cannot be read.

        Args:
            name: Its name.
            content: Its bytes.
            size: How many bytes that is.
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
        flags = 0 if name.isascii() else UTF8
        version = _VERSION_ZIP64 if wide or offset >= MAX32 else _VERSION
        time, date = stamp & MAX16, stamp >> 16
        begin = (version, 0, flags, DEFLATED, time, date)
        extra_length = 20 if wide else 0
        room = LOCAL_HEADER.size + len(name) + extra_length
        self._file.write(bytes(room))
        crc, packed = self._pack(content)
        end = self._file.tell()

        sizes = (MAX32, MAX32) if wide else (packed, size)
        self._file.seek(offset)
        self._file.write(
            LOCAL_HEADER.pack(LOCAL_SIGNATURE, *begin, crc, *sizes, len(name), extra_length) + name
        )
        if wide:
            self._file.write(struct.pack("<HHQQ", ZIP64_EXTRA, 16, size, packed))
        self._file.seek(end)

        values = [size, packed] if wide else []
        if offset >= MAX32:
            values.append(offset)
        extra = (
            struct.pack(f"<HH{len(values)}Q", ZIP64_EXTRA, 8 * len(values), *values)
            if values
            else b""
        )
        central = CENTRAL_HEADER.pack(
            CENTRAL_SIGNATURE,
            version,
            MADE_ON_UNIX,
            version,
            0,
            flags,
            DEFLATED,
            stamp,
            crc,
            *sizes,
            len(name),
            len(extra),
            0,
            0,
            0,
            _OWNERS_FILE,
            min(offset, MAX32),
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
        if count >= MAX16 or start >= MAX32 or size >= MAX32:
            versions = (_VERSION_ZIP64, _VERSION_ZIP64)
            self._file.write(
                END64.pack(END64_SIGNATURE, 44, *versions, 0, 0, count, count, size, start)
                + LOCATOR.pack(LOCATOR_SIGNATURE, 0, end, 1)
            )
        entries = min(count, MAX16)
        self._file.write(
            END.pack(END_SIGNATURE, 0, 0, entries, entries, min(size, MAX32), min(start, MAX32), 0)
        )
        return count
