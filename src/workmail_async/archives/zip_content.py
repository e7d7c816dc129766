"""Unpacks one entry of a zip as a stream, checked, and never longer than was declared."""

from __future__ import annotations

import bz2
import io
import struct
import zlib
from typing import TYPE_CHECKING, Protocol

from .findings import Finding, ItemError, Problem
from .zip_directory import ENCRYPTED, LOCAL_SIGNATURE, SIZES_FOLLOW, Entry, zip64_values
from .zip_file import ZipBytes

if TYPE_CHECKING:
    from collections.abc import Callable

STORED = 0
DEFLATED = 8
BZIP2 = 12

LOCAL_HEADER = struct.Struct("<4s2B4HIII2H")

# How much of the packed content is read at a time.
_PIECE = 256 * 1024
_AHEAD = 8 * 1024
_MAX32 = 0xFFFF_FFFF


class _Unpacker(Protocol):
    """What zlib's and bz2's objects have in common, as this module uses them."""

    @property
    def eof(self) -> bool: ...

    def unpack(self, data: bytes, most: int) -> bytes: ...

    def waits(self) -> bool: ...


class _Stored:
    eof = True

    def unpack(self, data: bytes, most: int) -> bytes:
        return data  # never more than was asked for is read

    def waits(self) -> bool:
        return True


class _Deflated:
    def __init__(self) -> None:
        self._inner = zlib.decompressobj(-15)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    def unpack(self, data: bytes, most: int) -> bytes:
        if self._inner.eof:
            return b""
        return self._inner.decompress(self._inner.unconsumed_tail + data, most)

    def waits(self) -> bool:
        return not self._inner.unconsumed_tail


class _Bzip2:
    def __init__(self) -> None:
        self._inner = bz2.BZ2Decompressor()

    @property
    def eof(self) -> bool:
        return self._inner.eof

    def unpack(self, data: bytes, most: int) -> bytes:
        return b"" if self._inner.eof else self._inner.decompress(data, most)

    def waits(self) -> bool:
        return self._inner.needs_input


_UNPACKERS: dict[int, Callable[[], _Unpacker]] = {
    STORED: _Stored,
    DEFLATED: _Deflated,
    BZIP2: _Bzip2,
}


class Content:
    """The content of one entry.

    Args:
        file: The zip.
        entry: The entry.
        name: Its name, for errors.

    Attributes:
        remark: What is odd about the entry without doing harm to its content.

    Raises:
        ItemError: There is no content that could be unpacked.
    """

    def __init__(self, file: ZipBytes, entry: Entry, name: str) -> None:
        self._file, self._entry, self._name = file, entry, name
        self.remark: Finding | None = None
        self._position = self._start()
        unpacker = _UNPACKERS.get(entry.method)
        if unpacker is None:
            raise self._error(Problem.UNSUPPORTED, f"packing method {entry.method} is not known")
        self._unpacker = unpacker()
        self._packed_left = entry.packed
        self._crc = 0
        self._given = 0
        self._checked = False

    def _error(self, problem: Problem, detail: str) -> ItemError:
        return ItemError(self._file.path, Finding(self._name, problem, detail, lost=True))

    def _start(self) -> int:
        """Return where the packed content begins, after a look at the header before it."""
        entry = self._entry
        if entry.flags & ENCRYPTED:
            raise self._error(Problem.ENCRYPTED, "it needs a password, which WorkMail never sets")
        expected = LOCAL_HEADER.size + len(entry.name)
        header = self._file.read_at(entry.offset, expected)
        if len(header) < LOCAL_HEADER.size:
            raise self._error(Problem.TRUNCATED, "the file ends before the entry begins")
        if not header.startswith(LOCAL_SIGNATURE):
            raise self._error(Problem.CORRUPT, "there is no entry where the directory says")
        _, _, _, flags, method, _, _, _, packed, size, name_length, extra_length = (
            LOCAL_HEADER.unpack_from(header)
        )
        if flags & ENCRYPTED:
            raise self._error(Problem.ENCRYPTED, "it needs a password, which WorkMail never sets")
        start: int = entry.offset + LOCAL_HEADER.size + name_length + extra_length
        if start + entry.packed > self._file.size:
            raise self._error(Problem.TRUNCATED, "the file ends before the content does")
        if _MAX32 in (size, packed):
            after_name = entry.offset + LOCAL_HEADER.size + name_length
            extra = self._file.read_at(after_name, extra_length)
            size, packed = zip64_values(extra, size, packed)
        different = [
            what
            for what, same in (
                (
                    "name",
                    header[LOCAL_HEADER.size :] == entry.name == header[30 : 30 + name_length],
                ),
                ("packing method", method == entry.method),
                (
                    "size",
                    bool(flags & SIZES_FOLLOW) or (size, packed) == (entry.size, entry.packed),
                ),
            )
            if not same
        ]
        if different:
            detail = f"{' and '.join(different)} differ from what the directory tells"
            self.remark = Finding(self._name, Problem.LOCAL_HEADER, detail)
        return start

    def read(self, size: int) -> bytes:
        """Return the next bytes, at most `size` of them; none at the end.

        Raises:
            ItemError: The content is not what it should be. What was given before is not to be
                used.
        """
        while size > 0 and not self._checked:
            # one byte more than declared shows that there is more
            most = min(size, self._entry.size - self._given + 1)
            packed = b""
            if self._packed_left and self._unpacker.waits():
                piece = most if self._entry.method == STORED else min(_PIECE, most)
                packed = self._file.read_at(self._position, min(piece, self._packed_left))
                if not packed:
                    raise self._error(Problem.TRUNCATED, "the file ends before the content does")
                self._position += len(packed)
                self._packed_left -= len(packed)
            try:
                data = self._unpacker.unpack(packed, most)
            except (zlib.error, OSError, ValueError) as error:
                raise self._error(Problem.CORRUPT, f"it cannot be unpacked ({error})") from error
            self._given += len(data)
            self._crc = zlib.crc32(data, self._crc)
            if self._given > self._entry.size:
                detail = f"it is longer than the {self._entry.size} bytes that are declared"
                raise self._error(Problem.SIZE, detail)
            complete = self._given == self._entry.size and self._unpacker.eof
            if complete or not (data or packed):
                self._check()
            if data:
                return data
        return b""

    def _check(self) -> None:
        if not self._unpacker.eof:
            raise self._error(Problem.CORRUPT, "the packed content breaks off")
        if self._given < self._entry.size:
            detail = f"it has {self._given} bytes and not the {self._entry.size} that are declared"
            raise self._error(Problem.SIZE, detail)
        if self._crc != self._entry.crc and self._packed_left:
            detail = f"it is longer than the {self._entry.size} bytes that are declared"
            raise self._error(Problem.SIZE, detail)
        if self._crc != self._entry.crc:
            detail = f"it has the CRC {self._crc:08x} and not {self._entry.crc:08x}"
            raise self._error(Problem.BAD_CRC, detail)
        self._checked = True

    def read_up_to(self, size: int) -> bytes:
        """Return that many of the next bytes, fewer only when the content ends before.

        When it ends there, its end is checked.

        Raises:
            ItemError: The content is not what it should be.
        """
        pieces: list[bytes] = []
        while size > 0 and (piece := self.read(size)):
            pieces.append(piece)
            size -= len(piece)
        if self._given == self._entry.size:
            self.read(1)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


