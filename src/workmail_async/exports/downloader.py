"""Brings finished exports to disk, and keeps them only if they are good."""

from __future__ import annotations

import re
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
from attrs import evolve

from .archive import check
from .download import fetch
from .errors import ArchiveError, DownloadError
from .manifest import Manifest
from .outputlog import find_output_log
from .progress import RunningDownload
from .rows import FileRow, JobRow, MailboxRow, Status
from .state import RunState

if TYPE_CHECKING:
    from anyio.streams.memory import MemoryObjectReceiveStream

#: How often a file may be bad before it is left to the next run.
_TRIES = 3


class Downloader:
    """Downloads and verifies archives.

    Args:
        state: What the run knows.
        s3: An aiobotocore client of S3.
    """

    def __init__(self, state: RunState, s3: Any) -> None:
        self._state = state
        self._s3 = s3

    async def download_all(self, exported: MemoryObjectReceiveStream[str]) -> None:
        """Download what is exported until no more comes."""
        async for entity_id in exported:
            row = self._state.rows[entity_id]
            download = RunningDownload(label=row.label, bytes=0, size=None)
            self._state.downloading[entity_id] = download
            try:
                await self._download(row)
            except DownloadError as error:
                del self._state.downloading[entity_id]
                await self._state.put(row, Status.EXPORTED, f"not downloaded: {error}")

    async def _download(self, row: MailboxRow) -> None:
        """Bring a mailbox's archive to disk, and keep it only if it is good."""
        job = await self._state.write(_finished_job, self._state.manifest, row.entity_id)
        assert job.bucket is not None
        assert job.path is not None
        assert job.job_id is not None
        name = Path("mailboxes") / file_name(row)
        path = self._state.folder / name
        problem = ""
        for _ in range(_TRIES):
            self._state.downloading[row.entity_id] = RunningDownload(
                label=row.label, bytes=0, size=None
            )
            download = await fetch(
                self._s3,
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
            self._state.tell(f"{row.label}: the file is bad, fetching it again")
        else:
            raise DownloadError(f"the file was bad {_TRIES} times: {problem}")
        notes = [str(finding) for finding in found.findings]
        log = await find_output_log(self._s3, job.bucket, job.path)
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
        await self._state.write(self._state.manifest.record_file, file)
        self._state.rows[row.entity_id] = evolve(row, status=Status.SAFE, reason=None)
        del self._state.downloading[row.entity_id]
        self._state.tell(f"{row.label}: safe, {found.items} items")

    def _expect(self, entity_id: str, size: int) -> None:
        self._state.downloading[entity_id] = evolve(self._state.downloading[entity_id], size=size)

    def _count(self, entity_id: str, size: int) -> None:  # in the thread that writes
        download = self._state.downloading[entity_id]
        self._state.downloading[entity_id] = evolve(download, bytes=download.bytes + size)
        self._state.downloaded += size


def file_name(row: MailboxRow) -> str:
    """Return the name of a mailbox's archive: its address or name, and the end of its id."""
    label = re.sub(r"[^A-Za-z0-9@._+-]", "_", row.label)[:100].lstrip(".") or "mailbox"
    return f"{label}-{re.sub(r'[^A-Za-z0-9]', '', row.entity_id)[-8:]}.zip"


def _finished_job(manifest: Manifest, entity_id: str) -> JobRow:
    return next(job for job in reversed(manifest.jobs(entity_id)) if job.path)
