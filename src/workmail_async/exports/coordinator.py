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

from .options import CONCURRENT_JOBS, ExportOptions
from .patience import Patience
from .rows import JobRow, MailboxRow, Status
from .selection import choose
from .state import RunState
from .stock import JobWatch, Listing, Sight
from .target import ExportTarget

if TYPE_CHECKING:
    from anyio.streams.memory import MemoryObjectSendStream

    from workmail_async.workmail.organization import Organization

ONE_EXPORT_PER = timedelta(hours=24)

#: How often a start may be refused before its mailbox is given up for this run.
_TRIES = 3
_REFUSAL_PAUSE = 60.0


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

    async def take_stock(self, *, retry_failed: bool) -> None:
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
        await self._state.write(self._state.manifest.record_choices, choices)
        if retry_failed:
            await self._state.write(self._state.manifest.retry_failed)
        await self._state.recall()
        listing = await self._list()
        jobs = await self._state.write(self._state.manifest.jobs)
        planned = {job.entity_id for job in jobs if job.state == "PLANNED"}
        for row in self._state.of(Status.PENDING):
            # what was planned is started again under its own token, which starts nothing twice
            if row.entity_id not in planned:
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
        if job.s3_bucket_name == self._target.bucket:
            await self._state.write(
                self._state.manifest.adopt, row, job.job_id, job.s3_path or "", self._state.time()
            )
            adopted = next(
                j
                for j in await self._state.write(self._state.manifest.running_jobs)
                if j.job_id == job.job_id
            )
            self._state.running[job.job_id] = adopted
            self._others.discard(job.job_id)
            self._state.rows[row.entity_id] = evolve(
                row, status=Status.RUNNING, attempts=row.attempts + 1
            )
            self._state.tell(f"{row.label}: took over job {job.job_id}")
        else:
            await self._defer(row, again, "exported elsewhere within the last 24 hours")
        return True

    async def _defer(self, row: MailboxRow, until: datetime, why: str) -> None:
        reason = f"{why}; possible again from {until.astimezone(timezone.utc):%Y-%m-%d %H:%M} UTC"
        await self._state.put(row, Status.PENDING, reason, not_before=until.timestamp())

    # --- jobs ---

    async def coordinate(self, finished: MemoryObjectSendStream[str]) -> None:
        """Start jobs and look at them until there is nothing left to do."""
        for row in self._state.of(Status.EXPORTED):
            finished.send_nowait(row.entity_id)
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
        """Pass on what is there to be downloaded now, and start nothing."""
        for row in self._state.of(Status.EXPORTED):
            finished.send_nowait(row.entity_id)
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
            if len(self._state.running) + len(self._others) >= self._options.slots:
                if not self._others or time.monotonic() - self._listed < self._options.max_poll:
                    break
                await self._list()  # others may have ended
                continue
            if row.not_before is not None and row.not_before > self._state.time():
                continue
            outcome = await self._start(row)
            started = started or outcome is _Start.STARTED
            if outcome is _Start.FULL:
                break
        return started

    async def _start(self, row: MailboxRow) -> _Start:
        prefix = self._target.prefix_for(row.entity_id)
        organization_id = self._organization.organization_id
        job = await self._state.write(
            self._state.manifest.plan, organization_id, row, prefix, self._state.time()
        )
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
            await self._state.put(row, Status.FAILED, "WorkMail knows no such mailbox any more")
        except EntityStateException as error:
            await self._refused(row, error)
        except (ServiceError, RequestValidationError) as error:
            await self._state.put(row, Status.FAILED, _in_words(error))
        else:
            assert answer.job_id is not None
            await self._state.write(self._state.manifest.record_start, job.token, answer.job_id)
            self._state.running[answer.job_id] = evolve(job, job_id=answer.job_id, state="RUNNING")
            self._state.rows[row.entity_id] = evolve(
                row, status=Status.RUNNING, reason=None, attempts=job.attempt
            )
            self._state.tell(f"{row.label}: started")
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
            if again > self._state.now():
                await self._defer(row, again, "one export in 24 hours, and the last one failed")
                return _Start.SETTLED
        await self._refused(row, error)
        return _Start.SETTLED

    async def _refused(self, row: MailboxRow, error: ServiceError) -> None:
        """Try a mailbox again later that cannot be started now, a few times."""
        self._refusals[row.entity_id] += 1
        if self._refusals[row.entity_id] >= _TRIES:
            await self._state.put(row, Status.FAILED, _in_words(error))
        else:
            pause = min(_REFUSAL_PAUSE, self._options.retry_delay)
            later = self._state.time() + pause
            await self._state.put(row, Status.PENDING, _in_words(error), not_before=later)

    async def _look(self, finished: MemoryObjectSendStream[str]) -> bool:
        """Look at the running jobs; return whether one has ended."""
        sights = await self._patiently(partial(self._watch.look, list(self._state.running)))
        changed = ended = False
        for job_id, sight in sights.items():
            job = self._state.running[job_id]
            if sight.state == MailboxExportJobState.RUNNING:
                if self._state.percent.get(job_id) != sight.progress:
                    self._state.percent[job_id] = sight.progress
                    await self._state.write(
                        self._state.manifest.record_progress, job.token, sight.progress
                    )
                    changed = True
            elif sight.state in {state.value for state in MailboxExportJobState}:
                await self._end(job, sight, finished)
                ended = True
        if changed:
            self._state.tell(self._state.message)
        return ended

    async def _end(self, job: JobRow, sight: Sight, finished: MemoryObjectSendStream[str]) -> None:
        if sight.description is None:
            sight = await self._patiently(partial(self._watch.describe, sight.job_id))
        description = sight.description
        assert description is not None
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
                error_info=description.error_info,
                bucket=description.s3_bucket_name,
                path=description.s3_path,
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
        return Status.PENDING, reason, self._state.time() + pause


def _in_words(error: Exception) -> str:
    return f"WorkMail refused: {error}"
