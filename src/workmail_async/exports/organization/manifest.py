"""The memory of an organization's export: one SQLite file, written before each act.

Killing the process at any moment loses nothing. What was decided is recorded here first; what was
decided but perhaps not done is done again, in a way that changes nothing the second time.
"""

from __future__ import annotations

import hashlib
import os
import socket
import sqlite3
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from attrs import astuple, fields_dict

from workmail_async.enums import EntityState
from workmail_async.exports.errors import ManifestError

from .manifest_file import ManifestFile
from .records import FileRow, JobEnd, JobRow, MailboxRow, Status
from .selection import Choice

#: The name of the manifest in the folder of an export.
MANIFEST_NAME = "manifest.sqlite"


class Manifest(ManifestFile):
    """The state of one organization's export, in one SQLite file.

    Opening it for writing takes a lock that ends with the process, however it ends. Reading takes
    none. Methods block for the time of a small disk write; they raise `ManifestLostError` when the
    disk refuses it, or when the file was removed meanwhile.

    Args:
        path: The file; created if missing.
        read_only: Whether only to read; then the file has to exist.

    Raises:
        ManifestInUseError: Another process writes to it.
        ManifestError: The file is no manifest, or one of another version, or cannot be opened.
    """

    @classmethod
    def read(cls, folder: str | Path) -> Manifest:
        """Open the manifest of an export's folder for reading.

        Args:
            folder: The folder.

        Raises:
            ManifestError: There is no manifest, or it cannot be read.
        """
        return cls(Path(folder) / MANIFEST_NAME, read_only=True)

    # --- settings ---

    def bind(self, settings: dict[str, str]) -> None:
        """Record what the export is of, or check that it is the same as before.

        Until the first job is planned it may still change, so a typing error in a name does not
        need a new folder.

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
        """Record which mailboxes are exported; what was already done stays done."""
        known = {row.entity_id: row for row in self.mailboxes()}
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO setting VALUES ('chosen', 'yes')")
            for choice in choices:
                entity = choice.entity
                status, reason = _after_choosing(choice, known.get(entity.entity_id))
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
        """Whether a run has listed the organization, so that it is known who is exported."""
        return self.setting("chosen") is not None

    def mailboxes(self, *statuses: Status) -> list[MailboxRow]:
        """Return the mailboxes with some statuses, or all, sorted by address."""
        rows = self._rows("SELECT * FROM mailbox ORDER BY lower(coalesce(email, name)), entity_id")
        found = [_mailbox(row) for row in rows]
        return [row for row in found if not statuses or row.status in statuses]

    def mailbox(self, entity_id: str) -> MailboxRow:
        """Return one mailbox."""
        (row,) = self._rows("SELECT * FROM mailbox WHERE entity_id = ?", entity_id)
        return _mailbox(row)

    def put_status(
        self,
        entity_id: str,
        status: Status,
        reason: str | None = None,
        *,
        not_before: float | None = None,
    ) -> None:
        """Record the status of a mailbox.

        Args:
            entity_id: The mailbox.
            status: Its new status.
            reason: Why, for a status that needs it.
            not_before: When it may be started again, in seconds since the epoch.
        """
        with self._writing() as db:
            _put_status(db, entity_id, status, reason, not_before)

    def retry_failed(self) -> int:
        """Make every mailbox pending again that an earlier run gave up on.

        Returns:
            The number of these mailboxes.
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
        """Forget the plan of a job that WorkMail refused to start."""
        with self._writing() as db:
            db.execute("DELETE FROM job WHERE token = ? AND job_id IS NULL", (token,))

    def job(self, token: str) -> JobRow:
        """Return the job with a token."""
        (row,) = self._rows("SELECT * FROM job WHERE token = ?", token)
        return _job(row)

    def jobs(self, entity_id: str | None = None) -> list[JobRow]:
        """Return the jobs of a mailbox, or all, sorted by attempt."""
        if entity_id is None:
            rows = self._rows("SELECT * FROM job ORDER BY entity_id, attempt")
        else:
            rows = self._rows("SELECT * FROM job WHERE entity_id = ? ORDER BY attempt", entity_id)
        return [_job(row) for row in rows]

    def running_jobs(self) -> list[JobRow]:
        """Return the jobs of the mailboxes that WorkMail is exporting."""
        rows = self._rows(
            "SELECT job.* FROM job JOIN mailbox USING (entity_id)"
            " WHERE job.state = 'RUNNING' AND mailbox.status = 'running' ORDER BY job.planned"
        )
        return [_job(row) for row in rows]

    def record_start(self, token: str, job_id: str) -> None:
        """Record the answer to the start of a job."""
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

    def adopt(self, mailbox: MailboxRow, job_id: str, prefix: str, now: float) -> None:
        """Record a running or finished job that something else started as this export's own."""
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

    def record_progress(self, token: str, progress: int | None) -> None:
        """Record how far a job is."""
        with self._writing() as db:
            db.execute("UPDATE job SET progress = ? WHERE token = ?", (progress, token))

    def record_end(self, job: JobRow, end: JobEnd, now: float) -> None:
        """Record the end of a job and the new status of its mailbox, in one transaction.

        Args:
            job: The job.
            end: How it ended.
            now: The time, in seconds since the epoch.
        """
        with self._writing() as db:
            db.execute(
                "UPDATE job SET state = ?, ended = ?, error_info = ?, bucket = ?, path = ?,"
                " progress = CASE WHEN ? = 'COMPLETED' THEN 100 ELSE progress END WHERE token = ?",
                (end.state, now, end.error_info, end.bucket, end.path, end.state, job.token),
            )
            _put_status(db, job.entity_id, end.status, end.reason, end.not_before)

    # --- files ---

    def record_file(self, file: FileRow) -> None:
        """Record a verified archive; its mailbox is safe."""
        names = ", ".join(fields_dict(FileRow))
        marks = ", ".join("?" for _ in fields_dict(FileRow))
        with self._writing() as db:
            statement = f"INSERT OR REPLACE INTO file ({names}) VALUES ({marks})"  # noqa: S608
            db.execute(statement, astuple(file))
            _put_status(db, file.entity_id, Status.SAFE, None, None)

    def files(self) -> dict[str, FileRow]:
        """Return the verified archives by the ids of their mailboxes."""
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


def _after_choosing(choice: Choice, known: MailboxRow | None) -> tuple[Status, str | None]:
    """Return the status of a mailbox after choosing, and why, given its status before."""
    if known is None or known.status is Status.SKIPPED:
        return (Status.PENDING if choice.skipped is None else Status.SKIPPED), choice.skipped
    unsettled = known.status in (Status.PENDING, Status.FAILED, Status.CANCELLED)
    if choice.skipped is not None and unsettled:
        if not choice.lapsed:
            return Status.SKIPPED, choice.skipped
        if choice.entity.state == EntityState.DELETED:  # it was asked for, so it is missing
            return Status.FAILED, "deleted in WorkMail before its export was safe"
    return known.status, known.reason
