"""Creates files and folders that only their owner can read, and follows no links on the way.

Mail is private, and a folder for it may be one that others can write to. So what is created gets
its mode at once, whatever the umask, and a link that somebody put in its place is an error.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO, cast

_FILE, _FOLDER, _OTHERS = 0o600, 0o700, 0o077
#: On Windows, without it, line endings would be translated; elsewhere there is no such flag.
_BINARY: int = getattr(os, "O_BINARY", 0)
#: Windows has no such flag. There, only administrators can create links.
NO_FOLLOW: int = getattr(os, "O_NOFOLLOW", 0)


def create_file(path: Path) -> BinaryIO:
    """Create a file for writing and reading; a leftover of that name is removed.

    Args:
        path: The file.

    Raises:
        OSError: It cannot be created.
    """
    # A leftover may be somebody's link to another file, or readable by others: never write into
    # what is there. O_EXCL refuses whatever turns up in between.
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY, _FILE)
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, _FILE)
    return cast("BinaryIO", os.fdopen(descriptor, "w+b"))


def reopen_file(path: Path) -> BinaryIO:
    """Open a file for writing and reading, at its start.

    Args:
        path: The file.

    Raises:
        OSError: It is missing, or a link.
    """
    return cast("BinaryIO", os.fdopen(os.open(path, os.O_RDWR | NO_FOLLOW | _BINARY), "r+b"))


def ensure_file(path: Path) -> None:
    """Create an empty file if there is none; one that exists is neither opened nor changed.

    Args:
        path: The file.

    Raises:
        OSError: It cannot be created, or is a link.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY, _FILE)
    except FileExistsError:
        if path.is_symlink():
            raise OSError(errno.ELOOP, "links are not followed here", str(path)) from None
        return
    os.close(descriptor)


def extend_file(path: Path) -> BinaryIO:
    """Open a file for reading and appending, created if missing; a link there is removed.

    Args:
        path: The file.

    Raises:
        OSError: It cannot be opened.
    """
    if path.is_symlink():
        path.unlink()
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | NO_FOLLOW | _BINARY
    descriptor = os.open(path, flags, _FILE)
    if hasattr(os, "fchmod"):  # an earlier version may have left it readable by others
        os.fchmod(descriptor, _FILE)
    return cast("BinaryIO", os.fdopen(descriptor, "a+b"))


def make_private_folder(path: Path, *, within: Path | None = None) -> None:
    """Create a folder, and those above it that are missing. Existing folders stay as they are.

    Args:
        path: The folder.
        within: A folder above it. Between the two, links are an error. By default none are.

    Raises:
        OSError: It cannot be created, or something else is there.
    """
    if within is not None and path != within:
        make_private_folder(path.parent, within=within)
    try:
        path.mkdir(_FOLDER)
    except FileNotFoundError:
        make_private_folder(path.parent)
        path.mkdir(_FOLDER)
    except FileExistsError:
        if path.is_symlink() and within is not None:
            raise OSError(errno.ELOOP, "links are not followed here", str(path)) from None
        if not path.is_dir():
            raise
        return
    if os.name != "nt":
        path.chmod(_FOLDER)


def readable_by_others(path: Path) -> bool:
    """Whether users other than the owner have any right to a file or folder.

    Always False on Windows, where modes do not say so.
    """
    return os.name != "nt" and bool(stat.S_IMODE(path.stat().st_mode) & _OTHERS)
