"""Exports every mailbox of an organization, and can be killed and run again at any moment.

One coordinator starts jobs and looks at them; downloaders bring what is finished to disk. Every
decision stands in the manifest before it is acted on, and the way goes in one direction::

    choose ─ plan ─ start ─ look ─ (ended) ─ download ─ verify ─ safe
               manifest: pending → running → exported → safe
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from .aws import S3, aws_client
from .coordinator import Coordinator
from .display import notebook_display
from .downloader import Downloader
from .manifest import Manifest
from .options import ExportOptions
from .progress import ProgressListener
from .report import ExportReport, report_of
from .state import RunState
from .target import ExportTarget

if TYPE_CHECKING:
    from workmail_async.workmail.organization import Organization

MANIFEST_NAME = "manifest.sqlite"


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class OrganizationExport:
    """The export of an organization's mailboxes into a folder.

    ::

        export = OrganizationExport(org, target, "acme-mail")
        report = await export.run()
        print(report.complete, report.missing)

    The folder holds the manifest and `mailboxes/…`. Running it again goes on where it ended:
    running jobs are adopted, finished ones downloaded, nothing is done twice.

    Args:
        organization: The organization.
        target: Where WorkMail writes, and as whom.
        folder: Where the archives go; made when it is not there.
        options: How to export.
        listener: Told of every change; must not block.
        display: Whether to show the progress below the cell when run in a notebook.
        now: Gives the time that WorkMail's times are compared with.
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
        """Where the manifest lies."""
        return self.folder / MANIFEST_NAME

    async def run(self, *, retry_failed: bool = False) -> ExportReport:
        """Export what is not on disk yet.

        Args:
            retry_failed: Whether to begin anew with mailboxes that were given up before.

        Returns:
            What it came to, the runs before included.

        Raises:
            ManifestInUseError: Another process exports into this folder.
            ExportAbortedError: Nothing can go on: no rights, no answers, or the organization is
                gone.
            ExportError: The options do not fit the organization.
        """
        return await self._run(lambda run: run.go(retry_failed=retry_failed))

    async def download(self) -> ExportReport:
        """Bring what WorkMail has exported to disk; start nothing.

        Jobs that an earlier run started are looked at once: what has completed is downloaded, what
        still runs stays for later.

        Returns:
            What it came to, the runs before included.

        Raises:
            ManifestInUseError: Another process exports into this folder.
            ExportAbortedError: Nothing can go on: no rights, no answers, or the organization is
                gone.
        """
        return await self._run(lambda run: run.go(retry_failed=False, start=False))

    async def _run(self, go: Callable[[_Run], Awaitable[None]]) -> ExportReport:
        manifest = await anyio.to_thread.run_sync(Manifest, self.manifest_path)
        try:
            await go(_Run(self, manifest))
            return await anyio.to_thread.run_sync(report_of, manifest)
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
        fatal: list[Exception] = []
        with anyio.move_on_after(export.options.deadline):
            if start:
                await self._coordinator.take_stock(retry_failed=retry_failed)
            else:
                await state.recall()
            async with AsyncExitStack() as stack:
                s3 = await stack.enter_async_context(aws_client(export.organization.client, S3))
                await state.write(self._manifest.remember, {"region": s3.meta.region_name})
                finished, to_download = anyio.create_memory_object_stream[str](float("inf"))
                stack.enter_context(to_download)
                stack.enter_context(finished)
                downloader = Downloader(state, s3)
                async with anyio.create_task_group() as group:
                    group.start_soon(state.tick)
                    async with anyio.create_task_group() as downloads:
                        for _ in range(max(1, export.options.downloads)):
                            downloads.start_soon(downloader.download_all, to_download)
                        coordinator = self._coordinator
                        coordinate = coordinator.coordinate if start else coordinator.look_once
                        try:
                            await coordinate(finished)
                            finished.close()  # the downloaders end when they have emptied it
                        except Exception as error:  # noqa: BLE001  (raised below, not as a group)
                            fatal.append(error)
                            downloads.cancel_scope.cancel()
                    group.cancel_scope.cancel()
        if fatal:
            raise fatal[0]


def _listeners(export: OrganizationExport) -> list[ProgressListener]:
    listeners = [export.listener, notebook_display() if export.display else None]
    return [listener for listener in listeners if listener is not None]


def _lasting_settings(export: OrganizationExport) -> dict[str, str]:
    """Return what the next run, from wherever it is started, needs to know."""
    client, options = export.organization.client.settings, export.options
    settings = {
        "role": export.target.role_arn,
        "key": export.target.kms_key_arn,
        "endpoint": client.endpoint_url or "",
        "include": json.dumps(options.include),
        "exclude": json.dumps(options.exclude),
        "disabled": json.dumps(options.disabled),
    }
    return {**settings, "region": client.region} if client.region else settings
