"""The memory of an organization's export: one SQLite file, written before each act.

Killing the process at any moment loses nothing: what was decided stands here, and what was decided
but perhaps not done is done again in a way that changes nothing the second time.
"""

from __future__ import annotations

import hashlib
import os
import socket
import sqlite3
import threading
import uuid
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from typing_extensions import Self

from workmail_async.enums import EntityState
from workmail_async.exports.errors import ManifestError, ManifestInUseError, ManifestLostError

from .records import FileRow, JobRow, MailboxRow, Status
from .selection import Choice

#: The name of the manifest in the folder of an export.
MANIFEST_NAME = "manifest.sqlite"

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


class Manifest:
    """The state of one organization's export, in one SQLite file.

    Opening it for writing takes a lock that ends with the process, however it ends. Reading needs
    none. Methods block for the time of a small disk write; they raise `ManifestLostError` when the
    disk refuses it, or the file was removed meanwhile.

    Args:
        path: The file; made when it is not there.
        read_only: Whether only to look; then the file has to be there.

    Raises:
        ManifestInUseError: Another process writes to it.
        ManifestError: The file is no manifest, or one of another version, or cannot be opened.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path: Path = path
        self._lock = threading.Lock()
        self._guard: sqlite3.Connection | None = None
        if read_only:
            if not path.is_file():
                raise ManifestError(path, "there is no such manifest: start an export first")
        else:
            self._guard = _take(path)
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

    @classmethod
    def read(cls, folder: str | Path) -> Manifest:
        """Open the manifest of an export's folder for reading.

        Args:
            folder: The folder.

        Raises:
            ManifestError: There is no manifest, or it cannot be read.
        """
        return cls(Path(folder) / MANIFEST_NAME, read_only=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and give up the lock."""
        self._db.close()
        self._release()

    def _release(self) -> None:
        if self._guard is not None:
            self._guard.close()
            self._guard = None

    def _prepare(self, *, read_only: bool) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if not read_only:
            self._db.execute("PRAGMA synchronous = FULL")  # a decision outlives a loss of power
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
        with self._lock, self._using("written"):
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
        """Write only where the next run will look: SQLite goes on in a file that was removed."""
        try:
            in_place = _place(self.path) == self._place
        except FileNotFoundError:
            in_place = False
        if not in_place:
            raise ManifestLostError(self.path, "it was removed or replaced while the export ran")

    def _rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        with self._lock, self._using("read"):
            return self._db.execute(query, values).fetchall()

    # --- settings ---

    def setting(self, name: str) -> str | None:
        """Return a setting of the export."""
        rows = self._rows("SELECT value FROM setting WHERE name = ?", name)
        return str(rows[0]["value"]) if rows else None

    def bind(self, settings: dict[str, str]) -> None:
        """Record what the export is of, or check that it is the same as before.

        Until the first job is planned it may still change: a slip in a name needs no new folder.

        Args:
            settings: Names and values, such as the organization's id.

        Raises:
            ManifestError: The manifest belongs to an export of something else.
        """
        known = {name: self.setting(name) for name in settings}
        others = [name for name, value in known.items() if value not in (None, settings[name])]
        begun = bool(self._rows("SELECT token FROM job LIMIT 1"))
        if others and begun:
            name = others[0]
            raise ManifestError(
                self.path,
                f"it belongs to an export with {name} {known[name]}, not {settings[name]}: "
                "use another folder",
            )
        with self._writing() as db:
            if "organization" in others:
                db.execute("DELETE FROM mailbox")
            runner = f"process {os.getpid()} on {socket.gethostname()}"
            for name, value in {**settings, "runner": runner}.items():
                db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))
            db.execute("INSERT OR IGNORE INTO setting VALUES ('run', ?)", (uuid.uuid4().hex,))

    def remember(self, settings: dict[str, str]) -> None:
        """Record settings that may change from one run to the next.

        Args:
            settings: Names and values, such as the role; an empty value forgets.
        """
        with self._writing() as db:
            for name, value in settings.items():
                db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

    @property
    def run(self) -> str:
        """The id of this export, made once for each manifest."""
        return self.setting("run") or ""

    # --- mailboxes ---

    def record_choices(self, choices: Iterable[Choice]) -> None:
        """Record who is exported and who is not; what was done already stays done."""
        known = {row.entity_id: row for row in self.mailboxes()}
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO setting VALUES ('chosen', 'yes')")
            for choice in choices:
                entity = choice.entity
                status, reason = _stands(choice, known.get(entity.entity_id))
                db.execute(
                    """
                    INSERT INTO mailbox (entity_id, kind, name, email, state, status, reason)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (entity_id) DO UPDATE SET
                        kind = excluded.kind, name = excluded.name,
                        email = coalesce(excluded.email, email), state = excluded.state,
                        status = excluded.status, reason = excluded.reason
                    """,
                    (
                        entity.entity_id,
                        entity.kind,
                        entity.name,
                        entity.email,
                        entity.state,
                        status.value,
                        reason,
                    ),
                )

    @property
    def chosen(self) -> bool:
        """Whether it is known who is to be exported: a run has looked at the organization."""
        return self.setting("chosen") is not None

    def mailboxes(self, *statuses: Status) -> list[MailboxRow]:
        """Return the mailboxes of some statuses, or all, in the order of their addresses."""
        rows = self._rows("SELECT * FROM mailbox ORDER BY lower(coalesce(email, name)), entity_id")
        found = [_mailbox(row) for row in rows]
        return [row for row in found if not statuses or row.status in statuses]

    def put_status(
        self,
        entity_id: str,
        status: Status,
        reason: str | None = None,
        *,
        not_before: float | None = None,
    ) -> None:
        """Record where a mailbox stands.

        Args:
            entity_id: The mailbox.
            status: Its new status.
            reason: Why, for a status that needs it.
            not_before: Before when it is not started, in seconds since the epoch.
        """
        with self._writing() as db:
            _put_status(db, entity_id, status, reason, not_before)

    def retry_failed(self) -> int:
        """Make everything that was given up pending again.

        Returns:
            How many mailboxes that were.
        """
        with self._writing() as db:
            return db.execute(
                "UPDATE mailbox SET status = 'pending', reason = NULL, not_before = NULL"
                " WHERE status IN ('failed', 'cancelled')"
            ).rowcount

    # --- jobs ---

    def plan(self, organization_id: str, mailbox: MailboxRow, prefix: str, now: float) -> JobRow:
        """Record that a job is about to be started; the same attempt gives the same plan.

        Args:
            organization_id: The organization.
            mailbox: The mailbox.
            prefix: The job's prefix in S3.
            now: The time, in seconds since the epoch.

        Returns:
            The job, with the token to start it with.
        """
        attempt = mailbox.attempts + 1
        token = token_for(organization_id, mailbox.entity_id, self.run, attempt)
        with self._writing() as db:
            db.execute(
                "INSERT OR IGNORE INTO job (token, entity_id, attempt, prefix, state, planned)"
                " VALUES (?, ?, ?, ?, 'PLANNED', ?)",
                (token, mailbox.entity_id, attempt, prefix, now),
            )
        return self.job(token)

    def withdraw(self, token: str) -> None:
        """Forget the plan of a job whose start WorkMail has refused."""
        with self._writing() as db:
            db.execute("DELETE FROM job WHERE token = ? AND job_id IS NULL", (token,))

    def job(self, token: str) -> JobRow:
        """Return the job of a token."""
        (row,) = self._rows("SELECT * FROM job WHERE token = ?", token)
        return _job(row)

    def jobs(self, entity_id: str | None = None) -> list[JobRow]:
        """Return the jobs of a mailbox, or all, in the order of their attempts."""
        if entity_id is None:
            rows = self._rows("SELECT * FROM job ORDER BY entity_id, attempt")
        else:
            rows = self._rows("SELECT * FROM job WHERE entity_id = ? ORDER BY attempt", entity_id)
        return [_job(row) for row in rows]

    def running_jobs(self) -> list[JobRow]:
        """Return the jobs of the mailboxes that WorkMail writes at the moment."""
        rows = self._rows(
            "SELECT job.* FROM job JOIN mailbox USING (entity_id)"
            " WHERE job.state = 'RUNNING' AND mailbox.status = 'running' ORDER BY job.planned"
        )
        return [_job(row) for row in rows]

    def record_start(self, token: str, job_id: str) -> None:
        """Record the answer to a start."""
        with self._writing() as db:
            db.execute(
                "UPDATE job SET job_id = ?, state = 'RUNNING' WHERE token = ?", (job_id, token)
            )
            db.execute(
                "UPDATE mailbox SET status = 'running', reason = NULL, not_before = NULL,"
                " attempts = (SELECT attempt FROM job WHERE token = ?)"
                " WHERE entity_id = (SELECT entity_id FROM job WHERE token = ?)",
                (token, token),
            )

    def adopt(self, mailbox: MailboxRow, job_id: str, prefix: str, now: float) -> JobRow:
        """Take over a job that was found running or finished, and not started from here."""
        token = f"adopted:{job_id}"
        with self._writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO job"
                " (token, entity_id, attempt, prefix, job_id, state, adopted, planned)"
                " VALUES (?, ?, ?, ?, ?, 'RUNNING', 1, ?)",
                (token, mailbox.entity_id, mailbox.attempts + 1, prefix, job_id, now),
            )
            db.execute(
                "UPDATE mailbox SET status = 'running', reason = NULL, not_before = NULL,"
                " attempts = attempts + 1 WHERE entity_id = ?",
                (mailbox.entity_id,),
            )
        return self.job(token)

    def record_progress(self, token: str, progress: int | None) -> None:
        """Record how far a job is."""
        with self._writing() as db:
            db.execute("UPDATE job SET progress = ? WHERE token = ?", (progress, token))

    def record_end(
        self,
        job: JobRow,
        state: str,
        now: float,
        *,
        status: Status,
        reason: str | None = None,
        not_before: float | None = None,
        error_info: str | None = None,
        bucket: str | None = None,
        path: str | None = None,
    ) -> None:
        """Record the end of a job and what becomes of its mailbox, in one act.

        Args:
            job: The job.
            state: Its final state.
            now: The time, in seconds since the epoch.
            status: The mailbox's new status.
            reason: Why, for a status that needs it.
            not_before: Before when the mailbox is not started again.
            error_info: WorkMail's explanation of a failure.
            bucket: The bucket of the job's file.
            path: The file's path in the bucket.
        """
        with self._writing() as db:
            db.execute(
                "UPDATE job SET state = ?, ended = ?, error_info = ?, bucket = ?, path = ?,"
                " progress = CASE WHEN ? = 'COMPLETED' THEN 100 ELSE progress END WHERE token = ?",
                (state, now, error_info, bucket, path, state, job.token),
            )
            _put_status(db, job.entity_id, status, reason, not_before)

    # --- files ---

    def record_file(self, file: FileRow) -> None:
        """Record a verified archive; its mailbox is safe."""
        with self._writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    file.entity_id,
                    file.job_id,
                    file.path,
                    file.bytes,
                    file.sha256,
                    file.items,
                    file.messages,
                    file.calendar,
                    file.content_bytes,
                    file.notes,
                    file.verified,
                ),
            )
            _put_status(db, file.entity_id, Status.SAFE, None, None)

    def files(self) -> dict[str, FileRow]:
        """Return the verified archives by their mailboxes' ids."""
        return {row["entity_id"]: FileRow(**dict(row)) for row in self._rows("SELECT * FROM file")}


