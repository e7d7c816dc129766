"""Writes a file that has its name only when it is complete."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

#: On Windows, without it, line endings would be translated; elsewhere there is no such flag.
_BINARY: int = getattr(os, "O_BINARY", 0)


def unfinished(path: Path) -> Path:
    """Return the name that a file has until it is complete: hidden, with the suffix `.part`.

    Args:
        path: The name that the complete file gets.
    """
    return path.with_name(f".{path.name}.part")


@contextmanager
def replacing(
    path: Path, *, modified: float = 0.0, durable: bool = False
) -> Generator[BinaryIO, None, None]:
    """Write a file that appears, or replaces an older one, when the block ends without an error.

    After an error the old file is still there and nothing else is. Only the owner can read the
    new file, whatever the umask.

    Args:
        path: The file.
        modified: Its modification time in seconds since the epoch; 0 for now.
        durable: Whether the content must survive a power failure right after the block.

    Yields:
        The file to write to.

    Raises:
        OSError: The file cannot be written.
    """
    part = unfinished(path)
    # A leftover may be somebody's link to another file, or readable by others: never write into
    # what is there. O_EXCL refuses whatever turns up in between.
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
    try:
        with open(descriptor, "wb") as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        if modified:
            os.utime(part, (modified, modified))
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
