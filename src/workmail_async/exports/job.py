"""The export of one mailbox: a handle on a job that WorkMail runs."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from workmail_async import models
from workmail_async.enums import MailboxExportJobState
from workmail_async.errors import (
    EntityStateException,
    InvalidParameterException,
    ResourceNotFoundException,
)
from workmail_async.runtime.waiting import ProgressCallback

from .aws import S3, aws_client
from .download import Download, fetch
from .errors import DownloadError, ExportError
from .target import ExportTarget

if TYPE_CHECKING:
    from workmail_async.workmail.organization import Organization

ENDED = (
    MailboxExportJobState.COMPLETED,
    MailboxExportJobState.FAILED,
    MailboxExportJobState.CANCELLED,
)


class ExportJob:
    """A handle on one mailbox export job.

    It holds only the organization and the job's id, so you can create it again at any time::

        job = await ExportJob.start(org, entity_id="ana@example.com", target=target)
        await job.wait()
        await job.download("ana.zip")

    Args:
        organization: The organization.
        job_id: The id of the job.
    """

    def __init__(self, organization: Organization, job_id: str) -> None:
        self.organization = organization
        self.job_id = job_id

    def __repr__(self) -> str:
        return f"ExportJob({self.job_id!r})"

    @classmethod
    async def start(
        cls,
        organization: Organization,
        *,
        entity_id: str,
        target: ExportTarget,
        description: str | None = None,
        client_token: str | None = None,
    ) -> ExportJob:
        """Start exporting a mailbox.

        Args:
            organization: The organization.
            entity_id: The user or resource: id, address or name.
            target: The S3 destination and role. The mailbox gets its own prefix below the
                target's, with `_` for characters that a prefix must not have.
            description: A note of at most 1,023 characters.
            client_token: A token that makes the start safe to repeat; generated when left out.

        Returns:
            The handle.

        Raises:
            errors.LimitExceededException: Ten jobs are running, or the mailbox was exported within
                the last 24 hours.
            errors.EntityNotFoundException: There is no such user or resource.
        """
        answer = await organization.start_mailbox_export_job(
            entity_id=entity_id,
            role_arn=target.role_arn,
            kms_key_arn=target.kms_key_arn,
            s3_bucket_name=target.bucket,
            s3_prefix=target.prefix_for(entity_id),
            description=description,
            client_token=client_token,
        )
        if answer.job_id is None:
            raise ExportError(f"WorkMail returned no job id for the export of {entity_id}")
        return cls(organization, answer.job_id)

    async def status(self) -> models.DescribeMailboxExportJobResponse:
        """Ask WorkMail about the job.

        Returns:
            Its description, with `state`, `estimated_progress` and, when it failed, `error_info`.
        """
        return await self.organization.describe_mailbox_export_job(job_id=self.job_id)

    async def wait(
        self,
        *,
        timeout: float = 21600.0,  # noqa: ASYNC109  (as the waiter that it calls)
        min_delay: float = 2.0,
        max_delay: float = 60.0,
        on_progress: ProgressCallback[models.DescribeMailboxExportJobResponse] | None = None,
    ) -> models.DescribeMailboxExportJobResponse:
        """Wait until the job has completed.

        Args:
            timeout: Seconds to wait; the job keeps running afterwards.
            min_delay: Seconds before the second look.
            max_delay: The longest pause between two looks, in seconds.
            on_progress: Called with every description; a sync or async function.

        Returns:
            The last description.

        Raises:
            errors.WaiterFailedError: The job failed or was cancelled.
            errors.WaiterTimeoutError: The timeout expired first.
        """
        return await self.organization.wait_until_mailbox_export_job_completed(
            job_id=self.job_id,
            timeout=timeout,
            min_delay=min_delay,
            max_delay=max_delay,
            on_progress=on_progress,
        )

    def watch(
        self, *, min_delay: float = 2.0, max_delay: float = 60.0
    ) -> AsyncIterator[models.DescribeMailboxExportJobResponse]:
        """Watch the job until it ends, however it ends.

            async for description in job.watch():
                print(description.state, description.estimated_progress)

        Args:
            min_delay: Seconds between two looks at first.
            max_delay: Seconds between two looks in the end, when nothing changes.

        Returns:
            An iterator of descriptions, one whenever the state or the progress changed. The last
            one shows how the job ended. You can leave it early.
        """
        return _Watch(self, min_delay, max_delay)

    async def cancel(self) -> models.DescribeMailboxExportJobResponse:
        """Cancel the job, and return what became of it.

        A job that is almost done may complete anyway; check the state of the description.

        Returns:
            Its description afterwards.
        """
        try:
            await self.organization.cancel_mailbox_export_job(job_id=self.job_id)
        except (EntityStateException, InvalidParameterException, ResourceNotFoundException):
            description = await self.status()
            if description.state not in ENDED:
                raise
            return description
        return await self.status()

    async def download(self, path: str | Path) -> Download:
        """Download the zip of a completed job.

        Args:
            path: The file to write, or an existing folder, in which the file keeps its name. It
                appears when it is complete; an interrupted download is resumed.

        Returns:
            Its path, its size and its SHA-256.

        Raises:
            DownloadError: The job has no file, or the file could not be downloaded completely.
        """
        description = await self.status()
        if description.s3_path is None or description.s3_bucket_name is None:
            raise DownloadError(f"job {self.job_id} has no file: its state is {description.state}")
        where = Path(path)
        if await anyio.Path(where).is_dir():
            where /= description.s3_path.rpartition("/")[2]
        async with aws_client(self.organization.client, S3) as s3:
            return await fetch(s3, description.s3_bucket_name, description.s3_path, where)


class _Watch:
    """Polls a job, less and less often while nothing changes.

    A class, because an async generator that is left early needs closing.
    """

    def __init__(self, job: ExportJob, min_delay: float, max_delay: float) -> None:
        self._job = job
        self._min_delay = min_delay
        self._max_delay = max_delay
        self._seen: models.DescribeMailboxExportJobResponse | None = None

    def __aiter__(self) -> AsyncIterator[models.DescribeMailboxExportJobResponse]:
        return self

    async def __anext__(self) -> models.DescribeMailboxExportJobResponse:
        seen, delay = self._seen, self._min_delay
        if seen is not None and seen.state in ENDED:
            raise StopAsyncIteration
        while True:
            if seen is not None:
                await anyio.sleep(random.uniform(self._min_delay, delay))
                delay = min(self._max_delay, delay * 2)
            now = await self._job.status()
            if seen is None or _shown(now) != _shown(seen):
                self._seen = now
                return now


def _shown(description: models.DescribeMailboxExportJobResponse) -> tuple[object, object]:
    return description.state, description.estimated_progress
