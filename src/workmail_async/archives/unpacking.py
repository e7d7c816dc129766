"""Unpacks a stream a piece at a time, by any of the methods that Python can unpack."""

from __future__ import annotations

import zlib
from importlib import import_module
from typing import Any, Protocol

from .zip_format import BZIP2, DEFLATED, LZMA, STORED

# A larger window would be allocated at once, on no better evidence than two bytes in a zip.
_LARGEST_WINDOW = 256 * 1024 * 1024
_SMALLEST_WINDOW = 4096
_END_MARKED = 0x0002
_LZMA_PREFIX = 4


class UnpackingError(Exception):
    """The packed bytes make no sense, or need more memory than they may have."""


class UnsupportedMethodError(Exception):
    """This Python cannot unpack what was packed by this method."""


class Unpacker(Protocol):
    """What the standard library's decompressors have in common, as this package uses them."""

    @property
    def eof(self) -> bool:
        """Whether the packed content has ended, as far as its method can tell."""
        ...

    @property
    def unused(self) -> bytes:
        """What was passed to `unpack` and follows the end of the packed content."""
        ...

    @property
    def hungry(self) -> bool:
        """Whether there is nothing left to unpack without more packed bytes."""
        ...

    def unpack(self, data: bytes, most: int) -> bytes:
        """Return at most that many of the next bytes.

        Raises:
            UnpackingError: The packed bytes make no sense.
        """
        ...


class _Stored:
    eof, hungry, unused = True, True, b""

    def unpack(self, data: bytes, most: int) -> bytes:
        return data  # never more than was asked for is read


class _Deflated:
    def __init__(self) -> None:
        self._inner = zlib.decompressobj(-15)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused(self) -> bytes:
        return self._inner.unused_data

    @property
    def hungry(self) -> bool:
        return not self._inner.unconsumed_tail

    def unpack(self, data: bytes, most: int) -> bytes:
        if self._inner.eof:
            return b""
        try:
            return self._inner.decompress(self._inner.unconsumed_tail + data, most)
        except zlib.error as error:
            raise UnpackingError(str(error)) from error


class _Bzip2:
    def __init__(self) -> None:
        self._inner: Any = _module("bz2").BZ2Decompressor()

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof)

    @property
    def unused(self) -> bytes:
        return bytes(self._inner.unused_data)

    @property
    def hungry(self) -> bool:
        return bool(self._inner.needs_input)

    def unpack(self, data: bytes, most: int) -> bytes:
        if self._inner.eof:
            return b""
        try:
            return bytes(self._inner.decompress(data, most))
        except (OSError, ValueError) as error:
            raise UnpackingError(str(error)) from error


class _Lzma:
    """LZMA as zips have it: a prefix of nine bytes tells how it was packed.

    Without an end marker, which flag bit 1 announces, only the declared size tells where the
    content ends.
    """

    def __init__(self, size: int, *, marked: bool) -> None:
        self._lzma: Any = _module("lzma")
        self._size, self._marked = size, marked
        self._prefix = b""
        self._inner: Any = None

    @property
    def eof(self) -> bool:
        return not self._marked or (self._inner is not None and bool(self._inner.eof))

    @property
    def unused(self) -> bytes:
        return b"" if self._inner is None else bytes(self._inner.unused_data)

    @property
    def hungry(self) -> bool:
        return self._inner is None or bool(self._inner.needs_input)

    def unpack(self, data: bytes, most: int) -> bytes:
        if self._inner is None:
            self._prefix += data
            length = int.from_bytes(self._prefix[2:_LZMA_PREFIX], "little")
            if len(self._prefix) < _LZMA_PREFIX + length:
                return b""
            self._inner = self._started(self._prefix[_LZMA_PREFIX:][:length])
            data = self._prefix[_LZMA_PREFIX + length :]
        if self._inner.eof:
            return b""
        try:
            return bytes(self._inner.decompress(data, most))
        except (self._lzma.LZMAError, ValueError) as error:
            raise UnpackingError(str(error)) from error

    def _started(self, properties: bytes) -> Any:
        if len(properties) != 5:
            raise UnpackingError("its LZMA properties are damaged")
        rest, lc = divmod(properties[0], 9)
        pb, lp = divmod(rest, 5)
        # No content needs a window that is larger than itself.
        window = min(int.from_bytes(properties[1:], "little"), self._size)
        if window > _LARGEST_WINDOW:
            raise UnpackingError(f"unpacking it takes {window} bytes of memory")
        window = max(window, _SMALLEST_WINDOW)
        known = {"id": self._lzma.FILTER_LZMA1, "dict_size": window, "lc": lc, "lp": lp, "pb": pb}
        try:
            return self._lzma.LZMADecompressor(self._lzma.FORMAT_RAW, filters=[known])
        except (self._lzma.LZMAError, ValueError) as error:
            raise UnpackingError("its LZMA properties are damaged") from error


def unpacker_for(method: int, flags: int, size: int) -> Unpacker:
    """Return a new unpacker.

    Args:
        method: The compression method, as a zip names it.
        flags: The entry's general purpose bits.
        size: The length of the content in bytes, as declared.

    Raises:
        UnsupportedMethodError: Nothing here unpacks this method.
    """
    if method == STORED:
        return _Stored()
    if method == DEFLATED:
        return _Deflated()
    if method == BZIP2:
        return _Bzip2()
    if method == LZMA:
        return _Lzma(size, marked=bool(flags & _END_MARKED))
    raise UnsupportedMethodError(f"compression method {method} is not supported")


def _module(name: str) -> Any:
    """Import a module that some builds of Python lack."""
    try:
        return import_module(name)
    except ImportError as error:
        raise UnsupportedMethodError(f"this Python was built without {name}") from error
