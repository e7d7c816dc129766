"""Downloads finished exports, verifies them, and keeps only the good ones."""

from __future__ import annotations

import logging
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import anyio.from_thread
import anyio.to_thread
from attrs import evolve

from workmail_async.archives import ArchiveCheck, check_archive
from workmail_async.archives.errors import ArchiveError
from workmail_async.archives.safe_names import safe_name
from workmail_async.exports.download import Part, fetch_part, keep
from workmail_async.exports.errors import BadExportError, DownloadError, ManifestLostError

from .manifest import Manifest
from .output_log import find_output_log
from .progress import RunningDownload
from .records import FileRow, JobRow, MailboxRow, Status
from .state import RunState

if TYPE_CHECKING:
    from anyio.streams.memory import MemoryObjectReceiveStream

log: logging.Logger = logging.getLogger("workmail_async.exports")

#: How often a file may be bad before it is left to the next run.
_TRIES = 3
#: How many of its findings a message names.
_SHOWN = 3


class Downloader:
    """Downloads and verifies archives.

    Args:
        state: What the run knows.
        s3: An aiobotocore client of S3.
        export_again: Whether to export mailboxes again whose file in S3 is missing or bad.
    """

    def __init__(self, state: RunState, s3: Any, *, export_again: bool) -> None:
        self._state = state
        self._s3 = s3
        self._export_again = export_again

    async def download_all(self, exported: MemoryObjectReceiveStream[str]) -> None:
        """Download exports until the stream of their ids ends."""
        async for entity_id in exported:
            row = self._state.rows[entity_id]
            try:
                file = await self._download(row)
            except BadExportError as error:
                status = Status.PENDING if self._export_again else Status.EXPORTED
                hint = "" if self._export_again else " (retry_failed exports it again)"
                await self._state.put(row, status, f"not downloaded: {error}{hint}")
            except (DownloadError, OSError) as error:
                await self._state.put(row, Status.EXPORTED, f"not downloaded: {error}")
            except ManifestLostError:
                raise
            except Exception as error:
                # whatever it is, it concerns one file: the others are downloaded anyway
                log.exception("the export of %s cannot be downloaded", row.label)
                reason = f"not downloaded: {type(error).__name__}: {error}"
                await self._state.put(row, Status.EXPORTED, reason)
            else:
                await self._state.saved(file)

    async def _download(self, row: MailboxRow) -> FileRow:
        """Download and verify the archive of a mailbox."""
        job = await self._state.write(_finished_job, self._state.manifest, row.entity_id)
        assert job.bucket is not None
        assert job.path is not None
        assert job.job_id is not None
        name = Path("mailboxes") / file_name(row)
        target = self._state.folder / name
        try:
            part, found = await self._fetch_good(row, job.bucket, job.path, target)
        finally:
            self._state.end_download(row.entity_id)
        notes = [str(finding) for finding in found.findings]
        told = await find_output_log(self._s3, job.bucket, job.path)
        if told is not None:
            notes += told.compare(found)
        await keep(part)
        return FileRow(
            entity_id=row.entity_id,
            job_id=job.job_id,
            path=name.as_posix(),
            bytes=part.bytes,
            sha256=part.sha256,
            items=found.items,
            messages=found.messages,
            calendar=found.calendar,
            content_bytes=found.content_bytes,
            notes="\n".join(notes),
            verified=self._state.time(),
        )

    async def _fetch_good(
        self, row: MailboxRow, bucket: str, path: str, target: Path
    ) -> tuple[Part, ArchiveCheck]:
        """Download an archive until it is good; it does not get its name before."""
        problem = ""
        for _ in range(_TRIES):
            if problem:
                self._state.tell(f"{row.label}: the file is bad, downloading it again")
            self._state.end_download(row.entity_id)
            self._state.downloading[row.entity_id] = RunningDownload(
                label=row.label, bytes=0, size=None
            )
            part = await fetch_part(
                self._s3,
                bucket,
                path,
                target,
                on_bytes=partial(self._count, row.entity_id),
                on_size=partial(self._expect, row.entity_id),
            )
            try:
                found = await anyio.to_thread.run_sync(_check, part.path)
            except ArchiveError as error:
                problem = str(error)
            else:
                if found.ok:
                    return part, found
                problem = _losses(found)
            await anyio.Path(part.path).unlink(missing_ok=True)
        raise BadExportError(f"the file was bad {_TRIES} times: {problem}")

    def _expect(self, entity_id: str, size: int) -> None:
        self._state.downloading[entity_id] = evolve(self._state.downloading[entity_id], size=size)

    def _count(self, entity_id: str, size: int) -> None:  # in the thread that writes
        download = self._state.downloading[entity_id]
        self._state.downloading[entity_id] = evolve(download, bytes=download.bytes + size)


def _check(path: Path) -> ArchiveCheck:
    """Verify an archive, in a worker thread that ends when the run is cancelled."""
    return check_archive(path, on_progress=lambda *_: anyio.from_thread.check_cancelled())


def _losses(found: ArchiveCheck) -> str:
    """Return in words what is lost; findings that lose nothing are no reason to try again."""
    lost = [str(finding) for finding in found.findings if finding.lost][:_SHOWN]
    if found.findings.lost > len(lost):
        lost.append(f"{found.findings.lost - len(lost)} more")
    return "; ".join(lost) or f"{found.items} of {found.entries} entries can be read"


def file_name(row: MailboxRow) -> str:
    """Return the name of a mailbox's archive: its address or name, and the end of its id."""
    plain = re.sub(r"[^A-Za-z0-9@._+-]", "_", row.label)[:100].lstrip(".") or "mailbox"
    label, _ = safe_name(plain)  # such as that of con.rad@acme.example, a device on Windows
    return f"{label}-{re.sub(r'[^A-Za-z0-9]', '', row.entity_id)[-8:]}.zip"


def _finished_job(manifest: Manifest, entity_id: str) -> JobRow:
    return next(job for job in reversed(manifest.jobs(entity_id)) if job.path)
