"""Looks at export jobs with as few calls as possible.

There are two ways to look: the list of jobs, which has those of the last seven days in pages, or a
description of each running job. The way that takes fewer calls is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from attrs import field, frozen

from workmail_async import models
from workmail_async.enums import MailboxExportJobState
from workmail_async.errors import EntityNotFoundException, ResourceNotFoundException
from workmail_async.workmail.organization import Organization

_PAGE = 100

#: The state of a job that WorkMail no longer knows.
GONE = "GONE"


@frozen(kw_only=True)
class Sight:
    """What a look at one job found.

    Attributes:
        job_id: The job.
        state: Its state; `GONE` when WorkMail does not know it.
        progress: Percent done, as WorkMail estimates.
        description: Its description, when it was looked at that way.
    """

    job_id: str
    state: str
    progress: int | None
    description: models.DescribeMailboxExportJobResponse | None = None


@frozen(kw_only=True)
class Listing:
    """The jobs of the last seven days.

    Attributes:
        jobs: The jobs, by their ids.
        complete: Whether all pages were read.
    """

    jobs: dict[str, models.MailboxExportJob] = field(factory=dict)
    complete: bool = True

    def running(self) -> set[str]:
        """Return the ids of all running jobs, including those that others started."""
        return {
            job_id
            for job_id, job in self.jobs.items()
            if job.state == MailboxExportJobState.RUNNING
        }

    def latest_of(self, names: Iterable[str | None]) -> models.MailboxExportJob | None:
        """Return the job of a mailbox that was started last.

        Args:
            names: The id, address and name of the mailbox; a job has the one it was started with.
        """
        known = {name.casefold() for name in names if name}
        found = [
            job
            for job in self.jobs.values()
            if (job.entity_id or "").casefold() in known and job.start_time is not None
        ]
        return max(found, key=_started, default=None)


def _started(job: models.MailboxExportJob) -> datetime:
    assert job.start_time is not None
    return job.start_time


class JobWatch:
    """Looks at the running jobs of one organization.

    Args:
        organization: The organization.
    """

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        self._pages: int | None = None
        self._unlisted: set[str] = set()

    async def list(self, limit: int | None = None, wanted: Sequence[str] = ()) -> Listing:
        """Read the list of jobs.

        Args:
            limit: How many pages at most.
            wanted: Ids of jobs; reading ends when all of them were seen. Empty to read all pages.
        """
        jobs: dict[str, models.MailboxExportJob] = {}
        missing = set(wanted)
        pages, complete = 0, True
        iterator = self._organization.list_mailbox_export_jobs(max_results=_PAGE).pages()
        async for page in iterator:
            pages += 1
            found = {job.job_id: job for job in page.jobs or () if job.job_id}
            jobs.update(found)
            missing -= found.keys()
            done = bool(wanted) and not missing
            if page.next_token and (done or (limit is not None and pages >= limit)):
                complete = False
                break
        if complete or self._pages is None or pages > self._pages:
            self._pages = pages
        return Listing(jobs=jobs, complete=complete)

    async def look(self, job_ids: Sequence[str]) -> dict[str, Sight]:
        """Look at jobs, in the way that takes fewer calls.

        Args:
            job_ids: The jobs.

        Returns:
            What was found. A job may be missing; the next look finds it.
        """
        if not job_ids:
            return {}
        unlisted = [job_id for job_id in job_ids if job_id in self._unlisted]
        if self._pages is None or self._pages + len(unlisted) >= len(job_ids):
            return {job_id: await self.describe(job_id) for job_id in job_ids}
        listed = [job_id for job_id in job_ids if job_id not in self._unlisted]
        listing = await self.list(limit=len(listed), wanted=listed)
        sights = {
            job_id: Sight(job_id=job_id, state=str(job.state), progress=job.estimated_progress)
            for job_id, job in listing.jobs.items()
            if job_id in job_ids
        }
        if listing.complete:  # it has a week of jobs; older and brand-new ones are described
            self._unlisted = set(job_ids) - sights.keys()
            for job_id in self._unlisted:
                sights[job_id] = await self.describe(job_id)
        return sights

    async def describe(self, job_id: str) -> Sight:
        """Describe one job."""
        try:
            description = await self._organization.describe_mailbox_export_job(job_id=job_id)
        except (EntityNotFoundException, ResourceNotFoundException):
            return Sight(job_id=job_id, state=GONE, progress=None)
        return Sight(
            job_id=job_id,
            state=str(description.state),
            progress=description.estimated_progress,
            description=description,
        )
