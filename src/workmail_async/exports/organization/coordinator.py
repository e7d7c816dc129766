"""Starts the jobs of an organization's export, and looks at them until they have ended."""

from __future__ import annotations

import time
from collections import Counter
from datetime import datetime, timedelta, timezone
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

from anyio import sleep
from attrs import evolve

from workmail_async.enums import MailboxExportJobState
from workmail_async.errors import (
    EntityNotFoundException,
    EntityStateException,
    LimitExceededException,
    RequestValidationError,
    ServiceError,
)
from workmail_async.exports.target import ExportTarget

from .job_watch import GONE, JobWatch, Listing, Sight
from .options import CONCURRENT_JOBS, ExportOptions
from .records import JobRow, MailboxRow, Status
from .retrying import Patience
from .selection import choose_mailboxes
from .state import RunState

if TYPE_CHECKING:
    from anyio.streams.memory import MemoryObjectSendStream

    from workmail_async import models
    from workmail_async.workmail.organization import Organization

ONE_EXPORT_PER = timedelta(hours=24)

#: How often a start may be refused before its mailbox is given up for this run.
_TRIES = 3
_REFUSAL_PAUSE = 60.0
#: Seconds for which a job has to be unknown: right after its start it may be, for a while.
_GONE_AFTER = 120.0
_ENDS = (
    MailboxExportJobState.COMPLETED,
    MailboxExportJobState.FAILED,
    MailboxExportJobState.CANCELLED,
    GONE,
)


class _Start(Enum):
    """What came of trying to start a job."""

    STARTED = "started"
    SETTLED = "settled"
    FULL = "full"


