"""What a run of an export knows: the manifest on disk, and the same in memory for quick looks.

Every change of a mailbox or a job is one method of `RunState`. It writes the manifest first and
then reads back what the manifest made of it, so that disk and memory cannot disagree.
"""

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
from .records import FileRow, JobEnd, JobRow, MailboxRow, Status
from .selection import Choice

T = TypeVar("T")

#: Seconds between two reports of the downloaded bytes.
_TICK = 1.0


class RunState:
    """What one run knows about mailboxes, jobs and downloads.

    Args:
        manifest: The memory on disk.
        folder: The folder of the export.
        listeners: Called after every change.
        now: Returns the time that WorkMail's times are compared with.

    Attributes:
        manifest: The memory on disk; used in a worker thread, through `write`.
        folder: The folder of the export.
        now: Returns the time.
        rows: All mailboxes, by their ids.
        running: The jobs that WorkMail works on, by their ids.
        percent: How far these jobs are.
        downloading: The downloads in progress, by the ids of their mailboxes.
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
        """Read the manifest, and compare it with the files on disk."""
        await self.write(self._recall)

    def _recall(self) -> None:  # one use of the manifest, so that no change comes in between
        self._forget_lost_files()
        self.rows = {row.entity_id: row for row in self.manifest.mailboxes()}
        self.running = {job.job_id: job for job in self.manifest.running_jobs() if job.job_id}

    def _forget_lost_files(self) -> None:
        """Have archives downloaded again that are gone from disk or have another size."""
        files = self.manifest.files()
        for row in self.manifest.mailboxes(Status.SAFE):
            file = files[row.entity_id]
            path = self.folder / file.path
            if not path.is_file() or path.stat().st_size != file.bytes:
                self.manifest.put_status(
                    row.entity_id, Status.EXPORTED, "its file is gone from disk"
                )

    def time(self) -> float:
        """Return the time in seconds since the epoch."""
        return self.now().timestamp()

    def of(self, status: Status) -> Sequence[MailboxRow]:
        """Return the mailboxes with a status."""
        return [row for row in self.rows.values() if row.status is status]

    # --- changes: each is made in the manifest, and memory reads back what it made ---

    async def chosen(self, choices: Sequence[Choice], *, retry_failed: bool) -> None:
        """Record which mailboxes are exported.

        Args:
            choices: What was chosen.
            retry_failed: Whether to retry the mailboxes that an earlier run gave up on.
        """
        await self.write(self.manifest.record_choices, choices)
        if retry_failed:
            await self.write(self.manifest.retry_failed)
        await self.recall()

    async def put(
        self, row: MailboxRow, status: Status, reason: str, *, not_before: float | None = None
    ) -> None:
        """Record the status of a mailbox and why, and tell the listeners."""
        put = partial(self.manifest.put_status, row.entity_id, status, reason)
        await self._change(row.entity_id, partial(put, not_before=not_before))
        self.tell(f"{row.label}: {reason}")

    async def planned(
        self, organization_id: str, row: MailboxRow, prefix: str, now: float
    ) -> JobRow:
        """Record that a job is about to be started, or return the plan of an earlier run."""
        return await self.write(self.manifest.plan, organization_id, row, prefix, now)

    async def withdrawn(self, job: JobRow) -> None:
        """Forget a planned job that WorkMail refused to start."""
        await self.write(self.manifest.withdraw, job.token)

    async def started(self, job: JobRow, job_id: str) -> None:
        """Record that a planned job runs."""
        await self._change(
            job.entity_id, partial(self.manifest.record_start, job.token, job_id), running=job_id
        )
        self.tell(f"{self.rows[job.entity_id].label}: started")

    async def adopted(self, row: MailboxRow, job_id: str, prefix: str) -> None:
        """Record that a job runs which something else started."""
        adopt = partial(self.manifest.adopt, row, job_id, prefix, self.time())
        await self._change(row.entity_id, adopt, running=job_id)
        self.tell(f"{row.label}: took over job {job_id}")

    async def progressed(self, job: JobRow, percent: int | None) -> None:
        """Record how far a job is."""
        await self.write(self.manifest.record_progress, job.token, percent)
        if job.job_id is not None:
            self.percent[job.job_id] = percent

    async def ended(self, job: JobRow, end: JobEnd) -> None:
        """Record the end of a job, and what becomes of its mailbox."""
        await self._change(job.entity_id, partial(self.manifest.record_end, job, end, self.time()))
        if job.job_id is not None:
            self.running.pop(job.job_id, None)
            self.percent.pop(job.job_id, None)
        reason = f", {end.reason}" if end.reason else ""
        self.tell(f"{self.rows[job.entity_id].label}: {end.state.lower()}{reason}")

    async def saved(self, file: FileRow) -> None:
        """Record a verified archive."""
        await self._change(file.entity_id, partial(self.manifest.record_file, file))
        self.tell(f"{self.rows[file.entity_id].label}: safe, {file.items} items")

    async def _change(
        self, entity_id: str, change: Callable[[], object], *, running: str | None = None
    ) -> None:
        """Change a mailbox in the manifest, and take over what it says afterwards.

        Args:
            entity_id: The mailbox.
            change: The change.
            running: The id of the job that runs because of it.
        """

        def change_and_read() -> tuple[MailboxRow, list[JobRow]]:
            change()
            jobs = self.manifest.jobs(entity_id) if running is not None else []
            return self.manifest.mailbox(entity_id), jobs

        self.rows[entity_id], jobs = await self.write(change_and_read)
        self.running |= {job.job_id: job for job in jobs if job.job_id == running and job.job_id}

    def end_download(self, entity_id: str) -> None:
        """Remove a download from the running ones, and count its bytes."""
        download = self.downloading.pop(entity_id, None)
        self._downloaded += download.bytes if download else 0

    async def write(self, function: Callable[..., T], *args: Any) -> T:
        """Use the manifest in a worker thread, one use at a time."""
        return await anyio.to_thread.run_sync(partial(function, *args), limiter=self._writer)

    def tell(self, message: str) -> None:
        """Tell the listeners what happened and how far the run is."""
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
        """Tell the listeners about downloaded bytes once a second, until cancelled."""
        while self._listeners:
            await anyio.sleep(_TICK)
            self.tell(self.message)
