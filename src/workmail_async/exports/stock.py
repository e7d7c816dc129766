"""Looks at export jobs with as few calls as the state of things allows.

There are two ways: the pages of the list of jobs, which shows those of the last seven days, or a
description of each job that runs. The fewer calls decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from attrs import field, frozen

from workmail_async import models
from workmail_async.enums import MailboxExportJobState
from workmail_async.workmail.organization import Organization

_PAGE = 100


@frozen(kw_only=True)
class Sight:
    """What is known of one job after a look.

    Attributes:
        job_id: The job.
        state: Its state.
        progress: Percent done, as WorkMail estimates.
        description: Its description, when the look was one.
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
        pages: How many pages they took.
        whole: Whether all pages were read.
    """

    jobs: dict[str, models.MailboxExportJob] = field(factory=dict)
    pages: int = 0
    whole: bool = True

    def running(self) -> set[str]:
        """Return the ids of the jobs that run, whoever started them."""
        return {
            job_id
            for job_id, job in self.jobs.items()
            if job.state == MailboxExportJobState.RUNNING
        }

    def latest_of(self, names: Iterable[str | None]) -> models.MailboxExportJob | None:
        """Return the job that was started last for a mailbox.

        Args:
            names: What the mailbox may be called: id, address, name.
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
        on_call: Told of each call.
    """

    def __init__(
        self, organization: Organization, on_call: Callable[[str], None] = lambda _: None
    ) -> None:
        self._organization = organization
        self._on_call = on_call
        self._pages: int | None = None

    async def list(self, limit: int | None = None, wanted: Sequence[str] = ()) -> Listing:
        """Read the list of jobs.

        Args:
            limit: How many pages at most.
            wanted: Ids of jobs; reading ends when all of them were seen. None means read all.
        """
        jobs: dict[str, models.MailboxExportJob] = {}
        missing = set(wanted)
        pages, whole = 0, True
        iterator = self._organization.list_mailbox_export_jobs(max_results=_PAGE).pages()
        async for page in iterator:
            self._on_call("list")
            pages += 1
            found = {job.job_id: job for job in page.jobs or () if job.job_id}
            jobs.update(found)
            missing -= found.keys()
            done = bool(wanted) and not missing
            if page.next_token and (done or (limit is not None and pages >= limit)):
                whole = False
                break
        if whole or self._pages is None or pages > self._pages:
            self._pages = pages
        return Listing(jobs=jobs, pages=pages, whole=whole)

    async def look(self, job_ids: Sequence[str]) -> dict[str, Sight]:
        """Look at jobs, the cheaper way.

        Args:
            job_ids: The jobs.

        Returns:
            What was seen; a job may be missing when it was not come to.
        """
        if not job_ids:
            return {}
        if self._pages is not None and self._pages < len(job_ids):
            listing = await self.list(limit=len(job_ids), wanted=job_ids)
            return {
                job_id: Sight(job_id=job_id, state=str(job.state), progress=job.estimated_progress)
                for job_id, job in listing.jobs.items()
                if job_id in job_ids
            }
        return {job_id: await self.describe(job_id) for job_id in job_ids}

    async def describe(self, job_id: str) -> Sight:
        """Look at one job closely."""
        self._on_call("describe")
        description = await self._organization.describe_mailbox_export_job(job_id=job_id)
        return Sight(
            job_id=job_id,
            state=str(description.state),
            progress=description.estimated_progress,
            description=description,
        )
