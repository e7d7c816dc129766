"""Exports every mailbox of an organization, and can be killed and run again at any moment.

One coordinator starts jobs and watches them; downloaders fetch and verify what is finished. Every
decision is in the manifest before it is acted on, and a mailbox moves in one direction::

    choose ─ plan ─ start ─ look ─ (ended) ─ download ─ verify ─ safe
               manifest: pending → running → exported → safe
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread

from workmail_async.errors import ServiceError, TransportError
from workmail_async.exports.aws import S3, aws_client
from workmail_async.exports.errors import ExportAbortedError, ManifestLostError
from workmail_async.exports.target import ExportTarget

from .coordinator import Coordinator
from .downloader import Downloader
from .manifest import MANIFEST_NAME, Manifest
from .notebook import notebook_display
from .options import ExportOptions
from .progress import ProgressListener
from .records import Status
from .report import ExportReport, read_report
from .state import RunState

if TYPE_CHECKING:
    from anyio.abc import TaskGroup
    from anyio.streams.memory import MemoryObjectSendStream

    from workmail_async.workmail.organization import Organization


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class OrganizationExport:
    """The export of an organization's mailboxes into a folder.

    ::

        export = OrganizationExport(org, target, "acme-mail")
        report = await export.run()
        print(report.complete, report.missing)

    The folder holds the manifest and `mailboxes/…`. Running it again resumes where it ended:
    running jobs are taken over, finished ones downloaded, nothing is done twice.

    Args:
        organization: The organization.
        target: The S3 destination and role.
        folder: Where the archives go; created if missing.
        options: How to export.
        listener: Called after every change; must not block.
        display: Whether to show the progress below the cell in a notebook.
        now: Returns the time that WorkMail's times are compared with.
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
        """The path of the manifest."""
        return self.folder / MANIFEST_NAME

    async def run(self, *, retry_failed: bool = False) -> ExportReport:
        """Export every mailbox that is not on disk yet.

        Args:
            retry_failed: Whether to retry mailboxes that an earlier run gave up on, and those
                whose export turns out to be missing or bad in S3.

        Returns:
            The result so far, earlier runs included.

        Raises:
            ManifestInUseError: Another process is exporting into this folder.
            ManifestError: The folder belongs to another export, or cannot be written.
            ManifestLostError: The manifest was removed, or the disk is full.
            ExportAbortedError: No mailbox can be exported any more: permission is missing,
                WorkMail does not answer, or the organization is gone. What is in S3 was
                downloaded first, as far as possible.
            ExportError: The options do not fit the organization.
        """
        return await self._run(lambda run: run.go(retry_failed=retry_failed))

    async def download(self) -> ExportReport:
        """Download what WorkMail has exported; start nothing.

        Jobs that an earlier run started are looked at once: those that have completed are
        downloaded, those that are still running are left for later.

        Returns:
            The result so far, earlier runs included.

        Raises:
            ManifestInUseError: Another process is exporting into this folder.
            ManifestError: The folder belongs to another export, or cannot be written.
            ManifestLostError: The manifest was removed, or the disk is full.
            ExportAbortedError: WorkMail did not say what became of running jobs. What is in S3
                was downloaded first.
        """
        return await self._run(lambda run: run.go(retry_failed=False, start=False))

    async def _run(self, go: Callable[[_Run], Awaitable[None]]) -> ExportReport:
        manifest = await anyio.to_thread.run_sync(Manifest, self.manifest_path)
        try:
            await go(_Run(self, manifest))
            return await anyio.to_thread.run_sync(read_report, manifest)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(manifest.close)


class _Run:
    """One run of an export, from choosing to the last download."""

    def __init__(self, export: OrganizationExport, manifest: Manifest) -> None:
        self._export = export
        self._manifest = manifest
        self._state = RunState(manifest, export.folder, _listeners(export), export.now)
        self._coordinator = Coordinator(
            self._state, export.organization, export.target, export.options
        )
        self._errors: list[Exception] = []

    async def go(self, *, retry_failed: bool, start: bool = True) -> None:
        export, state = self._export, self._state
        await state.write(
            self._manifest.bind,
            {
                "organization": export.organization.organization_id,
                "bucket": export.target.bucket,
                "prefix": export.target.prefix,
            },
        )
        if start:
            await state.write(self._manifest.remember, _lasting_settings(export))
        with anyio.move_on_after(export.options.deadline):
            async with aws_client(export.organization.client, S3) as s3:
                await state.write(self._manifest.remember, {"region": s3.meta.region_name})
                await self._work(s3, retry_failed=retry_failed, start=start)
        if self._errors:
            raise self._errors[0]
        await state.recall()  # files may have been removed while this run went on

    async def _work(self, s3: Any, *, retry_failed: bool, start: bool) -> None:
        state, downloader = self._state, Downloader(self._state, s3, export_again=retry_failed)
        finished, to_download = anyio.create_memory_object_stream[str](float("inf"))
        with finished, to_download:
            await state.recall()
            for row in state.of(Status.EXPORTED):
                finished.send_nowait(row.entity_id)
            async with anyio.create_task_group() as group:
                group.start_soon(self._or_stop, group, state.tick)
                async with anyio.create_task_group() as downloads:
                    for _ in range(self._export.options.downloads):
                        work = partial(downloader.download_all, to_download)
                        downloads.start_soon(self._or_stop, group, work)
                    work = partial(self._export_all, finished, retry_failed, start)
                    await self._or_stop(group, work)
                group.cancel_scope.cancel()

    async def _or_stop(self, group: TaskGroup, work: Callable[[], Awaitable[None]]) -> None:
        """Do a part of the work; its error ends the run, and is raised alone, not in a group."""
        try:
            await work()
        except Exception as error:  # noqa: BLE001  (raised when all has stopped)
            self._errors.append(error)
            group.cancel_scope.cancel()

    async def _export_all(
        self, finished: MemoryObjectSendStream[str], retry_failed: bool, start: bool
    ) -> None:
        with finished:  # the downloaders end when it is empty
            try:
                if start:
                    await self._coordinator.take_stock(retry_failed=retry_failed)
                    await self._coordinator.coordinate(finished)
                else:
                    await self._coordinator.look(finished)
            except ManifestLostError:
                raise
            except (ExportAbortedError, ServiceError, TransportError) as error:
                # what is in S3 can be downloaded even when WorkMail is gone
                self._errors.append(error)
                self._state.tell(f"nothing more can be exported: {error}")


def _listeners(export: OrganizationExport) -> list[ProgressListener]:
    listeners = [export.listener, notebook_display() if export.display else None]
    return [listener for listener in listeners if listener is not None]


def _lasting_settings(export: OrganizationExport) -> dict[str, str]:
    """Return the settings that the next run needs, wherever it is started."""
    client, options = export.organization.client.settings, export.options
    settings = {
        "role": export.target.role_arn,
        "key": export.target.kms_key_arn,
        "endpoint": client.endpoint_url or "",
        **options.selection.to_settings(),
    }
    return {**settings, "region": client.region} if client.region else settings
