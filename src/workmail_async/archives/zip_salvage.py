"""Finds the entries of a zip whose list of entries is missing, as when a download was cut off."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterator

from .zip_directory import CentralDirectory
from .zip_file import ZipBytes
from .zip_format import (
    CENTRAL_SIGNATURE,
    DEFLATED,
    DESCRIPTOR_SIGNATURE,
    LOCAL_HEADER,
    LOCAL_SIGNATURE,
    MAX32,
    SIZES_FOLLOW,
    STORED,
    Entry,
    zip64_values,
)

_PIECE = 64 * 1024
_UNKNOWN = 2**64 - 1


class SalvagedDirectory:
    """The entries that stand one after the other from the begin of a zip.

    Args:
        file: The zip.

    Attributes:
        end: Where in the file the entries end.
    """

    def __init__(self, file: ZipBytes) -> None:
        self._file = file
        self._offsets = array("Q")
        self._packed = array("Q")
        self._sizes = array("Q")
        self._crcs = array("Q")
        self.end: int = self._walk()

    @property
    def most(self) -> int:
        """How many entries there are."""
        return len(self._offsets)

    def __iter__(self) -> Iterator[Entry]:
        for index, offset in enumerate(self._offsets):
            header = self._file.read_at(offset, LOCAL_HEADER.size)
            fields = LOCAL_HEADER.unpack(header)
            flags, method, time, date, name_length = (fields[i] for i in (3, 4, 5, 6, 10))
            yield Entry(
                index,
                self._file.read_at(offset + LOCAL_HEADER.size, name_length),
                flags,
                method,
                date << 16 | time,
                self._crcs[index],
                self._packed[index],
                self._sizes[index],
                offset,
                0,
                b"",
            )

    def _walk(self) -> int:
        position = 0
        while True:
            header = self._file.read_at(position, LOCAL_HEADER.size)
            if not header.startswith((LOCAL_SIGNATURE, CENTRAL_SIGNATURE)):
                position = self._next(position)
                header = self._file.read_at(position, LOCAL_HEADER.size)
            if len(header) < LOCAL_HEADER.size or not header.startswith(LOCAL_SIGNATURE):
                return position
            fields = LOCAL_HEADER.unpack(header)
            flags, method, crc, packed, size, name_length, extra_length = (
                fields[i] for i in (3, 4, 7, 8, 9, 10, 11)
            )
            start = position + LOCAL_HEADER.size + name_length + extra_length
            if MAX32 in (packed, size):
                after_name = position + LOCAL_HEADER.size + name_length
                extra = self._file.read_at(after_name, extra_length)
                size, packed = zip64_values(extra, size, packed)
            end = start + packed
            if flags & SIZES_FOLLOW and not packed:
                packed, size, crc, end = self._measure(method, start)
            if start + name_length > self._file.size:
                return position
            self._offsets.append(position)
            self._packed.append(packed)
            self._sizes.append(size)
            self._crcs.append(crc)
            position = end

    def _next(self, position: int) -> int:
        """Return where the next header begins, or the end of the file."""
        while window := self._file.read_at(position, _PIECE):
            found = [window.find(mark) for mark in (LOCAL_SIGNATURE, CENTRAL_SIGNATURE)]
            if any(at >= 0 for at in found):
                return position + min(at for at in found if at >= 0)
            position += max(len(window) - 3, 1)
        return self._file.size

    def _measure(self, method: int, start: int) -> tuple[int, int, int, int]:
        """Return packed size, size, CRC, and the end of a content whose sizes stand after it."""
        if method == DEFLATED:
            packed, size, crc = self._unpack(start)
        elif method == STORED:
            packed, size, crc = self._until_descriptor(start)
        else:
            packed, size, crc = self._file.size - start, _UNKNOWN, 0
        end = start + packed
        after = self._file.read_at(end, 24)
        signed = 4 if after.startswith(DESCRIPTOR_SIGNATURE) else 0
        for length in (12, 20):
            following = after[signed + length : signed + length + 4] or self._file.read_at(
                end + signed + length, 4
            )
            if following in (LOCAL_SIGNATURE, CENTRAL_SIGNATURE):
                return packed, size, crc, end + signed + length
        return packed, size, crc, min(end + signed + 12, self._file.size)

    def _unpack(self, start: int) -> tuple[int, int, int]:
        """Unpack a content to see where it ends, keeping nothing of it."""
        unpacker = zlib.decompressobj(-15)
        position, size, crc = start, 0, 0
        rest = b""
        while not unpacker.eof:
            if not rest:
                rest = self._file.read_at(position, _PIECE)
                position += len(rest)
            if not rest:
                break
            try:
                data = unpacker.decompress(rest, _PIECE)
            except zlib.error:
                break
            rest = unpacker.unconsumed_tail
            size += len(data)
            crc = zlib.crc32(data, crc)
        if not unpacker.eof:
            return self._file.size - start, _UNKNOWN, crc
        return position - len(unpacker.unused_data) - start, size, crc

    def _until_descriptor(self, start: int) -> tuple[int, int, int]:
        """Search the sizes after a content that is not packed; they name its length."""
        position, crc, before = start, 0, b""
        while piece := self._file.read_at(position, _PIECE):
            window = before + piece
            at = window.find(DESCRIPTOR_SIGNATURE)
            while at >= 0:
                length = position - len(before) + at - start
                descriptor = self._file.read_at(start + length + 4, 8)
                if int.from_bytes(descriptor[4:8], "little") == length & MAX32:
                    return length, length, int.from_bytes(descriptor[:4], "little")
                at = window.find(DESCRIPTOR_SIGNATURE, at + 1)
            before = window[-3:]
            position += len(piece)
        return self._file.size - start, _UNKNOWN, crc


def salvage(file: ZipBytes) -> SalvagedDirectory | CentralDirectory | None:
    """Find entries without the record at the end of a zip.

    Args:
        file: The zip.

    Returns:
        The list of entries, if it is there after all; else the entries that were found; None when
        the file does not begin as a zip does.
    """
    if file.read_at(0, 4) not in (LOCAL_SIGNATURE, CENTRAL_SIGNATURE):
        return None
    found = SalvagedDirectory(file)
    directory = CentralDirectory(file, found.end, file.size - found.end)
    # it tells more of each entry, if it is there and whole
    return directory if sum(1 for _ in directory) >= max(found.most, 1) else found
