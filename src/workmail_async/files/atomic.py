"""Writes a file that has its name only when it is complete."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from .private import create_file


def unfinished(path: Path) -> Path:
    """Return the name that a file has until it is complete: hidden, with the suffix `.part`.

    Args:
        path: The name that the complete file gets.
    """
    return path.with_name(f".{path.name}.part")


@contextmanager
def replacing(
    path: Path, *, modified: float | None = None, durable: bool = False, part: Path | None = None
) -> Generator[BinaryIO, None, None]:
    """Write a file that appears, or replaces an older one, when the block ends without an error.

    After an error the old file is still there and nothing else is. Only the owner can read the
    new file, whatever the umask.

    Args:
        path: The file.
        modified: Its modification time in seconds since the epoch; None for now.
        durable: Whether the content must survive a power failure right after the block.
        part: Its name until it is complete; by default that of `unfinished`.

    Yields:
        The file to write to.

    Raises:
        OSError: The file cannot be written.
    """
    part = part or unfinished(path)
    file = create_file(part)
    try:
        with file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        if modified is not None:
            os.utime(part, (modified, modified))
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
