"""Starts the jobs of an organization's export, and watches them until they have ended."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

from anyio import sleep

from workmail_async.enums import MailboxExportJobState
from workmail_async.errors import (
    EntityNotFoundException,
    EntityStateException,
    LimitExceededException,
    RequestValidationError,
    ServiceError,
)
from workmail_async.exports.target import ExportTarget

from .adoption import ONE_EXPORT_PER, Adoption
from .job_watch import GONE, JobWatch, Sight
from .options import CONCURRENT_JOBS, ExportOptions
from .records import JobEnd, JobRow, MailboxRow, Status
from .retrying import Patience
from .selection import choose_mailboxes
from .state import RunState

if TYPE_CHECKING:
    from anyio.streams.memory import MemoryObjectSendStream

    from workmail_async.workmail.organization import Organization

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
    """The result of trying to start a job."""

    STARTED = "started"
    SETTLED = "settled"
    FULL = "full"


# The states of a mailbox. The manifest has each of them before anything is done because of it.
#
#                     refused, or its job failed: again after a pause
#                    ┌──────────────────────────────────────────────┐
#                    v                                              │
#   chosen ──────> PENDING ──────── start or take over ────────> RUNNING ──> CANCELLED
#     │              │ ^                                         │   │
#     │              │ └─ the file in S3 is bad, retry_failed    │   └─ completed ─> EXPORTED
#     v              v                     │                     v                     │ ^
#   SKIPPED        FAILED <────────────────│──── no tries left ──┘     downloaded and  │ │ its file
#                                          │                           verified        v │ is gone
#                                          └───────────────────────────────────────── SAFE
#
# Why it is like this:
# - A start is recorded as PLANNED, with its token, before it is sent. After a crash nobody knows
#   whether it was received, but the same token starts nothing twice, so it is sent again.
# - RUNNING may begin without a start of ours. A job that exists already is taken over, because
#   WorkMail refuses a second export of a mailbox for 24 hours (see adoption.py).
# - EXPORTED and SAFE are two states because S3 and the disk fail on their own: a file that is gone
#   from disk is downloaded again, which needs neither WorkMail nor another 24 hours.
# - CANCELLED and FAILED stay until somebody asks for `retry_failed`. A job is cancelled for a
#   reason, and a mailbox that failed several times would take slots from the others for ever.
class Coordinator:
    """Keeps the slots of an organization full until all its mailboxes are exported.

    Args:
        state: What the run knows.
        organization: The organization.
        target: The S3 destination and role.
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
        self._adoption = Adoption(state, self._watch, target, self._patiently)
        self._refusals: Counter[str] = Counter()
        self._slots = options.slots
        self._pause = min(_REFUSAL_PAUSE, options.retry_delay)
        self._missing_since: dict[str, float] = {}

    async def take_stock(self, *, retry_failed: bool) -> None:
        """Find out which mailboxes to export, what earlier runs did and which jobs exist."""
        known = list(self._state.rows.values())
        selection = self._options.selection
        choices = await self._patiently(
            partial(choose_mailboxes, self._organization, selection, known=known)
        )
        await self._state.chosen(choices, retry_failed=retry_failed)
        listing = await self._adoption.list()
        jobs = await self._state.write(self._state.manifest.jobs)
        planned = {(job.entity_id, job.attempt) for job in jobs if job.job_id is None}
        for row in self._state.of(Status.PENDING):
            # a planned job is started again with its own token, which starts nothing twice
            if (row.entity_id, row.attempts + 1) not in planned:
                await self._adoption.take_over(row, listing)
        self._state.tell("listed the organization")

    # --- the loop ---

    async def coordinate(self, finished: MemoryObjectSendStream[str]) -> None:
        """Start jobs and look at them until there is nothing left to do.

        Args:
            finished: Gets the id of each mailbox whose export can be downloaded.
        """
        interval = self._options.min_poll
        while True:
            started = await self._fill()
            if not self._state.running and not self._has_work():
                return
            # an ended job leaves a slot, which is filled at once
            moved = started | (await self.look(finished) and await self._fill())
            if not self._state.running and not self._has_work():
                return
            if moved:
                interval = self._options.min_poll
            await sleep(interval)
            interval = min(self._options.max_poll, interval * 1.5)

    def _has_work(self) -> bool:
        """Whether a mailbox is pending that this run has to start."""
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
        if self._taken() < self._slots:
            return True
        if not self._adoption.others or self._adoption.age < self._options.max_poll:
            return False
        await self._adoption.list()  # jobs of others may have ended
        return self._taken() < self._slots

    def _taken(self) -> int:
        return len(self._state.running) + len(self._adoption.others)

    # --- starting ---

    async def _start(self, row: MailboxRow) -> _Start:
        now, prefix = self._state.time(), self._target.prefix_for(row.entity_id)
        job = await self._state.planned(self._organization.organization_id, row, prefix, now)
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
            await self._state.withdrawn(job)
            sent_before = job.planned != now  # by a run that did not get the answer
            if sent_before and await self._adoption.take_over(row, await self._adoption.list()):
                return _Start.SETTLED
            return await self._not_started(row, error)
        assert answer.job_id is not None
        await self._state.started(job, answer.job_id)
        self._slots = min(self._options.slots, self._slots + 1)
        return _Start.STARTED

    async def _not_started(
        self, row: MailboxRow, error: ServiceError | RequestValidationError
    ) -> _Start:
        if isinstance(error, LimitExceededException):
            return await self._limited(row)
        if isinstance(error, EntityNotFoundException):
            await self._state.put(row, Status.FAILED, "WorkMail no longer knows this mailbox")
        elif isinstance(error, EntityStateException):
            await self._refused(row, error)
        else:
            await self._state.put(row, Status.FAILED, _in_words(error))
        return _Start.SETTLED

    # LimitExceededException has two meanings, and WorkMail does not say which: all slots of the
    # organization are taken, or this mailbox was exported within 24 hours. The list of jobs tells:
    #
    # - The mailbox has a job in it: it is the mailbox, and the job is taken over or waited for.
    # - As many jobs run as there are slots: it is the slots. Stop starting until one ends.
    # - Neither: perhaps this organization may run fewer jobs than others do, or the mailbox's job
    #   is not in the list (yet). Assume fewer slots, pause and try again. When the same mailbox is
    #   refused `_TRIES` times, it was the mailbox after all: restore the slots and defer it.
    async def _limited(self, row: MailboxRow) -> _Start:
        """Find out which limit refused a start, and act accordingly."""
        listing = await self._adoption.list()
        if await self._adoption.take_over(row, listing):
            return _Start.SETTLED
        running = len(listing.running() | self._state.running.keys())
        if running >= min(self._options.slots, CONCURRENT_JOBS):
            return _Start.FULL
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
        await self._adoption.defer(row, again, "WorkMail exports a mailbox once in 24 hours")
        return _Start.SETTLED

    async def _refused(self, row: MailboxRow, error: ServiceError) -> None:
        """Try a mailbox again later that cannot be started now, a few times."""
        self._refusals[row.entity_id] += 1
        if self._refusals[row.entity_id] >= _TRIES:
            await self._state.put(row, Status.FAILED, _in_words(error))
        else:
            later = self._state.time() + self._pause
            await self._state.put(row, Status.PENDING, _in_words(error), not_before=later)

    # --- watching ---

    async def look(self, finished: MemoryObjectSendStream[str]) -> bool:
        """Look at the running jobs once.

        Args:
            finished: Gets the id of each mailbox whose export can be downloaded.

        Returns:
            Whether a job has ended.
        """
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
                    await self._state.progressed(job, sight.progress)
                    changed = True
            elif sight.state in _ENDS:
                ended = await self._end(job, sight, finished) or ended
        if changed:
            self._state.tell(self._state.message)
        return ended

    def _is_gone(self, job_id: str) -> bool:
        """Whether WorkMail has not known a job for long enough to believe it."""
        now = self._state.time()
        return now - self._missing_since.setdefault(job_id, now) >= _GONE_AFTER

    async def _end(self, job: JobRow, sight: Sight, finished: MemoryObjectSendStream[str]) -> bool:
        """Record how a job ended; return False when the description does not say so yet."""
        if sight.description is None and sight.state != GONE:
            sight = await self._patiently(partial(self._watch.describe, sight.job_id))
            if sight.description is None or sight.state not in _ENDS:
                return False  # the list is ahead of it: the next look decides
        end = self._consequence(self._state.rows[job.entity_id], sight)
        await self._state.ended(job, end)
        if end.status is Status.EXPORTED:
            finished.send_nowait(job.entity_id)
        return True

    def _consequence(self, row: MailboxRow, sight: Sight) -> JobEnd:
        """Return what becomes of a mailbox whose job has ended."""
        description = sight.description
        end = partial(
            JobEnd,
            state=sight.state,
            error_info=description.error_info if description else None,
            bucket=description.s3_bucket_name if description else None,
            path=description.s3_path if description else None,
        )
        if sight.state == MailboxExportJobState.CANCELLED:
            return end(status=Status.CANCELLED, reason=f"its job {sight.job_id} was cancelled")
        if sight.state == MailboxExportJobState.COMPLETED:
            if description is not None and description.s3_path:
                return end(status=Status.EXPORTED)
            reason = "its job completed without saying where its file is"
        elif sight.state == GONE:
            reason = f"WorkMail no longer knows its job {sight.job_id}"
        else:
            said = description.error_info if description is not None else None
            reason = said or "its job failed, and WorkMail gave no reason"
        if row.attempts > self._options.retries:
            jobs = "1 job" if row.attempts == 1 else f"{row.attempts} jobs"
            return end(status=Status.FAILED, reason=f"{reason} (given up after {jobs})")
        pause = self._options.retry_delay * 2 ** (row.attempts - 1)
        return end(status=Status.PENDING, reason=reason, not_before=self._state.time() + pause)


def _in_words(error: Exception) -> str:
    return f"WorkMail refused: {error}"
