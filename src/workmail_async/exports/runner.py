"""Exports every mailbox of an organization, and can be killed and run again at any moment.

One coordinator starts jobs and looks at them; downloaders bring what is finished to disk. Every
decision stands in the manifest before it is acted on, and the way goes in one direction::

    choose ─ plan ─ start ─ look ─ (ended) ─ download ─ verify ─ safe
               manifest: pending → running → exported → safe
"""

from __future__ import annotations

import json
import random
import re
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta, timezone
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
import anyio.to_thread
from anyio import sleep
from attrs import evolve, frozen

from workmail_async.enums import MailboxExportJobState
from workmail_async.errors import (
    CredentialsError,
    EntityNotFoundException,
    EntityStateException,
    LimitExceededException,
    OrganizationNotFoundException,
    OrganizationStateException,
    RequestValidationError,
    ServiceError,
    TransportError,
    UnsupportedOperationException,
)

from .archive import check
from .aws import S3, aws_client
from .display import notebook_display
from .download import fetch
from .errors import ArchiveError, DownloadError, ExportAbortedError
from .manifest import FileRow, JobRow, MailboxRow, Manifest, Status
from .outputlog import find_output_log
from .progress import ExportProgress, ProgressListener, RunningDownload, RunningExport
from .report import ExportReport, report_of
from .selection import choose
from .stock import JobWatch, Listing, Sight
from .target import ExportTarget

if TYPE_CHECKING:
    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

    from workmail_async.workmail.organization import Organization

T = TypeVar("T")

MANIFEST_NAME = "manifest.sqlite"
ONE_EXPORT_PER = timedelta(hours=24)
#: Jobs that WorkMail runs at a time in one organization.
CONCURRENT_JOBS = 10

#: How often a start may be refused, or a file be bad, before its mailbox is given up for this run.
_TRIES = 3
_REFUSAL_PAUSE = 60.0
#: Seconds between two reports of the bytes that come in.
_TICK = 1.0


