"""The handle on one export: three lines from start to file."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import anyio.to_thread
import pytest

from tests.exports.conftest import sited
from workmail_async import errors
from workmail_async.emulator import AfterCalls, AfterTime, Emulator, ErrorAnswer
from workmail_async.exports import DownloadError, ExportJob

pytestmark = pytest.mark.anyio


async def test_start_wait_download(emulator: Emulator, tmp_path: Path) -> None:
    where = await sited(emulator, 1)
    emulator.lifecycle.mailbox_export = AfterCalls(1)
    seen: list[int | None] = []
    async with where.organization() as organization:
        job = await ExportJob.start(
            organization, entity_id="user000@acme.example", target=where.target
        )
        done = await job.organization.wait_until_mailbox_export_job_completed(
            job_id=job.job_id, min_delay=0.01
        )
        assert done.state == "COMPLETED"
        await job.wait(
            min_delay=0.1,
            max_delay=0.2,
            on_progress=lambda d: seen.append(d.estimated_progress),
        )
        file = await job.download(tmp_path / "ana.zip")
        named = await job.download(tmp_path)
    assert seen == [100]
    assert file.path == tmp_path / "ana.zip"
    content = file.path.read_bytes()
    assert (file.bytes, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert zipfile.is_zipfile(named.path)
    assert done.s3_path is not None
    assert named.path.name == done.s3_path.rpartition("/")[2]
    assert repr(job) == f"ExportJob({job.job_id!r})"


async def test_watching_shows_every_change_and_ends_with_the_job(emulator: Emulator) -> None:
    where = await sited(emulator, 1)
    emulator.lifecycle.mailbox_export = AfterCalls(4)
    async with where.organization() as organization:
        job = await ExportJob.start(organization, entity_id="user000", target=where.target)
        shown = [d async for d in job.watch(min_delay=0.01, max_delay=0.02)]
    percents = [description.estimated_progress for description in shown]
    assert percents == sorted({p for p in percents if p is not None})
    assert len(percents) >= 3
    assert shown[-1].state == "COMPLETED"


async def test_watching_may_be_left_early(emulator: Emulator) -> None:
    where = await sited(emulator, 1)
    emulator.lifecycle.mailbox_export = AfterTime(600)
    async with where.organization() as organization:
        job = await ExportJob.start(organization, entity_id="user000", target=where.target)
        async for description in job.watch():
            assert description.state == "RUNNING"
            break


async def test_cancelling_tells_what_became_of_the_job(emulator: Emulator) -> None:
    where = await sited(emulator, 2)
    emulator.lifecycle.mailbox_export = AfterTime(600)
    async with where.organization() as organization:
        running = await ExportJob.start(organization, entity_id="user000", target=where.target)
        assert (await running.cancel()).state == "CANCELLED"
        assert (await running.cancel()).state == "CANCELLED"
        late = await ExportJob.start(organization, entity_id="user001", target=where.target)
        emulator.clock.advance(601)
        assert (await late.cancel()).state == "COMPLETED"


async def test_a_job_without_a_file_says_so(emulator: Emulator, tmp_path: Path) -> None:
    where = await sited(emulator, 1)
    emulator.mailbox(where.seeded, "user000").fail_exports("broken")
    emulator.lifecycle.mailbox_export = AfterCalls(0)
    async with where.organization() as organization:
        job = await ExportJob.start(organization, entity_id="user000", target=where.target)
        with pytest.raises(errors.WaiterFailedError, match="broken"):
            await job.wait()
        with pytest.raises(DownloadError):
            await job.download(tmp_path / "x.zip")


async def test_a_token_makes_starting_repeatable(emulator: Emulator) -> None:
    where = await sited(emulator, 1)
    async with where.organization() as organization:
        first, second = [
            await ExportJob.start(
                organization, entity_id="user000", target=where.target, client_token="once"
            )
            for _ in range(2)
        ]
    assert first.job_id == second.job_id


@pytest.mark.parametrize("percent", [10, 100])
async def test_a_refused_cancel_is_told_unless_the_job_has_ended(
    emulator: Emulator, percent: int
) -> None:
    where = await sited(emulator, 1)
    emulator.lifecycle.mailbox_export = AfterTime(600)
    refusal = await anyio.to_thread.run_sync(
        lambda: ErrorAnswer("InvalidParameterException", operation="CancelMailboxExportJob")
    )
    async with where.organization() as organization:
        job = await ExportJob.start(organization, entity_id="user000", target=where.target)
        emulator.faults.add(refusal)
        if percent == 100:
            emulator.clock.advance(601)
            assert (await job.cancel()).state == "COMPLETED"
        else:
            with pytest.raises(errors.InvalidParameterException):
                await job.cancel()
