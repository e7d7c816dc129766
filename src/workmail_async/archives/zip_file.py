"""Reads the bytes of a zip file at any offset, from several threads, without loading the file."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from .errors import ArchiveError

_BUFFER = 64 * 1024


class ZipBytes:
    """A file that is read at offsets.

    It is closed when the object is collected, so nobody has to think of it in a notebook.

    Args:
        path: The file.

    Attributes:
        path: The file.
        size: Its length in bytes.
        read: How many bytes were read from it so far.
        close: Closes the file; calling it twice is harmless.
    """

    def __init__(self, path: Path) -> None:
        self.path: Path = path
        self._file: BinaryIO = path.open("rb", buffering=_BUFFER)
        self.close: Callable[[], object] = weakref.finalize(self, self._file.close)
        self._lock = threading.Lock()
        self.size: int = self._file.seek(0, 2)
        self.read: int = 0

    def read_at(self, offset: int, size: int) -> bytes:
        """Return bytes from an offset on; fewer than asked for at the end of the file."""
        if offset >= self.size:
            return b""
        with self._lock:
            if self._file.closed:
                raise ArchiveError(self.path, "it was closed: open the archive again")
            self._file.seek(offset)
            data = self._file.read(size)
            self.read += len(data)
        return data
