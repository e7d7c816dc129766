"""Keeps other processes out for as long as this one works on something."""

from __future__ import annotations

from pathlib import Path

from typing_extensions import Self

from .private import ensure_file


class LockHeldError(Exception):
    """Another process holds the lock."""


class NoLocksError(OSError):
    """The file system has no locks."""


class FileLock:
    """An exclusive lock that ends with its process, however the process ends.

    A PID file would outlive a SIGKILL. SQLite's lock does not, and SQLite knows how to lock files
    on every system.

    Args:
        path: The lock file; created if missing, and left behind.

    Raises:
        LockHeldError: Another process, or another part of this one, holds the lock.
        NoLocksError: The file system has no locks.
        OSError: The file cannot be created, or is a link.
    """

    def __init__(self, path: Path) -> None:
        import sqlite3  # only for those who lock, not for all who import this

        # Creating the file here makes it private, and gives a better error than SQLite's. An
        # existing file is left alone: closing it would end every lock that this process holds on
        # it (POSIX).
        ensure_file(path)
        try:
            self._guard = sqlite3.connect(
                path, timeout=0, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise OSError(f"{path} cannot be opened: {error}") from error
        try:
            self._guard.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            self._guard.close()
            if "locked" in str(error):
                raise LockHeldError(str(path)) from error
            raise NoLocksError(f"{path} cannot be locked: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Let others in; releasing twice is harmless."""
        self._guard.close()
