"""Mailbox export jobs: what they check, how they go on, and what they leave in S3."""

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
_ALMOST_DONE = 99
_DONE = 100


@define(kw_only=True, eq=False)
class ExportJob:
    """One export of one mailbox.

    Args:
        id: The job's identifier.
        position: Its place in lists.
        entity: Whose mailbox it is.
        mailbox: The mailbox.
        description: What the caller says about it.
        role_arn: The role that writes to the bucket.
        kms_key_arn: The key that encrypts what is written.
        bucket: The bucket.
        prefix: What the keys in it begin with.
        progress: How far it has come.
        folder: Where its zip is made.
        wanted_failure: Why it is to fail, if a tester wants it to.
        state: RUNNING, COMPLETED, FAILED or CANCELLED.
        error_info: Why it failed.
        percent: How far it had come when it ended.
        end_time: When it ended.
        summary: What is in the zip; None until it has been made.
        archive_error: Why the zip could not be made.
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
        """When it began."""
        return self.progress.started

    @property
    def path(self) -> str:
        """The key of the zip."""
        return f"{self.prefix.rstrip('/')}/{self.id}.zip"

    @property
    def log_path(self) -> str:
        """The key of the output log."""
        return f"{self.prefix.rstrip('/')}/{self.id}-log.json"

    @property
    def archive(self) -> Path:
        """The zip while it is being made."""
        return self.folder / "export.zip"

    @property
    def archive_made(self) -> bool:
        """Whether the zip has been made, or cannot be."""
        return self.summary is not None or self.archive_error is not None

    def estimated_progress(self, now: datetime) -> int:
        """Return how far it has come, in percent."""
        if self.state != RUNNING:
            return self.percent
        return min(_ALMOST_DONE, int(_DONE * self.progress.fraction(now)))

    def end(self, state: str, *, at: datetime, percent: int) -> None:
        """Leave RUNNING for good."""
        self.state = state
        self.end_time = at
        self.percent = percent
        shutil.rmtree(self.folder, ignore_errors=True)