def token_for(organization_id: str, entity_id: str, run: str, attempt: int) -> str:
    """Return the idempotency token of one attempt: always the same for the same attempt."""
    text = "\0".join((organization_id, entity_id, run, str(attempt)))
    return hashlib.sha256(text.encode()).hexdigest()


def _mailbox(row: sqlite3.Row) -> MailboxRow:
    values: dict[str, Any] = dict(row)
    values["status"] = Status(values["status"])
    return MailboxRow(**values)


def _job(row: sqlite3.Row) -> JobRow:
    values: dict[str, Any] = dict(row)
    values["adopted"] = bool(values["adopted"])
    return JobRow(**values)


def _put_status(
    db: sqlite3.Connection,
    entity_id: str,
    status: Status,
    reason: str | None,
    not_before: float | None,
) -> None:
    db.execute(
        "UPDATE mailbox SET status = ?, reason = ?, not_before = ? WHERE entity_id = ?",
        (status.value, reason, not_before, entity_id),
    )


def _stands(choice: Choice, known: MailboxRow | None) -> tuple[Status, str | None]:
    """Return where a mailbox stands after choosing, and why, given where it stood before."""
    if known is None or known.status is Status.SKIPPED:
        return (Status.PENDING if choice.skipped is None else Status.SKIPPED), choice.skipped
    unsettled = known.status in (Status.PENDING, Status.FAILED, Status.CANCELLED)
    if choice.skipped is not None and unsettled:
        if not choice.lapsed:
            return Status.SKIPPED, choice.skipped
        if choice.entity.state == EntityState.DELETED:  # it was asked for, so it is missing
            return Status.FAILED, "deleted in WorkMail before its export was safe"
    return known.status, known.reason