@frozen(kw_only=True)
class ExportOptions:
    """How an organization is exported.

    Attributes:
        include: Patterns of mailboxes, matched with id, address and name; none means all.
        exclude: Patterns of mailboxes to leave out.
        disabled: Whether mailboxes of disabled users and resources are exported too.
        slots: How many jobs run at a time at most; those that others started count too.
        retries: How many further jobs are started for a mailbox whose job failed.
        retry_delay: Seconds before the first of them; each further one waits twice as long.
        downloads: How many archives are downloaded at a time.
        min_poll: Seconds between two looks at the jobs while something changes.
        max_poll: Seconds between two looks while nothing does.
        deadline: Seconds after which the run ends, done or not; None for no such limit.
        wait: Whether to wait for mailboxes that WorkMail exports only later (a mailbox is
            exported once in 24 hours), and not to leave them to the next run.
        patience: Seconds for which WorkMail may not answer before the run is given up.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    disabled: bool = False
    slots: int = CONCURRENT_JOBS
    retries: int = 2
    retry_delay: float = 60.0
    downloads: int = 4
    min_poll: float = 2.0
    max_poll: float = 60.0
    deadline: float | None = None
    wait: bool = False
    patience: float = 900.0


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class _Start(Enum):
    """What came of trying to start a job."""

    STARTED = "started"
    SETTLED = "settled"
    FULL = "full"


class OrganizationExport:
    """The export of an organization's mailboxes into a folder.

    ::

        export = OrganizationExport(org, target, "acme-mail")
        report = await export.run()
        print(report.complete, report.missing)

    The folder holds the manifest and `mailboxes/…`. Running it again goes on where it ended:
    running jobs are adopted, finished ones downloaded, nothing is done twice.

    Args:
        organization: The organization.
        target: Where WorkMail writes, and as whom.
        folder: Where the archives go; made when it is not there.
        options: How to export.
        listener: Told of every change; must not block.
        display: Whether to show the progress below the cell when run in a notebook.
        now: Gives the time that WorkMail's times are compared with.
    """

    def __init__(
        self,
        organization: Organization,
        target: ExportTarget,
        folder: str | Path,
        *,
        options: ExportOptions | None = None,
        listener: ProgressListener | None = None,
        display: bool = True,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.organization = organization
        self.target = target
        self.folder: Path = Path(folder)
        self.options: ExportOptions = options or ExportOptions()
        self.listener = listener
        self.display = display
        self.now = now

    @property
    def manifest_path(self) -> Path:
        """Where the manifest lies."""
        return self.folder / MANIFEST_NAME

    async def run(self, *, retry_failed: bool = False) -> ExportReport:
        """Export what is not on disk yet.

        Args:
            retry_failed: Whether to begin anew with mailboxes that were given up before.

        Returns:
            What it came to, the runs before included.

        Raises:
            ManifestInUseError: Another process exports into this folder.
            ExportAbortedError: Nothing can go on: no rights, no answers, or the organization is
                gone.
            ExportError: The options do not fit the organization.
        """
        return await self._run(lambda run: run.go(retry_failed=retry_failed))

    async def download(self) -> ExportReport:
        """Bring what WorkMail has exported to disk; start nothing.

        Jobs that an earlier run started are looked at once: what has completed is downloaded, what
        still runs stays for later.

        Returns:
            What it came to, the runs before included.

        Raises:
            ManifestInUseError: Another process exports into this folder.
            ExportAbortedError: Nothing can go on: no rights, no answers, or the organization is
                gone.
        """
        return await self._run(lambda run: run.go(retry_failed=False, start=False))

    async def _run(self, go: Callable[[_Run], Awaitable[None]]) -> ExportReport:
        manifest = await anyio.to_thread.run_sync(Manifest, self.manifest_path)
        try:
            await go(_Run(self, manifest))
            return await anyio.to_thread.run_sync(report_of, manifest)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(manifest.close)


class _Run:
    """One run of an export, from choosing to the last download."""

    def __init__(self, export: OrganizationExport, manifest: Manifest) -> None:
        self._export = export
        self._options = export.options
        self._target = export.target
        self._manifest = manifest
        self._organization = export.organization
        self._watch = JobWatch(export.organization)
        self._writer = anyio.CapacityLimiter(1)
        self._rows: dict[str, MailboxRow] = {}
        self._running: dict[str, JobRow] = {}
        self._percent: dict[str, int | None] = {}
        self._others: set[str] = set()
        self._listed = 0.0
        self._refusals: Counter[str] = Counter()
        self._downloaded = 0
        self._downloading: dict[str, RunningDownload] = {}
        self._listeners = _listeners(export)
        self._share_before: float | None = None
        self._began = time.monotonic()
        self._message = ""

    async def go(self, *, retry_failed: bool, start: bool = True) -> None:
        options = self._options
        await self._write(
            self._manifest.bind,
            {
                "organization": self._organization.organization_id,
                "bucket": self._target.bucket,
                "prefix": self._target.prefix,
            },
        )
        if start:
            await self._write(self._manifest.remember, _lasting_settings(self._export))
        fatal: list[Exception] = []
        with anyio.move_on_after(options.deadline):
            if start:
                await self._take_stock(retry_failed=retry_failed)
            else:
                await self._recall()
            async with AsyncExitStack() as stack:
                s3 = await stack.enter_async_context(aws_client(self._organization.client, S3))
                await self._write(self._manifest.remember, {"region": s3.meta.region_name})
                finished, to_download = anyio.create_memory_object_stream[str](float("inf"))
                stack.enter_context(to_download)
                stack.enter_context(finished)
                await stack.enter_async_context(self._ticking())
                async with anyio.create_task_group() as group:
                    for _ in range(max(1, options.downloads)):
                        group.start_soon(self._download_all, s3, to_download)
                    coordinate = self._coordinate if start else self._look_once
                    try:
                        await coordinate(finished)
                        finished.close()  # the downloaders end when they have emptied it
                    except Exception as error:  # noqa: BLE001  (raised below, not as a group)
                        fatal.append(error)
                        group.cancel_scope.cancel()
        if fatal:
            raise fatal[0]

    # --- stock ---

    async def _take_stock(self, *, retry_failed: bool) -> None:
        """Find out who is to be exported, what was done before and what others do."""
        options = self._options
        choices = await self._patiently(
            lambda: choose(
                self._organization,
                include=options.include,
                exclude=options.exclude,
                disabled=options.disabled,
            )
        )
        await self._write(self._manifest.record_choices, choices)
        if retry_failed:
            await self._write(self._manifest.retry_failed)
        await self._recall()
        listing = await self._list()
        jobs = await self._write(self._manifest.jobs)
        planned = {job.entity_id for job in jobs if job.state == "PLANNED"}
        for row in self._of(Status.PENDING):
            # what was planned is started again under its own token, which starts nothing twice
            if row.entity_id not in planned:
                await self._take_over(row, listing)
        self._tell("looked at the organization")

    async def _recall(self) -> None:
        """Read what the manifest knows, and compare it with the files on disk."""
        await self._write(self._forget_lost_files)
        self._rows = {row.entity_id: row for row in await self._write(self._manifest.mailboxes)}
        for job in await self._write(self._manifest.running_jobs):
            assert job.job_id is not None
            self._running[job.job_id] = job

    def _forget_lost_files(self) -> None:
        """Make archives that are gone from disk, or changed, downloaded again."""
        for entity_id, file in self._manifest.files().items():
            path = self._export.folder / file.path
            if not path.is_file() or path.stat().st_size != file.bytes:
                self._manifest.put_status(entity_id, Status.EXPORTED, "its file was gone")

    async def _list(self) -> Listing:
        listing = await self._patiently(self._watch.list)
        self._others = listing.running() - self._running.keys()
        self._listed = time.monotonic()
        return listing

    async def _take_over(self, row: MailboxRow, listing: Listing) -> bool:
        """Adopt a job that was started elsewhere, or defer its mailbox; return whether."""
        job = listing.latest_of((row.entity_id, row.email, row.name))
        if job is None or job.start_time is None or job.job_id is None:
            return False
        again = job.start_time + ONE_EXPORT_PER
        running = job.state == MailboxExportJobState.RUNNING
        fresh = job.state == MailboxExportJobState.COMPLETED and again > self._export.now()
        if not running and not fresh:
            return False
        if job.s3_bucket_name == self._target.bucket:
            await self._write(
                self._manifest.adopt, row, job.job_id, job.s3_path or "", self._time()
            )
            adopted = next(
                j for j in await self._write(self._manifest.running_jobs) if j.job_id == job.job_id
            )
            self._running[job.job_id] = adopted
            self._others.discard(job.job_id)
            self._rows[row.entity_id] = evolve(
                row, status=Status.RUNNING, attempts=row.attempts + 1
            )
            self._tell(f"{row.label}: took over job {job.job_id}")
        else:
            await self._defer(row, again, "exported elsewhere within the last 24 hours")
        return True

    async def _defer(self, row: MailboxRow, until: datetime, why: str) -> None:
        reason = f"{why}; possible again from {until.astimezone(timezone.utc):%Y-%m-%d %H:%M} UTC"
        await self._put(row, Status.PENDING, reason, not_before=until.timestamp())

    # --- jobs ---

    async def _coordinate(self, finished: MemoryObjectSendStream[str]) -> None:
        for row in self._of(Status.EXPORTED):
            finished.send_nowait(row.entity_id)
        interval = self._options.min_poll
        while True:
            started = await self._fill()
            if not self._running and not self._has_work():
                return
            # a job that has ended leaves a slot, which is filled at once
            moved = started | (await self._look(finished) and await self._fill())
            if not self._running and not self._has_work():
                return
            if moved:
                interval = self._options.min_poll
            await sleep(interval)
            interval = min(self._options.max_poll, interval * 1.5)

    async def _look_once(self, finished: MemoryObjectSendStream[str]) -> None:
        """Pass on what is there to be downloaded now, and start nothing."""
        for row in self._of(Status.EXPORTED):
            finished.send_nowait(row.entity_id)
        await self._look(finished)

    def _has_work(self) -> bool:
        """Whether a mailbox waits that this run is to start."""
        soon = self._time() + self._options.retry_delay * 2**self._options.retries
        return any(
            self._options.wait or row.not_before is None or row.not_before <= soon
            for row in self._of(Status.PENDING)
        )

    async def _fill(self) -> bool:
        """Start jobs until all slots are taken; return whether one was started."""
        started = False
        for row in self._of(Status.PENDING):
            if len(self._running) + len(self._others) >= self._options.slots:
                if not self._others or time.monotonic() - self._listed < self._options.max_poll:
                    break
                await self._list()  # others may have ended
                continue
            if row.not_before is not None and row.not_before > self._time():
                continue
            outcome = await self._start(row)
            started = started or outcome is _Start.STARTED
            if outcome is _Start.FULL:
                break
        return started

    async def _start(self, row: MailboxRow) -> _Start:
        prefix = self._target.prefix_for(row.entity_id)
        organization_id = self._organization.organization_id
        job = await self._write(self._manifest.plan, organization_id, row, prefix, self._time())
        try:
            answer = await self._patiently(
                lambda: self._organization.start_mailbox_export_job(
                    entity_id=row.entity_id,
                    role_arn=self._target.role_arn,
                    kms_key_arn=self._target.kms_key_arn,
                    s3_bucket_name=self._target.bucket,
                    s3_prefix=job.prefix,
                    client_token=job.token,
                )
            )
        except LimitExceededException as error:
            return await self._limited(row, error)
        except EntityNotFoundException:
            await self._put(row, Status.FAILED, "WorkMail knows no such mailbox any more")
        except EntityStateException as error:
            await self._refused(row, error)
        except (ServiceError, RequestValidationError) as error:
            await self._put(row, Status.FAILED, _in_words(error))
        else:
            assert answer.job_id is not None
            await self._write(self._manifest.record_start, job.token, answer.job_id)
            self._running[answer.job_id] = evolve(job, job_id=answer.job_id, state="RUNNING")
            self._rows[row.entity_id] = evolve(
                row, status=Status.RUNNING, reason=None, attempts=job.attempt
            )
            self._tell(f"{row.label}: started")
            return _Start.STARTED
        return _Start.SETTLED

    async def _limited(self, row: MailboxRow, error: LimitExceededException) -> _Start:
        """Find out which limit a start met: all slots taken, or the mailbox's 24 hours."""
        listing = await self._list()
        if await self._take_over(row, listing):
            return _Start.SETTLED
        if len(listing.running()) >= min(self._options.slots, CONCURRENT_JOBS):
            return _Start.FULL
        job = listing.latest_of((row.entity_id, row.email, row.name))
        if job is not None and job.start_time is not None:
            again = job.start_time + ONE_EXPORT_PER
            if again > self._export.now():
                await self._defer(row, again, "one export in 24 hours, and the last one failed")
                return _Start.SETTLED
        await self._refused(row, error)
        return _Start.SETTLED

    async def _refused(self, row: MailboxRow, error: ServiceError) -> None:
        """Try a mailbox again later that cannot be started now, a few times."""
        self._refusals[row.entity_id] += 1
        if self._refusals[row.entity_id] >= _TRIES:
            await self._put(row, Status.FAILED, _in_words(error))
        else:
            pause = min(_REFUSAL_PAUSE, self._options.retry_delay)
            later = self._time() + pause
            await self._put(row, Status.PENDING, _in_words(error), not_before=later)

    async def _look(self, finished: MemoryObjectSendStream[str]) -> bool:
        """Look at the running jobs; return whether one has ended."""
        sights = await self._patiently(partial(self._watch.look, list(self._running)))
        changed = ended = False
        for job_id, sight in sights.items():
            job = self._running[job_id]
            if sight.state == MailboxExportJobState.RUNNING:
                if self._percent.get(job_id) != sight.progress:
                    self._percent[job_id] = sight.progress
                    await self._write(self._manifest.record_progress, job.token, sight.progress)
                    changed = True
            elif sight.state in {state.value for state in MailboxExportJobState}:
                await self._end(job, sight, finished)
                ended = True
        if changed:
            self._tell(self._message)
        return ended

    async def _end(self, job: JobRow, sight: Sight, finished: MemoryObjectSendStream[str]) -> None:
        if sight.description is None:
            sight = await self._patiently(partial(self._watch.describe, sight.job_id))
        description = sight.description
        assert description is not None
        row = self._rows[job.entity_id]
        status, reason, not_before = self._consequence(row, sight)
        await self._write(
            partial(
                self._manifest.record_end,
                job,
                sight.state,
                self._time(),
                status=status,
                reason=reason,
                not_before=not_before,
                error_info=description.error_info,
                bucket=description.s3_bucket_name,
                path=description.s3_path,
            )
        )
        del self._running[sight.job_id]
        self._percent.pop(sight.job_id, None)
        self._rows[job.entity_id] = evolve(row, status=status, reason=reason, not_before=not_before)
        self._tell(f"{row.label}: {sight.state.lower()}" + (f", {reason}" if reason else ""))
        if status is Status.EXPORTED:
            finished.send_nowait(job.entity_id)

    def _consequence(
        self, row: MailboxRow, sight: Sight
    ) -> tuple[Status, str | None, float | None]:
        """Return what becomes of a mailbox whose job has ended: status, reason, not before."""
        description = sight.description
        if sight.state == MailboxExportJobState.CANCELLED:
            return Status.CANCELLED, f"its job {sight.job_id} was cancelled", None
        if sight.state == MailboxExportJobState.COMPLETED:
            if description is not None and description.s3_path:
                return Status.EXPORTED, None, None
            reason = "its job completed without saying where its file is"
        else:
            told = description.error_info if description is not None else None
            reason = told or "its job failed, and WorkMail gave no reason"
        if row.attempts > self._options.retries:
            jobs = "1 job" if row.attempts == 1 else f"{row.attempts} jobs"
            return Status.FAILED, f"{reason} (given up after {jobs})", None
        pause = self._options.retry_delay * 2 ** (row.attempts - 1)
        return Status.PENDING, reason, self._time() + pause

    # --- downloads ---

    async def _download_all(self, s3: Any, exported: MemoryObjectReceiveStream[str]) -> None:
        async for entity_id in exported:
            row = self._rows[entity_id]
            download = RunningDownload(label=row.label, bytes=0, size=None)
            self._downloading[entity_id] = download
            try:
                await self._download(s3, row)
            except DownloadError as error:
                del self._downloading[entity_id]
                await self._put(row, Status.EXPORTED, f"not downloaded: {error}")

    async def _download(self, s3: Any, row: MailboxRow) -> None:
        """Bring a mailbox's archive to disk, and keep it only if it is good."""
        job = await self._write(_finished_job, self._manifest, row.entity_id)
        assert job.bucket is not None
        assert job.path is not None
        assert job.job_id is not None
        name = Path("mailboxes") / file_name(row)
        path = self._export.folder / name
        problem = ""
        for _ in range(_TRIES):
            self._downloading[row.entity_id] = RunningDownload(label=row.label, bytes=0, size=None)
            download = await fetch(
                s3,
                job.bucket,
                job.path,
                path,
                on_bytes=partial(self._count, row.entity_id),
                on_size=partial(self._expect, row.entity_id),
            )
            try:
                found = await anyio.to_thread.run_sync(check, path)
            except ArchiveError as error:
                problem = str(error)
            else:
                if found.ok:
                    break
                problem = "; ".join(str(finding) for finding in found.findings[:3])
            await anyio.Path(path).unlink(missing_ok=True)
            self._tell(f"{row.label}: the file is bad, fetching it again")
        else:
            raise DownloadError(f"the file was bad {_TRIES} times: {problem}")
        notes = [str(finding) for finding in found.findings]
        log = await find_output_log(s3, job.bucket, job.path)
        if log is not None:
            notes += log.compare(found)
        file = FileRow(
            entity_id=row.entity_id,
            job_id=job.job_id,
            path=name.as_posix(),
            bytes=download.bytes,
            sha256=download.sha256,
            items=found.items,
            messages=found.messages,
            calendar=found.calendar,
            content_bytes=found.content_bytes,
            notes="\n".join(notes),
            verified=time.time(),
        )
        await self._write(self._manifest.record_file, file)
        self._rows[row.entity_id] = evolve(row, status=Status.SAFE, reason=None)
        del self._downloading[row.entity_id]
        self._tell(f"{row.label}: safe, {found.items} items")

    def _expect(self, entity_id: str, size: int) -> None:
        self._downloading[entity_id] = evolve(self._downloading[entity_id], size=size)

    def _count(self, entity_id: str, size: int) -> None:  # in the thread that writes
        download = self._downloading[entity_id]
        self._downloading[entity_id] = evolve(download, bytes=download.bytes + size)
        self._downloaded += size

    # --- helpers ---

    def _time(self) -> float:
        return self._export.now().timestamp()

    def _of(self, status: Status) -> Sequence[MailboxRow]:
        return [row for row in self._rows.values() if row.status is status]

    async def _put(
        self, row: MailboxRow, status: Status, reason: str, *, not_before: float | None = None
    ) -> None:
        put = partial(self._manifest.put_status, not_before=not_before)
        await self._write(put, row.entity_id, status, reason)
        self._rows[row.entity_id] = evolve(row, status=status, reason=reason, not_before=not_before)
        self._tell(f"{row.label}: {reason}")

    async def _write(self, function: Callable[..., T], *args: Any) -> T:
        """Use the manifest in a worker thread, one use at a time."""
        return await anyio.to_thread.run_sync(partial(function, *args), limiter=self._writer)

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        """Repeat a call while it fails for reasons that pass: throttling, lost connections."""
        since, delay = time.monotonic(), self._options.min_poll
        while True:
            try:
                return await call()
            except CredentialsError as error:
                raise ExportAbortedError(f"the credentials do not work: {error}") from error
            except (ServiceError, TransportError) as error:
                if isinstance(error, ServiceError):
                    _abort_if_hopeless(error)
                if not error.retryable:
                    raise
                if time.monotonic() - since > self._options.patience:
                    raise ExportAbortedError(
                        f"WorkMail gave no answer for {self._options.patience:.0f} seconds: {error}"
                    ) from error
                self._tell(f"waiting: {type(error).__name__}")
            await sleep(random.uniform(0.5, 1.0) * delay)
            delay = min(self._options.max_poll, delay * 2)

    def _tell(self, message: str) -> None:
        self._message = message
        if not self._listeners:
            return
        counts = Counter(row.status for row in self._rows.values())
        running = tuple(
            RunningExport(label=self._rows[job.entity_id].label, percent=self._percent.get(job_id))
            for job_id, job in self._running.items()
        )
        progress = ExportProgress(
            counts={status: counts[status] for status in Status},
            running=running,
            downloading=tuple(self._downloading.values()),
            downloaded=self._downloaded,
            elapsed=time.monotonic() - self._began,
            message=message,
        )
        if self._share_before is None:
            self._share_before = progress.share
        progress = evolve(progress, share_before=self._share_before)
        for listener in self._listeners:
            listener(progress)

    @asynccontextmanager
    async def _ticking(self) -> AsyncGenerator[None, None]:
        """Tell of the bytes that come in, too, about once a second."""

        async def tick() -> None:
            while True:
                await anyio.sleep(_TICK)
                self._tell(self._message)

        async with anyio.create_task_group() as group:
            if self._listeners:
                group.start_soon(tick)
            try:
                yield
            finally:
                group.cancel_scope.cancel()