class ContentStream(io.BufferedIOBase):
    """A content as a file object that can be read once, from its begin to its end.

    `io.BufferedReader` would do, and copy all of it twice more.

    Args:
        content: The content.
        lost: Is told of the error when the content turns out to be no good.
    """

    def __init__(self, content: Content, lost: Callable[[ItemError], None]) -> None:
        self._content, self._lost = content, lost
        self._ahead = b""

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """Return so many bytes, fewer at the end only; all that are left when size is negative."""
        pieces: list[bytes] = []
        left = -1 if size is None else size
        while left and (piece := self.read1(left)):
            pieces.append(piece)
            left -= len(piece) if left > 0 else 0
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def read1(self, size: int = -1, /) -> bytes:
        """Return the next bytes, at most so many; none at the end only."""
        if not self._ahead:
            return self._next(_PIECE if size < 0 else size)
        data = self._ahead if size < 0 else self._ahead[:size]
        self._ahead = self._ahead[len(data) :]
        return data

    def peek(self, size: int = 0, /) -> bytes:
        """Return some of the next bytes and keep them; reading lines is fast by it."""
        if not self._ahead:
            self._ahead = self._next(_AHEAD)
        return self._ahead

    def _next(self, size: int) -> bytes:
        if self.closed:
            raise ValueError("I/O operation on closed file.")
        try:
            return self._content.read(size)
        except ItemError as error:
            self._lost(error)
            raise


def unpack_whole(file: ZipBytes, entry: Entry) -> bytes | None:
    """Unpack a small sound entry in one go, as nearly all entries of a mailbox are.

    Args:
        file: The zip.
        entry: The entry.

    Returns:
        The content; None when anything is unusual, for `Content` to find out what.
    """
    if entry.flags & ENCRYPTED or entry.method not in (DEFLATED, STORED):
        return None
    name_length = len(entry.name)
    # Most local headers have as few extra fields as fit here.
    data = file.read_at(entry.offset, LOCAL_HEADER.size + name_length + entry.packed + 32)
    if len(data) < LOCAL_HEADER.size:
        return None
    (signature, _, _, flags, method, _, _, _, packed, size, local_name_length, extra_length) = (
        LOCAL_HEADER.unpack_from(data)
    )
    start = LOCAL_HEADER.size + name_length + extra_length
    if (
        signature != LOCAL_SIGNATURE
        or method != entry.method
        or flags & ENCRYPTED
        or local_name_length != name_length
        or not data.startswith(entry.name, LOCAL_HEADER.size)
        or not (flags & SIZES_FOLLOW or (packed == entry.packed and size == entry.size))
        or len(data) < start + entry.packed
    ):
        return None
    content = data[start : start + entry.packed]
    if method == DEFLATED:
        unpacker = zlib.decompressobj(-15)
        try:
            content = unpacker.decompress(content, entry.size + 1)
        except zlib.error:
            return None
        if not unpacker.eof or unpacker.unused_data:
            return None
    if len(content) != entry.size or zlib.crc32(content) != entry.crc:
        return None
    return content
