"""A large organization: slots stay busy, looks stay few, memory stays flat. Time is emulated."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import anyio
import pytest
from attrs import define, field

from tests.exports.conftest import Site, site
from workmail_async.emulator import AfterTime, Clock, Emulator, Lifecycle
from workmail_async.exports import ExportOptions, ExportProgress, ExportReport, OrganizationExport
from workmail_async.exports.organization import coordinator

pytestmark = pytest.mark.anyio

_JOB_SECONDS = 600.0


@define
class Watcher:
    """Notes what the export asks for between two pauses, and how many objects it keeps."""

    where: Site
    pauses: list[float] = field(factory=list)
    looks: list[tuple[int, int, int]] = field(factory=list)
    kept: list[int] = field(factory=list)
    running: int = 0

    def listen(self, progress: ExportProgress) -> None:
        self.running = len(progress.running)


@contextmanager
def emulated_time(watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> Generator[None, None, None]:
    """Let pauses move the emulator's clock in place of taking time."""
    clock = watcher.where.emulator.clock
    requests = watcher.where.emulator.requests
    real_sleep, seen = anyio.sleep, [len(requests)]

    async def sleep(seconds: float) -> None:
        new = [request.operation for request in requests[seen[0] :]]
        seen[0] = len(requests)
        lists, describes = (
            new.count("ListMailboxExportJobs"),
            new.count("DescribeMailboxExportJob"),
        )
        watcher.looks.append((watcher.running, lists, describes))
        watcher.pauses.append(seconds)
        if len(watcher.pauses) % 100 == 0:
            watcher.kept.append(_objects_of_ours())
        clock.advance(seconds)
        await real_sleep(0.001)

    monkeypatch.setattr(coordinator, "sleep", sleep)
    yield
    monkeypatch.undo()


def _objects_of_ours() -> int:
    """Count the objects of the client and the export; the emulator's are its own affair."""
    gc.collect()
    modules = ("workmail_async.models", "workmail_async.exports", "workmail_async.runtime")
    return sum(str(type(thing).__module__).startswith(modules) for thing in gc.get_objects())


async def _export(
    where: Site, watcher: Watcher, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> ExportReport:
    async with where.organization() as organization:
        export = OrganizationExport(
            organization,
            where.target,
            folder,
            options=ExportOptions(downloads=8),
            listener=watcher.listen,
            now=where.emulator.clock.now,
        )
        with emulated_time(watcher, monkeypatch):
            return await export.run()


def _busy_share(jobs: list[dict[str, Any]], slots: int) -> float:
    """Return how much of the time all slots had a job, until the last ones were started."""
    starts = sorted(job["StartTime"] for job in jobs)
    begin, end = starts[0], starts[-slots]
    taken: float = sum(
        max(0.0, (min(_ended(job), end) - max(job["StartTime"], begin)).total_seconds())
        for job in jobs
    )
    whole: float = (end - begin).total_seconds()
    return taken / (slots * whole)


def _ended(job: dict[str, Any]) -> datetime:
    ended: datetime = job["EndTime"]
    return ended


async def _assert_paced(mailboxes: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Watcher:
    pace = Lifecycle(mailbox_export=AfterTime(_JOB_SECONDS))
    async with Emulator(lifecycle=pace, clock=Clock(frozen=True)) as emulator:
        where = await anyio.to_thread.run_sync(lambda: site(emulator, mailboxes, messages=1))
        watcher = Watcher(where)
        report = await _export(where, watcher, folder, monkeypatch)
        assert report.complete
        jobs = await anyio.to_thread.run_sync(where.jobs)
    assert len(jobs) == mailboxes
    assert _busy_share(jobs, 10) >= 0.95
    pages = -(-mailboxes // 100)
    for (before, _, _), (_, lists, describes) in pairwise(watcher.looks[1:]):
        ended = 10  # each job that ended is described once more, whatever the way of looking
        assert lists <= min(before or 10, pages) or lists + describes <= ended
    return watcher


async def test_slots_stay_busy_and_looks_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher = await _assert_paced(60, tmp_path, monkeypatch)
    assert max(watcher.pauses) > 10  # stretched while nothing changed
    assert min(watcher.pauses) == 2.0


@pytest.mark.slow
async def test_1000_mailboxes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watcher = await _assert_paced(1000, tmp_path, monkeypatch)
    assert len(watcher.kept) >= 4
    early, late = watcher.kept[0], max(watcher.kept[len(watcher.kept) // 2 :])
    print(f"{len(watcher.pauses)} looks; objects kept: {watcher.kept}")
    assert late <= early * 1.2  # a row for each mailbox, and nothing that grows with time
