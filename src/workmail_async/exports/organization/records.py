"""What the manifest of an export says about a mailbox, a job and a file."""

from __future__ import annotations

from enum import Enum

from attrs import frozen


class Status(str, Enum):
    """How far a mailbox is on its way to disk."""

    SKIPPED = "skipped"
    """Not exported, for a reason that the report names."""
    PENDING = "pending"
    """Waits for its job; a deferred one not before a certain time."""
    RUNNING = "running"
    """WorkMail is exporting it."""
    EXPORTED = "exported"
    """The export is in S3, and is not downloaded and verified yet."""
    SAFE = "safe"
    """Downloaded and verified."""
    FAILED = "failed"
    """Given up, for a reason that the report names."""
    CANCELLED = "cancelled"
    """Somebody cancelled its job."""


@frozen(kw_only=True)
class MailboxRow:
    """One mailbox.

    Attributes:
        entity_id: The id of the user, resource or group.
        kind: `user`, `resource` or `group`.
        name: Its name.
        email: Its address; None when it has none.
        state: Its state in WorkMail when the organization was last listed.
        status: How far it is.
        reason: Why it was skipped, deferred or given up.
        attempts: How many jobs were started for it.
        not_before: When it may be started again, in seconds since the epoch.
    """

    entity_id: str
    kind: str
    name: str
    email: str | None
    state: str
    status: Status
    reason: str | None
    attempts: int
    not_before: float | None

    @property
    def label(self) -> str:
        """The address, or the name when there is none."""
        return self.email or self.name


@frozen(kw_only=True)
class JobRow:
    """One export job.

    Attributes:
        token: Its idempotency token, derived from organization, mailbox, run and attempt.
        entity_id: The mailbox.
        attempt: Which attempt it is, from 1.
        prefix: Its prefix in S3.
        job_id: WorkMail's id; None until the answer to its start is recorded.
        state: `PLANNED` until then, afterwards WorkMail's state.
        progress: Percent done, as WorkMail estimates.
        error_info: Why it failed.
        bucket: The bucket of its file.
        path: The file's path in the bucket.
        adopted: Whether something else started it, and this export took it over.
        planned: When it was planned, in seconds since the epoch.
        ended: When its end was seen.
    """

    token: str
    entity_id: str
    attempt: int
    prefix: str
    job_id: str | None
    state: str
    progress: int | None
    error_info: str | None
    bucket: str | None
    path: str | None
    adopted: bool
    planned: float
    ended: float | None


@frozen(kw_only=True)
class JobEnd:
    """How a job ended, and what becomes of its mailbox.

    Attributes:
        state: The job's final state.
        status: The mailbox's new status.
        reason: Why, for a status that needs it.
        not_before: When the mailbox may be started again, in seconds since the epoch.
        error_info: WorkMail's explanation of a failure.
        bucket: The bucket of the job's file.
        path: The file's path in the bucket.
    """

    state: str
    status: Status
    reason: str | None = None
    not_before: float | None = None
    error_info: str | None = None
    bucket: str | None = None
    path: str | None = None


@frozen(kw_only=True)
class FileRow:
    """One verified archive on disk.

    Attributes:
        entity_id: The mailbox.
        job_id: The job that wrote it.
        path: Where it is, relative to the export's folder.
        bytes: Its size.
        sha256: Its SHA-256, in hexadecimal.
        items: How many items it holds.
        messages: How many of them are messages.
        calendar: How many of them are calendar items.
        content_bytes: The size of all items, unpacked.
        notes: What is worth knowing about it, a line each.
        verified: When it was verified, in seconds since the epoch.
    """

    entity_id: str
    job_id: str
    path: str
    bytes: int
    sha256: str
    items: int
    messages: int
    calendar: int
    content_bytes: int
    notes: str
    verified: float