def _listeners(export: OrganizationExport) -> list[ProgressListener]:
    listeners = [export.listener, notebook_display() if export.display else None]
    return [listener for listener in listeners if listener is not None]


def _lasting_settings(export: OrganizationExport) -> dict[str, str]:
    """Return what the next run, from wherever it is started, needs to know."""
    client, options = export.organization.client.settings, export.options
    settings = {
        "role": export.target.role_arn,
        "key": export.target.kms_key_arn,
        "endpoint": client.endpoint_url or "",
        "include": json.dumps(options.include),
        "exclude": json.dumps(options.exclude),
        "disabled": json.dumps(options.disabled),
    }
    return {**settings, "region": client.region} if client.region else settings


def file_name(row: MailboxRow) -> str:
    """Return the name of a mailbox's archive: its address or name, and the end of its id."""
    label = re.sub(r"[^A-Za-z0-9@._+-]", "_", row.label)[:100].lstrip(".") or "mailbox"
    return f"{label}-{re.sub(r'[^A-Za-z0-9]', '', row.entity_id)[-8:]}.zip"


def _finished_job(manifest: Manifest, entity_id: str) -> JobRow:
    return next(job for job in reversed(manifest.jobs(entity_id)) if job.path)


def _abort_if_hopeless(error: ServiceError) -> None:
    """Raise when no other mailbox would fare better."""
    hopeless = (
        OrganizationNotFoundException,
        OrganizationStateException,
        UnsupportedOperationException,
    )
    denied = error.http_status in (401, 403) or error.code in (
        "AccessDeniedException",
        "NotAuthorized",
        "UnrecognizedClientException",
        "ExpiredTokenException",
        "IncompleteSignature",
        "RequestExpired",
    )
    if denied or isinstance(error, hopeless):
        raise ExportAbortedError(f"no mailbox can be exported: {error}") from error


def _in_words(error: Exception) -> str:
    return f"WorkMail refused: {error}"


__all__ = ["ExportOptions", "OrganizationExport", "file_name"]
