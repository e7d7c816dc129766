"""The SQLite file below a manifest: opened by one writer, written in transactions, never lost."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from typing_extensions import Self

from workmail_async.exports.errors import ManifestError, ManifestInUseError, ManifestLostError
from workmail_async.files.locks import FileLock, LockHeldError
from workmail_async.files.private import ensure_file, make_private_folder

_VERSION = 1

_SCHEMA = """
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE mailbox (
    entity_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT,
    state TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    not_before REAL
) WITHOUT ROWID;
CREATE TABLE job (
    token TEXT PRIMARY KEY,
    entity_id TEXT NOT NULL REFERENCES mailbox,
    attempt INTEGER NOT NULL,
    prefix TEXT NOT NULL,
    job_id TEXT UNIQUE,
    state TEXT NOT NULL,
    progress INTEGER,
    error_info TEXT,
    bucket TEXT,
    path TEXT,
    adopted INTEGER NOT NULL DEFAULT 0,
    planned REAL NOT NULL,
    ended REAL
) WITHOUT ROWID;
CREATE TABLE file (
    entity_id TEXT PRIMARY KEY REFERENCES mailbox,
    job_id TEXT NOT NULL,
    path TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    items INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    calendar INTEGER NOT NULL,
    content_bytes INTEGER NOT NULL,
    notes TEXT NOT NULL,
    verified REAL NOT NULL
) WITHOUT ROWID;
"""


class ManifestFile:
    """An SQLite file that one process writes and others may read meanwhile.

    The lock is a second file, because readers must not wait: an exclusive lock on the database
    itself would keep `status` out while an export runs.

    Args:
        path: The file; created if missing.
        read_only: Whether only to read; then the file has to exist.

    Raises:
        ManifestInUseError: Another process writes to it.
        ManifestError: The file is no manifest, or one of another version, or cannot be opened.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path: Path = path
        self._thread_lock = threading.Lock()
        self._file_lock: FileLock | None = None
        if read_only:
            if not path.is_file():
                raise ManifestError(path, "there is no such manifest: start an export first")
        else:
            self._file_lock = _lock(path)
        try:
            with self._opening():
                self._db = _connect(path, read_only=read_only)
        except ManifestError:
            self._release()
            raise
        try:
            with self._opening():
                self._place = _place(path)
                self._prepare(read_only=read_only)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and release the lock."""
        self._db.close()
        self._release()

    def _release(self) -> None:
        if self._file_lock is not None:
            self._file_lock.release()
            self._file_lock = None

    def _prepare(self, *, read_only: bool) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if not read_only:
            self._db.execute("PRAGMA synchronous = FULL")  # a decision survives a power failure
        if version == 0 and not read_only:
            self._db.execute("PRAGMA journal_mode = WAL")
            with self._writing() as db:
                for statement in _SCHEMA.strip().rstrip(";").split(";"):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {_VERSION}")
            version = _VERSION
        if version == 0:
            raise ManifestError(self.path, "nothing is recorded in it yet: start an export first")
        if version != _VERSION:
            raise ManifestError(
                self.path,
                f"its version is {version}, this library's {_VERSION}: use another folder",
            )

    @contextmanager
    def _opening(self) -> Generator[None, None, None]:
        try:
            yield
        except (sqlite3.OperationalError, OSError) as error:  # the disk, or another process
            raise ManifestError(self.path, f"it cannot be opened ({error})") from error
        except sqlite3.DatabaseError as error:
            raise ManifestError(self.path, f"this is not a manifest ({error})") from error

    @contextmanager
    def _using(self, done: str) -> Generator[None, None, None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise ManifestLostError(self.path, f"it cannot be {done} ({error})") from error

    @contextmanager
    def _writing(self) -> Generator[sqlite3.Connection, None, None]:
        with self._thread_lock, self._using("written"):
            self._check_place()
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # SQLite itself rolls back when the disk is full
                    self._db.execute("ROLLBACK")
                raise

    def _check_place(self) -> None:
        """Raise when the file was removed or replaced.

        SQLite would go on writing to the removed file, and the next run would find nothing.
        """
        try:
            in_place = _place(self.path) == self._place
        except FileNotFoundError:
            in_place = False
        if not in_place:
            raise ManifestLostError(self.path, "it was removed or replaced while the export ran")

    def _rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        with self._thread_lock, self._using("read"):
            return self._db.execute(query, values).fetchall()

    # --- settings ---

    def setting(self, name: str) -> str | None:
        """Return a setting of the export; None when it is not recorded."""
        rows = self._rows("SELECT value FROM setting WHERE name = ?", name)
        return str(rows[0]["value"]) if rows else None


def _connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    if not read_only:
        ensure_file(path)  # SQLite would create it readable by others
    where: Any = f"{path.resolve().as_uri()}?mode=ro" if read_only else str(path)
    db = sqlite3.connect(where, uri=read_only, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    return db


def _place(path: Path) -> tuple[int, int]:
    """Return what identifies a file whatever its name: device and inode."""
    found = path.stat()
    return found.st_dev, found.st_ino


def _lock(path: Path) -> FileLock:
    """Keep other writers out until the process ends."""
    try:
        make_private_folder(path.parent)
        return FileLock(path.with_name(f"{path.name}.lock"))
    except LockHeldError as error:
        raise ManifestInUseError(
            path, f"another process exports with this manifest{_holder(path)}: wait or stop it"
        ) from error
    except OSError as error:
        raise ManifestError(path, f"its folder cannot be written ({error})") from error


def _holder(path: Path) -> str:
    """Return in words which process writes to a manifest; nothing when it is not recorded yet."""
    try:
        with ManifestFile(path, read_only=True) as manifest:
            runner = manifest.setting("runner")
    except (ManifestError, ManifestLostError):
        return ""
    return f" ({runner})" if runner else ""
