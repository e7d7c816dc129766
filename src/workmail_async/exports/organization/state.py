"""What a run of an export knows: in the manifest first, then in memory, then told to listeners."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import anyio
import anyio.to_thread
from attrs import evolve

from .manifest import Manifest
from .progress import ExportProgress, ProgressListener, RunningDownload, RunningExport
from .records import JobRow, MailboxRow, Status

T = TypeVar("T")

#: Seconds between two reports of the bytes that come in.
_TICK = 1.0


class RunState:
    """What one run knows of mailboxes, jobs and downloads.

    Args:
        manifest: The memory on disk.
        folder: Where the archives lie.
        listeners: Told of every change.
        now: Gives the time that WorkMail's times are compared with.

    Attributes:
        manifest: The memory on disk; used through `write`.
        folder: Where the archives lie.
        now: Gives the time.
        rows: All mailboxes, by their ids.
        running: The jobs that WorkMail works on, by their ids.
        percent: How far those are.
        downloading: The downloads in progress, by their mailboxes' ids.
        message: What happened last, in words.
    """

    def __init__(
        self,
        manifest: Manifest,
        folder: Path,
        listeners: Sequence[ProgressListener],
        now: Callable[[], datetime],
    ) -> None:
        self.manifest = manifest
        self.folder = folder
        self.now = now
        self.rows: dict[str, MailboxRow] = {}
        self.running: dict[str, JobRow] = {}
        self.percent: dict[str, int | None] = {}
        self.downloading: dict[str, RunningDownload] = {}
        self.message: str = ""
        self._downloaded = 0
        self._listeners = listeners
        self._writer = anyio.CapacityLimiter(1)
        self._share_before: float | None = None
        self._began = time.monotonic()

    async def recall(self) -> None:
        """Read what the manifest knows, and compare it with the files on disk."""
        await self.write(self._recall)

    def _recall(self) -> None:  # as one use of the manifest, so that no change comes between
        self._forget_lost_files()
        self.rows = {row.entity_id: row for row in self.manifest.mailboxes()}
        self.running = {job.job_id: job for job in self.manifest.running_jobs() if job.job_id}

    def _forget_lost_files(self) -> None:
        """Make archives that are gone from disk, or changed, downloaded again."""
        files = self.manifest.files()
        for row in self.manifest.mailboxes(Status.SAFE):
            file = files[row.entity_id]
            path = self.folder / file.path
            if not path.is_file() or path.stat().st_size != file.bytes:
                self.manifest.put_status(row.entity_id, Status.EXPORTED, "its file was gone")

    def time(self) -> float:
        """Return the time in seconds since the epoch."""
        return self.now().timestamp()

    def of(self, status: Status) -> Sequence[MailboxRow]:
        """Return the mailboxes of a status."""
        return [row for row in self.rows.values() if row.status is status]

    async def put(
        self, row: MailboxRow, status: Status, reason: str, *, not_before: float | None = None
    ) -> None:
        """Record where a mailbox stands, and tell of it."""
        put = partial(self.manifest.put_status, not_before=not_before)
        await self.write(put, row.entity_id, status, reason)
        self.rows[row.entity_id] = evolve(row, status=status, reason=reason, not_before=not_before)
        self.tell(f"{row.label}: {reason}")

    def end_download(self, entity_id: str) -> None:
        """Take a download off the list, and count what it brought."""
        download = self.downloading.pop(entity_id, None)
        self._downloaded += download.bytes if download else 0

    async def write(self, function: Callable[..., T], *args: Any) -> T:
        """Use the manifest in a worker thread, one use at a time."""
        return await anyio.to_thread.run_sync(partial(function, *args), limiter=self._writer)

    def tell(self, message: str) -> None:
        """Tell the listeners what happened, and how far the run is."""
        self.message = message
        if not self._listeners:
            return
        counts = Counter(row.status for row in self.rows.values())
        running = tuple(
            RunningExport(label=self.rows[job.entity_id].label, percent=self.percent.get(job_id))
            for job_id, job in self.running.items()
        )
        progress = ExportProgress(
            counts={status: counts[status] for status in Status},
            running=running,
            downloading=tuple(self.downloading.values()),
            downloaded=self._downloaded + sum(d.bytes for d in self.downloading.values()),
            elapsed=time.monotonic() - self._began,
            message=message,
        )
        if self._share_before is None and self.rows:
            self._share_before = progress.share
        progress = evolve(progress, share_before=self._share_before or 0.0)
        for listener in self._listeners:
            listener(progress)

    async def tick(self) -> None:
        """Tell of the bytes that come in, too, about once a second, until cancelled."""
        while self._listeners:
            await anyio.sleep(_TICK)
            self.tell(self.message)
