"""Finds the entries of a zip whose list of entries is missing, as when a download was cut off.

A zip has everything twice: a header before each content, and the list at the end. Without the list,
the headers are followed from one to the next. The difficulty is where a content ends:

- Usually its header gives the packed size. Then the next header is there.
- A zip written as a stream has bit 3 set (`SIZES_FOLLOW`): CRC and sizes were unknown when the
  header was written, and stand in a descriptor after the content. Some tools fill in the sizes
  nevertheless and leave out only the CRC, so a descriptor is looked for there first.
- Packed content is unpacked to see where it ends, because deflate, bzip2 and LZMA mark their end.
- Stored content does not. Nor does content that is damaged. There, the descriptor itself is
  searched for. Its signature alone proves nothing, since a mail can have a zip in it, and the
  signature is optional. What proves it is that the packed size in it is its own distance from the
  start of the content: an inner zip's descriptors count from elsewhere.
- Descriptors have 12 or 20 bytes, depending on whether the zip is a zip64 one, which nothing in
  them says. The one that fits both sizes and is followed by a header is taken.

If a content's end cannot be found, the entry takes the rest of the file and counts as truncated.
Between entries, what is not a header is skipped up to the next signature.

Each byte is read a fixed number of times, whatever is in the file: a search either ends behind the
entry it is for, or takes the rest of the file and ends the walk.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterator
from typing import NamedTuple

from .unpacking import Unpacker, UnpackingError, UnsupportedMethodError, unpacker_for
from .zip_directory import CentralDirectory
from .zip_file import ZipBytes
from .zip_format import (
    CENTRAL_SIGNATURE,
    DESCRIPTOR_SIGNATURE,
    LOCAL_HEADER,
    LOCAL_SIGNATURE,
    MAX32,
    SIZES_FOLLOW,
    STORED,
    UNKNOWN_SIZE,
    Entry,
    zip64_values,
)

_PIECE = 64 * 1024
_HEADERS = (LOCAL_SIGNATURE, CENTRAL_SIGNATURE)
# Signature, CRC and two sizes of 8 bytes.
_LONGEST_DESCRIPTOR = 24


class _Extent(NamedTuple):
    """What a header and its descriptor say of a content, and where the next header is."""

    packed: int
    size: int
    crc: int
    end: int


class SalvagedDirectory:
    """The entries that follow one another from the start of a zip.

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
            flags, method, time, date, name_length, extra_length = (
                fields[i] for i in (3, 4, 5, 6, 10, 11)
            )
            texts = self._file.read_at(offset + LOCAL_HEADER.size, name_length + extra_length)
            yield Entry(
                index,
                texts[:name_length],
                flags,
                method,
                date << 16 | time,
                self._crcs[index],
                self._packed[index],
                self._sizes[index],
                offset,
                0,
                texts[name_length:],
            )

    def _walk(self) -> int:
        position = 0
        while True:
            header = self._file.read_at(position, LOCAL_HEADER.size)
            if not header.startswith(_HEADERS):
                position = self._next(position)
                header = self._file.read_at(position, LOCAL_HEADER.size)
            if len(header) < LOCAL_HEADER.size or not header.startswith(LOCAL_SIGNATURE):
                return position
            fields = LOCAL_HEADER.unpack(header)
            name_length, extra_length = fields[10:]
            start = position + LOCAL_HEADER.size + name_length + extra_length
            if start > self._file.size:
                return position
            extra = self._file.read_at(start - extra_length, extra_length)
            extent = self._extent(fields, start, extra)
            self._offsets.append(position)
            self._packed.append(extent.packed)
            self._sizes.append(extent.size)
            self._crcs.append(extent.crc)
            position = extent.end

    def _next(self, position: int) -> int:
        """Return where the next header begins, or the end of the file."""
        while window := self._file.read_at(position, _PIECE):
            found = [at for mark in _HEADERS if (at := window.find(mark)) >= 0]
            if found:
                return position + min(found)
            position += max(len(window) - 3, 1)
        return self._file.size

    def _extent(self, fields: tuple[int, ...], start: int, extra: bytes) -> _Extent:
        flags, method, crc, packed, size = (fields[i] for i in (3, 4, 7, 8, 9))
        size, packed = zip64_values(extra, size, packed)
        if not flags & SIZES_FOLLOW:
            return _Extent(packed, size, crc, start + packed)
        if packed and (found := self._descriptor(start, packed, size)):
            return found
        if method != STORED:
            try:
                unpacker = unpacker_for(method, flags, UNKNOWN_SIZE)
            except UnsupportedMethodError:
                unpacker = None
            # LZMA without an end marker says that it has ended before it has begun.
            if unpacker is not None and not unpacker.eof:
                found = self._unpacked(unpacker, start)
                if found is not None:
                    return found
        return self._searched(start, stored=method == STORED) or self._rest(start)

    def _rest(self, start: int) -> _Extent:
        return _Extent(self._file.size - start, UNKNOWN_SIZE, 0, self._file.size)

    def _unpacked(self, unpacker: Unpacker, start: int) -> _Extent | None:
        """Unpack a content to see where it ends, keeping nothing of it."""
        position, size, crc = start, 0, 0
        while not unpacker.eof:
            piece = self._file.read_at(position, _PIECE) if unpacker.hungry else b""
            position += len(piece)
            try:
                data = unpacker.unpack(piece, _PIECE)
            except UnpackingError:
                return None
            if not (piece or data):
                return None
            size += len(data)
            crc = zlib.crc32(data, crc)
        packed = position - len(unpacker.unused) - start
        # Its own end and CRC are proof enough: without a descriptor, the search continues here.
        return self._descriptor(start, packed, size) or _Extent(packed, size, crc, start + packed)

    def _descriptor(self, start: int, packed: int, size: int | None) -> _Extent | None:
        """Read the descriptor of a content whose packed size is known.

        Args:
            start: Where the content starts.
            packed: Its packed size.
            size: Its size; None if the descriptor is to tell it.
        """
        end = start + packed
        after = self._file.read_at(end, _LONGEST_DESCRIPTOR + 4)
        found: list[_Extent] = []
        signed = len(DESCRIPTOR_SIGNATURE) if after.startswith(DESCRIPTOR_SIGNATURE) else 0
        for width in (4, 8):
            ends = signed + 4 + 2 * width
            if len(after) < ends:
                continue
            crc, told_packed, told_size = (
                int.from_bytes(after[begin:until], "little")
                for begin, until in (
                    (signed, signed + 4),
                    (signed + 4, ends - width),
                    (ends - width, ends),
                )
            )
            if told_packed == packed & (MAX32 if width == 4 else UNKNOWN_SIZE) and (
                size is None or told_size == size & (MAX32 if width == 4 else UNKNOWN_SIZE)
            ):
                extent = _Extent(packed, told_size if size is None else size, crc, end + ends)
                if after[ends : ends + 4] in _HEADERS or end + ends == self._file.size:
                    return extent
                found.append(extent)
        return found[0] if found else None

    def _searched(self, start: int, *, stored: bool) -> _Extent | None:
        """Search for the descriptor of a content; the packed size in it is its distance."""
        position, before = start, b""
        while piece := self._file.read_at(position, _PIECE):
            window, origin = before + piece, position - len(before) - start
            for at in _signatures(window):
                # A descriptor with a signature is here; one without is before the next header.
                if window.startswith(DESCRIPTOR_SIGNATURE, at):
                    distances: tuple[int, ...] = (origin + at,)
                else:
                    distances = (origin + at - 12, origin + at - 20)
                for packed in distances:
                    size = packed if stored else None
                    if packed >= 0 and (found := self._descriptor(start, packed, size)):
                        return found
            before = window[-3:]
            position += len(piece)
        return None


def _signatures(window: bytes) -> Iterator[int]:
    """Iterate over the positions of signatures that may end a content."""
    at = window.find(b"PK")
    while at >= 0:
        if window.startswith((DESCRIPTOR_SIGNATURE, *_HEADERS), at):
            yield at
        at = window.find(b"PK", at + 1)


def salvage(file: ZipBytes) -> SalvagedDirectory | CentralDirectory | None:
    """Find entries without the end record of a zip.

    Args:
        file: The zip.

    Returns:
        The list of entries, if it is there after all; otherwise the entries that were found; None
        if the file does not start like a zip.
    """
    if file.read_at(0, 4) not in _HEADERS:
        return None
    found = SalvagedDirectory(file)
    directory = CentralDirectory(file, found.end, file.size - found.end)
    # The list says more about each entry, if it is there and complete.
    return directory if sum(1 for _ in directory) >= max(found.most, 1) else found