class Coordinator:
    """Keeps the slots of an organization full until all its mailboxes are exported.

    Args:
        state: What the run knows.
        organization: The organization.
        target: Where WorkMail writes, and as whom.
        options: How to export.
    """

    def __init__(
        self,
        state: RunState,
        organization: Organization,
        target: ExportTarget,
        options: ExportOptions,
    ) -> None:
        self._state = state
        self._organization = organization
        self._target = target
        self._options = options
        self._patiently = Patience(options, state.tell)
        self._watch = JobWatch(organization)
        self._others: set[str] = set()
        self._listed = 0.0
        self._refusals: Counter[str] = Counter()
        self._slots = options.slots
        self._pause = min(_REFUSAL_PAUSE, options.retry_delay)
        self._missing_since: dict[str, float] = {}

    async def take_stock(self, *, retry_failed: bool) -> None:
        """Find out who is to be exported, what was done before and what others do."""
        options, known = self._options, list(self._state.rows.values())
        choices = await self._patiently(
            partial(choose_mailboxes, self._organization, options.selection, known=known)
        )
        await self._state.write(self._state.manifest.record_choices, choices)
        if retry_failed:
            await self._state.write(self._state.manifest.retry_failed)
        await self._state.recall()
        listing = await self._list()
        jobs = await self._state.write(self._state.manifest.jobs)
        planned = {(job.entity_id, job.attempt) for job in jobs if job.job_id is None}
        for row in self._state.of(Status.PENDING):
            # what was planned is started again under its own token, which starts nothing twice
            if (row.entity_id, row.attempts + 1) not in planned:
                await self._take_over(row, listing)
        self._state.tell("looked at the organization")

    async def _list(self) -> Listing:
        listing = await self._patiently(self._watch.list)
        self._others = listing.running() - self._state.running.keys()
        self._listed = time.monotonic()
        return listing

    async def _take_over(self, row: MailboxRow, listing: Listing) -> bool:
        """Adopt a job that was started elsewhere, or defer its mailbox; return whether."""
        job = listing.latest_of((row.entity_id, row.email, row.name))
        if job is None or job.start_time is None or job.job_id is None:
            return False
        again = job.start_time + ONE_EXPORT_PER
        running = job.state == MailboxExportJobState.RUNNING
        fresh = job.state == MailboxExportJobState.COMPLETED and again > self._state.now()
        if not running and not fresh:
            return False
        state, manifest = self._state, self._state.manifest
        known = await state.write(manifest.jobs, row.entity_id)
        if any(other.job_id == job.job_id and other.state == job.state for other in known):
            await self._defer(
                row, again, "its last export cannot be used, and one in 24 hours is possible"
            )
        elif self._is_ours(row, job):
            prefix, now = job.s3_path or "", state.time()
            state.running[job.job_id] = await state.write(
                manifest.adopt, row, job.job_id, prefix, now
            )
            state.rows[row.entity_id] = evolve(
                row, status=Status.RUNNING, reason=None, not_before=None, attempts=row.attempts + 1
            )
            self._others.discard(job.job_id)
            state.tell(f"{row.label}: took over job {job.job_id}")
        elif job.entity_id == row.entity_id:
            await self._defer(row, again, "exported elsewhere within the last 24 hours")
        else:
            return False
        return True

    def _is_ours(self, row: MailboxRow, job: models.MailboxExportJob) -> bool:
        """Whether a job's file is this mailbox's, and where it is looked for.

        An address or a name may have been another mailbox's when the job was started, which an id
        never was.
        """
        if job.s3_bucket_name != self._target.bucket:
            return False
        prefix = self._target.prefix_for(row.entity_id)
        return job.entity_id == row.entity_id or f"{prefix}/" in (job.s3_path or "")

    async def _defer(self, row: MailboxRow, until: datetime, why: str) -> None:
        reason = f"{why}; possible again from {until.astimezone(timezone.utc):%Y-%m-%d %H:%M} UTC"
        await self._state.put(row, Status.PENDING, reason, not_before=until.timestamp())

    # --- jobs ---

    async def coordinate(self, finished: MemoryObjectSendStream[str]) -> None:
        """Start jobs and look at them until there is nothing left to do."""
        interval = self._options.min_poll
        while True:
            started = await self._fill()
            if not self._state.running and not self._has_work():
                return
            # a job that has ended leaves a slot, which is filled at once
            moved = started | (await self._look(finished) and await self._fill())
            if not self._state.running and not self._has_work():
                return
            if moved:
                interval = self._options.min_poll
            await sleep(interval)
            interval = min(self._options.max_poll, interval * 1.5)

    async def look_once(self, finished: MemoryObjectSendStream[str]) -> None:
        """Pass on what has completed, and start nothing."""
        await self._look(finished)

    def _has_work(self) -> bool:
        """Whether a mailbox waits that this run is to start."""
        soon = self._state.time() + self._options.retry_delay * 2**self._options.retries
        return any(
            self._options.wait or row.not_before is None or row.not_before <= soon
            for row in self._state.of(Status.PENDING)
        )

    async def _fill(self) -> bool:
        """Start jobs until all slots are taken; return whether one was started."""
        started = False
        for row in self._state.of(Status.PENDING):
            if row.not_before is not None and row.not_before > self._state.time():
                continue
            if not await self._has_slot():
                break
            outcome = await self._start(row)
            started = started or outcome is _Start.STARTED
            if outcome is _Start.FULL:
                break
        return started

    async def _has_slot(self) -> bool:
        if len(self._state.running) + len(self._others) < self._slots:
            return True
        if not self._others or time.monotonic() - self._listed < self._options.max_poll:
            return False
        await self._list()  # others may have ended
        return len(self._state.running) + len(self._others) < self._slots

    async def _start(self, row: MailboxRow) -> _Start:
        organization_id, now = self._organization.organization_id, self._state.time()
        prefix = self._target.prefix_for(row.entity_id)
        plan = self._state.manifest.plan
        job = await self._state.write(plan, organization_id, row, prefix, now)
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
        except (ServiceError, RequestValidationError) as error:
            await self._state.write(self._state.manifest.withdraw, job.token)
            answer_was_lost = job.planned != now
            if answer_was_lost and await self._take_over(row, await self._list()):
                return _Start.SETTLED
            return await self._not_started(row, error)
        assert answer.job_id is not None
        await self._state.write(self._state.manifest.record_start, job.token, answer.job_id)
        self._state.running[answer.job_id] = evolve(job, job_id=answer.job_id, state="RUNNING")
        self._state.rows[row.entity_id] = evolve(
            row, status=Status.RUNNING, reason=None, not_before=None, attempts=job.attempt
        )
        self._slots = min(self._options.slots, self._slots + 1)
        self._state.tell(f"{row.label}: started")
        return _Start.STARTED

    async def _not_started(
        self, row: MailboxRow, error: ServiceError | RequestValidationError
    ) -> _Start:
        if isinstance(error, LimitExceededException):
            return await self._limited(row)
        if isinstance(error, EntityNotFoundException):
            await self._state.put(row, Status.FAILED, "WorkMail knows no such mailbox any more")
        elif isinstance(error, EntityStateException):
            await self._refused(row, error)
        else:
            await self._state.put(row, Status.FAILED, _in_words(error))
        return _Start.SETTLED

    async def _limited(self, row: MailboxRow) -> _Start:
        """Find out which limit a start met: all slots taken, or the mailbox's 24 hours."""
        listing = await self._list()
        if await self._take_over(row, listing):
            return _Start.SETTLED
        running = len(listing.running() | self._state.running.keys())
        if running >= min(self._options.slots, CONCURRENT_JOBS):
            return _Start.FULL
        # either the organization may run fewer jobs than others, or it is this mailbox
        self._refusals[row.entity_id] += 1
        if self._refusals[row.entity_id] < _TRIES:
            self._slots = max(1, running)
            later = self._state.time() + self._pause
            reason = "WorkMail takes no further export at the moment"
            await self._state.put(row, Status.PENDING, reason, not_before=later)
            return _Start.FULL if running else _Start.SETTLED
        self._slots = self._options.slots
        job, now = listing.latest_of((row.entity_id, row.email, row.name)), self._state.now()
        again = (job.start_time if job and job.start_time else now) + ONE_EXPORT_PER
        again = again if again > now else now + ONE_EXPORT_PER
        await self._defer(row, again, "WorkMail exports a mailbox once in 24 hours")
        return _Start.SETTLED

    async def _refused(self, row: MailboxRow, error: ServiceError) -> None:
        """Try a mailbox again later that cannot be started now, a few times."""
        self._refusals[row.entity_id] += 1
        if self._refusals[row.entity_id] >= _TRIES:
            await self._state.put(row, Status.FAILED, _in_words(error))
        else:
            later = self._state.time() + self._pause
            await self._state.put(row, Status.PENDING, _in_words(error), not_before=later)

    async def _look(self, finished: MemoryObjectSendStream[str]) -> bool:
        """Look at the running jobs; return whether one has ended."""
        sights = await self._patiently(partial(self._watch.look, list(self._state.running)))
        changed = ended = False
        for job_id, sight in sights.items():
            job = self._state.running[job_id]
            if sight.state != GONE:
                self._missing_since.pop(job_id, None)
            elif not self._is_gone(job_id):
                continue
            if sight.state == MailboxExportJobState.RUNNING:
                if self._state.percent.get(job_id) != sight.progress:
                    self._state.percent[job_id] = sight.progress
                    record = self._state.manifest.record_progress
                    await self._state.write(record, job.token, sight.progress)
                    changed = True
            elif sight.state in _ENDS:
                ended = await self._end(job, sight, finished) or ended
        if changed:
            self._state.tell(self._state.message)
        return ended

    def _is_gone(self, job_id: str) -> bool:
        """Whether a job that WorkMail does not know has been so for long enough to believe it."""
        now = self._state.time()
        return now - self._missing_since.setdefault(job_id, now) >= _GONE_AFTER

    async def _end(self, job: JobRow, sight: Sight, finished: MemoryObjectSendStream[str]) -> bool:
        """Record what became of a job; return whether it has ended by all accounts."""
        if sight.description is None and sight.state != GONE:
            sight = await self._patiently(partial(self._watch.describe, sight.job_id))
            if sight.description is None or sight.state not in _ENDS:
                return False  # the list is ahead: the next look tells
        description = sight.description
        row = self._state.rows[job.entity_id]
        status, reason, not_before = self._consequence(row, sight)
        await self._state.write(
            partial(
                self._state.manifest.record_end,
                job,
                sight.state,
                self._state.time(),
                status=status,
                reason=reason,
                not_before=not_before,
                error_info=description.error_info if description else None,
                bucket=description.s3_bucket_name if description else None,
                path=description.s3_path if description else None,
            )
        )
        del self._state.running[sight.job_id]
        self._state.percent.pop(sight.job_id, None)
        self._state.rows[job.entity_id] = evolve(
            row, status=status, reason=reason, not_before=not_before
        )
        self._state.tell(f"{row.label}: {sight.state.lower()}" + (f", {reason}" if reason else ""))
        if status is Status.EXPORTED:
            finished.send_nowait(job.entity_id)
        return True

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
        elif sight.state == GONE:
            reason = f"WorkMail no longer knows its job {sight.job_id}"
        else:
            told = description.error_info if description is not None else None
            reason = told or "its job failed, and WorkMail gave no reason"
        if row.attempts > self._options.retries:
            jobs = "1 job" if row.attempts == 1 else f"{row.attempts} jobs"
            return Status.FAILED, f"{reason} (given up after {jobs})", None
        pause = self._options.retry_delay * 2 ** (row.attempts - 1)
        return Status.PENDING, reason, self._state.time() + pause


def _in_words(error: Exception) -> str:
    return f"WorkMail refused: {error}"
