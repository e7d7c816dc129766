"""Decides about export jobs that this run did not start: take one over, or wait for its mailbox.

WorkMail exports a mailbox once in 24 hours, no matter who asks for it. It refuses a second start
for a day, so a job that exists is worth more than a new one.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from workmail_async.enums import MailboxExportJobState
from workmail_async.exports.target import ExportTarget

from .job_watch import JobWatch, Listing
from .records import MailboxRow, Status
from .retrying import Patience
from .state import RunState

if TYPE_CHECKING:
    from workmail_async import models

ONE_EXPORT_PER = timedelta(hours=24)


class Adoption:
    """Looks at the jobs of an organization, and takes over those that export its mailboxes.

    Args:
        state: What the run knows.
        watch: Looks at jobs.
        target: The S3 destination and role.
        patiently: Repeats calls to WorkMail.

    Attributes:
        others: The ids of the running jobs that this run has nothing to do with. They take slots.
    """

    def __init__(
        self, state: RunState, watch: JobWatch, target: ExportTarget, patiently: Patience
    ) -> None:
        self._state = state
        self._watch = watch
        self._target = target
        self._patiently = patiently
        self._listed = 0.0
        self.others: set[str] = set()

    @property
    def age(self) -> float:
        """The seconds since the jobs were listed."""
        return time.monotonic() - self._listed

    async def list(self) -> Listing:
        """List the jobs of the organization."""
        listing = await self._patiently(self._watch.list)
        self.others = listing.running() - self._state.running.keys()
        self._listed = time.monotonic()
        return listing

    # Who wrote a job's file, and where, decides what it is worth to us:
    #
    #   the manifest knows the job in this very state    its file is bad or gone: wait, retry
    #   in our bucket, of this entity id                 ours, from before a crash or from elsewhere
    #   in our bucket, below this mailbox's prefix       ours, started by address or name
    #   of this entity id, in another bucket             somebody else's: wait for the 24 hours
    #   anything else                                    a mailbox that had this name once: ignore
    #
    # A completed job that is older than 24 hours is ignored, because a new export holds newer
    # mail. A running one is taken over whatever its age: a second one would be refused.
    async def take_over(self, row: MailboxRow, listing: Listing) -> bool:
        """Adopt a mailbox's latest job, or defer the mailbox because of it.

        Args:
            row: The mailbox.
            listing: The jobs of the organization.

        Returns:
            Whether it did either; if not, the mailbox can be started.
        """
        job = listing.latest_of((row.entity_id, row.email, row.name))
        if job is None or job.start_time is None or job.job_id is None:
            return False
        again = job.start_time + ONE_EXPORT_PER
        running = job.state == MailboxExportJobState.RUNNING
        fresh = job.state == MailboxExportJobState.COMPLETED and again > self._state.now()
        if not running and not fresh:
            return False
        known = await self._state.write(self._state.manifest.jobs, row.entity_id)
        if any(other.job_id == job.job_id and other.state == job.state for other in known):
            why = "its last export cannot be used, and WorkMail exports a mailbox once in 24 hours"
            await self.defer(row, again, why)
        elif self._is_ours(row, job):
            self.others.discard(job.job_id)
            await self._state.adopted(row, job.job_id, job.s3_path or "")
        elif job.entity_id == row.entity_id:
            await self.defer(row, again, "exported elsewhere within the last 24 hours")
        else:
            return False
        return True

    def _is_ours(self, row: MailboxRow, job: models.MailboxExportJob) -> bool:
        """Whether a job's file is this mailbox's, and in the bucket where it is looked for.

        An address or a name may have belonged to another mailbox when the job was started. An id
        never changes its owner, and neither does the prefix that is made of it.
        """
        if job.s3_bucket_name != self._target.bucket:
            return False
        prefix = self._target.prefix_for(row.entity_id)
        return job.entity_id == row.entity_id or f"{prefix}/" in (job.s3_path or "")

    async def defer(self, row: MailboxRow, until: datetime, why: str) -> None:
        """Leave a mailbox pending until a time.

        Args:
            row: The mailbox.
            until: The time.
            why: The reason, in words.
        """
        reason = f"{why}; possible again from {until.astimezone(timezone.utc):%Y-%m-%d %H:%M} UTC"
        await self._state.put(row, Status.PENDING, reason, not_before=until.timestamp())
