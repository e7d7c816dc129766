"""Unpacks one entry of a zip as a stream, checked, and never longer than was declared.

Three limits keep a hostile entry harmless. No more is unpacked than its list declares, plus the one
byte that shows there is more. No more packed bytes are read than the list declares. And neither is
held: each piece goes to the caller, so memory does not grow with the entry. How large an entry may
declare itself to be is decided before it gets here, by `Limits`.
"""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING

from .findings import Finding, ItemError, Problem
from .safe_names import same_name
from .unpacking import UnpackingError, UnsupportedMethodError, unpacker_for
from .zip_file import ZipBytes
from .zip_format import (
    DEFLATED,
    ENCRYPTED,
    LOCAL_HEADER,
    LOCAL_SIGNATURE,
    SIZES_FOLLOW,
    STORED,
    Entry,
    zip64_values,
)

if TYPE_CHECKING:
    from collections.abc import Callable

# How much of the packed content is read at a time.
_PIECE = 256 * 1024
_AHEAD = 8 * 1024
_ENCRYPTED = "it needs a password, which WorkMail never sets"
_ENDS_EARLY = "the file ends before the content does"


class Content:
    """The content of one entry.

    Args:
        file: The zip.
        entry: The entry.
        name: Its name, for errors.

    Attributes:
        finding: What is wrong with the entry without harm to its content; None if nothing is.

    Raises:
        ItemError: There is no content that could be unpacked.
    """

    def __init__(self, file: ZipBytes, entry: Entry, name: str) -> None:
        self._file, self._entry, self._name = file, entry, name
        self.finding: Finding | None = None
        self._position = self._start()
        try:
            self._unpacker = unpacker_for(entry.method, entry.flags, entry.size)
        except UnsupportedMethodError as error:
            raise self._error(Problem.UNSUPPORTED, str(error)) from error
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
            raise self._error(Problem.ENCRYPTED, _ENCRYPTED)
        header = self._file.read_at(entry.offset, LOCAL_HEADER.size)
        if len(header) < LOCAL_HEADER.size:
            raise self._error(Problem.TRUNCATED, "the file ends before the entry begins")
        if not header.startswith(LOCAL_SIGNATURE):
            raise self._error(Problem.CORRUPT, "there is no entry where the directory says")
        _, _, _, flags, method, _, _, _, packed, size, name_length, extra_length = (
            LOCAL_HEADER.unpack(header)
        )
        if flags & ENCRYPTED:
            raise self._error(Problem.ENCRYPTED, _ENCRYPTED)
        after_header = entry.offset + LOCAL_HEADER.size
        start: int = after_header + name_length + extra_length
        if start + entry.packed > self._file.size:
            raise self._error(Problem.TRUNCATED, _ENDS_EARLY)
        texts = self._file.read_at(after_header, name_length + extra_length)
        name, extra = texts[:name_length], texts[name_length:]
        sizes: tuple[int, ...] = (entry.size, entry.packed)
        if not flags & SIZES_FOLLOW:
            sizes = zip64_values(extra, size, packed)
        self._compare((name, flags, extra), method, sizes)
        return start

    def _compare(self, name: tuple[bytes, int, bytes], method: int, sizes: tuple[int, ...]) -> None:
        """Compare what the header before the content says with what the list says."""
        entry = self._entry
        same = {
            "name": same_name(name, (entry.name, entry.flags, entry.extra)),
            "compression method": method == entry.method,
            "size": sizes == (entry.size, entry.packed),
        }
        if not all(same.values()):
            different = " and ".join(what for what in same if not same[what])
            detail = f"{different} differ from what the directory says"
            self.finding = Finding(self._name, Problem.LOCAL_HEADER, detail)

    def read(self, size: int) -> bytes:
        """Return the next bytes, at most `size` of them; none at the end.

        Raises:
            ItemError: The content is not what it should be. Do not use what was returned before.
        """
        while size > 0 and not self._checked:
            # one byte more than declared shows that there is more
            most = min(size, self._entry.size - self._given + 1)
            packed = self._packed(most) if self._unpacker.hungry else b""
            try:
                data = self._unpacker.unpack(packed, most)
            except UnpackingError as error:
                raise self._error(Problem.CORRUPT, f"it cannot be unpacked ({error})") from error
            self._given += len(data)
            self._crc = zlib.crc32(data, self._crc)
            if self._given > self._entry.size:
                raise self._too_long()
            complete = self._given == self._entry.size and self._unpacker.eof
            if complete or not (data or packed):
                self._check()
            if data:
                return data
        return b""

    def _packed(self, most: int) -> bytes:
        if not self._packed_left:
            return b""
        piece = most if self._entry.method == STORED else min(_PIECE, most)
        packed = self._file.read_at(self._position, min(piece, self._packed_left))
        if not packed:
            raise self._error(Problem.TRUNCATED, _ENDS_EARLY)
        self._position += len(packed)
        self._packed_left -= len(packed)
        return packed

    def _too_long(self) -> ItemError:
        detail = f"it is longer than the {self._entry.size} bytes that are declared"
        return self._error(Problem.SIZE, detail)

    def _check(self) -> None:
        if not self._unpacker.eof:
            raise self._error(Problem.CORRUPT, "the packed content breaks off")
        if self._given < self._entry.size:
            detail = f"it has {self._given} bytes, not the {self._entry.size} that are declared"
            raise self._error(Problem.SIZE, detail)
        if self._crc != self._entry.crc and self._packed_left:
            raise self._too_long()
        if self._crc != self._entry.crc:
            detail = f"it has the CRC {self._crc:08x} instead of {self._entry.crc:08x}"
            raise self._error(Problem.BAD_CRC, detail)
        self._checked = True

    def read_up_to(self, size: int) -> bytes:
        """Return that many of the next bytes; fewer only if the content ends first.

        If it ends there, its end is checked.

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
    """A content as a file object that can be read once, from start to end.

    `io.BufferedReader` would do the same, and copy all of it twice more.

    Args:
        content: The content.
        lost: Called with the error if the content turns out to be damaged.
    """

    def __init__(self, content: Content, lost: Callable[[ItemError], None]) -> None:
        self._content, self._lost = content, lost
        self._ahead = b""

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """Return that many bytes, fewer only at the end; all the rest if `size` is negative."""
        pieces: list[bytes] = []
        left = -1 if size is None else size
        while left and (piece := self.read1(left)):
            pieces.append(piece)
            left -= len(piece) if left > 0 else 0
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def read1(self, size: int = -1, /) -> bytes:
        """Return the next bytes, at most that many; none only at the end."""
        if not self._ahead:
            return self._next(_PIECE if size < 0 else size)
        data = self._ahead if size < 0 else self._ahead[:size]
        self._ahead = self._ahead[len(data) :]
        return data

    def peek(self, size: int = 0, /) -> bytes:
        """Return some of the next bytes without consuming them, which makes reading lines fast."""
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
        The content; None if anything is unusual, so that `Content` finds out what.
    """
    if entry.flags & ENCRYPTED or entry.method not in (DEFLATED, STORED):
        return None
    name_length = len(entry.name)
    # Most local headers have few enough extra fields to fit here.
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
