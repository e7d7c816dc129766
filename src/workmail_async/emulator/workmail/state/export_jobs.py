"""Mailbox export jobs."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from attrs import define

from workmail_async.emulator.lifecycle import Progress
from workmail_async.emulator.mail.export_zip import Summary
from workmail_async.emulator.mail.mailboxes import Mailbox

from .entities import Entity

RUNNING = "RUNNING"
COMPLETED = "COMPLETED"
FAILED = "FAILED"
CANCELLED = "CANCELLED"
ALMOST_DONE = 99
DONE = 100


@define(kw_only=True, eq=False)
class ExportJob:
    """One export of one mailbox.

    Args:
        id: The job's id.
        position: Its position in lists.
        entity: The owner of the mailbox.
        mailbox: The mailbox.
        description: The description that the caller gave.
        role_arn: The role that writes to the bucket.
        kms_key_arn: The key that encrypts the zip.
        bucket: The bucket.
        prefix: The prefix of the keys in the bucket.
        progress: The progress of the job.
        folder: The directory for its zip.
        wanted_failure: For tests: why it must fail.
        state: RUNNING, COMPLETED, FAILED or CANCELLED.
        error_info: Why it failed.
        percent: Its progress when it ended.
        end_time: When it ended.
        summary: What is in the zip; None until it is written.
        archive_error: Why the zip could not be written.
    """

    id: str
    position: int
    entity: Entity
    mailbox: Mailbox
    description: str | None
    role_arn: str
    kms_key_arn: str
    bucket: str
    prefix: str
    progress: Progress
    folder: Path
    wanted_failure: str | None = None
    state: str = RUNNING
    error_info: str | None = None
    percent: int = 0
    end_time: datetime | None = None
    summary: Summary | None = None
    archive_error: str | None = None

    @property
    def start_time(self) -> datetime:
        """When it started."""
        return self.progress.started

    @property
    def path(self) -> str:
        """The S3 key of the zip."""
        return f"{self.prefix.rstrip('/')}/{self.id}.zip"

    @property
    def log_path(self) -> str:
        """The S3 key of the output log."""
        return f"{self.prefix.rstrip('/')}/{self.id}-log.json"

    @property
    def archive(self) -> Path:
        """The file of the zip until it is uploaded."""
        return self.folder / "export.zip"

    @property
    def archive_made(self) -> bool:
        """Whether the zip is written, or cannot be."""
        return self.summary is not None or self.archive_error is not None

    def estimated_progress(self, now: datetime) -> int:
        """Return its progress in percent."""
        if self.state != RUNNING:
            return self.percent
        return min(ALMOST_DONE, int(DONE * self.progress.fraction(now)))

    def end(self, state: str, *, at: datetime, percent: int) -> None:
        """Set the final state."""
        self.state = state
        self.end_time = at
        self.percent = percent
        shutil.rmtree(self.folder, ignore_errors=True)