def _connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    where: Any = f"{path.resolve().as_uri()}?mode=ro" if read_only else str(path)
    db = sqlite3.connect(where, uri=read_only, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    return db


def _place(path: Path) -> tuple[int, int]:
    """Return what tells a file from any other, whatever their names."""
    found = path.stat()
    return found.st_dev, found.st_ino


def _take(path: Path) -> sqlite3.Connection:
    """Hold an exclusive transaction on a file beside the manifest for as long as it is open."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        guard = sqlite3.connect(
            f"{path}.lock", timeout=0, isolation_level=None, check_same_thread=False
        )
    except (sqlite3.Error, OSError) as error:
        raise ManifestError(path, f"its folder cannot be written ({error})") from error
    try:
        guard.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        guard.close()
        if "locked" not in str(error):
            raise ManifestError(path, f"its folder cannot be written ({error})") from error
        raise ManifestInUseError(
            path, f"another process exports with this manifest{_holder(path)}: wait or stop it"
        ) from error
    return guard


def _holder(path: Path) -> str:
    """Return in words who writes to a manifest; nothing while it has not said so."""
    try:
        with Manifest(path, read_only=True) as manifest:
            runner = manifest.setting("runner")
    except ManifestError:
        return ""
    return f" ({runner})" if runner else ""
