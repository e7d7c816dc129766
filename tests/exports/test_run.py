"""What an organization's export does with what it meets."""

from __future__ import annotations

import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from attrs import evolve

from tests.exports.conftest import QUICK, Site, sited
from workmail_async import Organization
from workmail_async.emulator import AfterTime, Emulator
from workmail_async.exports import (
    ExportAbortedError,
    ExportError,
    ExportOptions,
    ExportProgress,
    ExportReport,
    ExportTarget,
    MailboxRow,
    ManifestError,
    ManifestInUseError,
    OrganizationExport,
    Selection,
    Status,
)
from workmail_async.exports.organization.downloader import file_name

pytestmark = pytest.mark.anyio


async def _export(
    where: Site, folder: Path, options: ExportOptions = QUICK, **arguments: Any
) -> ExportReport:
    async with where.organization() as organization:
        export = _new(where, organization, folder, options)
        return await export.run(**arguments)


def _new(
    where: Site, organization: Organization, folder: Path, options: ExportOptions = QUICK
) -> OrganizationExport:
    return OrganizationExport(
        organization, where.target, folder, options=options, now=where.emulator.clock.now
    )


def _statuses(report: ExportReport) -> dict[str, Status]:
    return {mailbox.label.partition("@")[0]: mailbox.status for mailbox in report.mailboxes}


def _reason(report: ExportReport, name: str) -> str:
    (found,) = (m for m in report.mailboxes if m.label.startswith(name))
    return found.reason or ""


async def _start_elsewhere(where: Site, name: str, target: Any = None) -> str:
    target = target or where.target
    answer = await where.ask(
        "workmail",
        "start_mailbox_export_job",
        OrganizationId=where.seeded.id,
        EntityId=where.seeded.users[name],
        RoleArn=target.role_arn,
        KmsKeyArn=target.kms_key_arn,
        S3BucketName=target.bucket,
        S3Prefix=f"{target.prefix}/elsewhere",
        ClientToken=f"elsewhere-{name}",
    )
    job_id: str = answer["JobId"]
    return job_id


async def test_everybody_with_a_mailbox_is_exported_and_the_others_are_named(
    emulator: Emulator, tmp_path: Path
) -> None:
    where = await sited(emulator, 3, groups=["sales"], resources=["room"])
    report = await _export(where, tmp_path)
    assert report.complete
    assert _statuses(report) == {
        "user000": Status.SAFE,
        "user001": Status.SAFE,
        "user002": Status.SAFE,
        "room": Status.SAFE,
        "sales": Status.SKIPPED,
    }
    assert _reason(report, "sales") == "a group has no mailbox"
    for file in report.files:
        path = tmp_path / file.path
        assert path.stat().st_size == file.bytes
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
    assert "contacts" in report.not_exported
    assert json.loads(json.dumps(report.to_dict()))["complete"] is True


async def test_a_second_run_starts_nothing(emulator: Emulator, tmp_path: Path) -> None:
    where = await sited(emulator, 2)
    await _export(where, tmp_path)
    before = where.calls("StartMailboxExportJob")
    report = await _export(where, tmp_path)
    assert report.complete
    assert where.calls("StartMailboxExportJob") == before == 2


async def test_an_archive_that_is_gone_from_disk_is_downloaded_again(
    emulator: Emulator, tmp_path: Path
) -> None:
    where = await sited(emulator, 2)
    first = await _export(where, tmp_path)
    lost = tmp_path / first.files[0].path
    lost.unlink()
    second = await _export(where, tmp_path)
    assert second.complete
    assert lost.is_file()
    assert where.calls("StartMailboxExportJob") == 2


async def test_patterns_and_states_choose(emulator: Emulator, tmp_path: Path) -> None:
    where = await sited(emulator, 3)
    gone = where.seeded.users["user002"]
    await where.ask(
        "workmail", "deregister_from_work_mail", OrganizationId=where.seeded.id, EntityId=gone
    )
    options = evolve(QUICK, selection=Selection(include=["user*"], exclude=["user001@*"]))
    report = await _export(where, tmp_path / "one", options)
    assert _statuses(report) == {
        "user000": Status.SAFE,
        "user001": Status.SKIPPED,
        "user002": Status.SKIPPED,
    }
    assert _reason(report, "user001") == "excluded"
    assert "disabled" in _reason(report, "user002")


async def test_a_pattern_that_matches_nobody_is_refused(emulator: Emulator, tmp_path: Path) -> None:
    where = await sited(emulator, 1)
    with pytest.raises(ExportError, match=r"'nobody@\*' matches no"):
        await _export(where, tmp_path, evolve(QUICK, selection=Selection(include=["nobody@*"])))


async def test_a_job_that_fails_once_is_started_again(emulator: Emulator, tmp_path: Path) -> None:
    where = await sited(emulator, 2)
    emulator.mailbox(where.seeded, "user000").fail_exports("the store was busy", times=1)
    report = await _export(where, tmp_path)
    assert report.complete
    assert {m.label[:7]: m.attempts for m in report.mailboxes} == {"user000": 2, "user001": 1}


async def test_a_job_that_fails_for_ever_is_given_up_with_its_reason(
    emulator: Emulator, tmp_path: Path
) -> None:
    where = await sited(emulator, 2)
    emulator.mailbox(where.seeded, "user000").fail_exports("the store is broken", times=99)
    report = await _export(where, tmp_path)
    assert not report.complete
    assert _statuses(report)["user000"] is Status.FAILED
    assert _reason(report, "user000") == "the store is broken (given up after 3 jobs)"
    assert [m.label for m in report.missing] == ["user000@acme.example"]
    again = await _export(where, tmp_path, retry_failed=True)
    assert not again.complete
    assert where.calls("StartMailboxExportJob") == 1 + 3 + 1


async def test_a_cancelled_job_is_reported_and_not_started_again(
    emulator: Emulator, tmp_path: Path
) -> None:
    emulator.lifecycle.mailbox_export = AfterTime(600.0)
    where = await sited(emulator, 1)
    running = anyio.Event()

    async def cancel() -> None:
        await running.wait()
        (job,) = await anyio.to_thread.run_sync(where.jobs)
        await where.cancel(job)

    async with where.organization() as organization:
        export = _new(where, organization, tmp_path)
        export.listener = lambda progress: running.set() if progress.running else None
        reports: list[ExportReport] = []
        async with anyio.create_task_group() as group:
            group.start_soon(cancel)
            reports.append(await export.run())
    (report,) = reports
    assert _statuses(report) == {"user000": Status.CANCELLED}
    assert "was cancelled" in _reason(report, "user000")
    assert where.calls("StartMailboxExportJob") == 1


async def test_running_jobs_of_others_take_slots_and_are_not_touched(
    emulator: Emulator, tmp_path: Path
) -> None:
    where = await sited(emulator, 12)
    other = await anyio.to_thread.run_sync(
        lambda: emulator.create_export_resources(
            where.seeded, bucket="elsewhere", role_name="other"
        )
    )
    for number in range(10):
        await _start_elsewhere(where, f"user{number:03}", other)
    report = await _export(where, tmp_path, evolve(QUICK, max_poll=0.05))
    statuses = _statuses(report)
    assert statuses["user010"] is statuses["user011"] is Status.SAFE
    assert statuses["user000"] is Status.PENDING
    assert "exported elsewhere within the last 24 hours" in _reason(report, "user000")
    (deferred,) = (m for m in report.mailboxes if m.label.startswith("user000"))
    assert deferred.not_before is not None
    assert deferred.not_before > emulator.clock.now() + timedelta(hours=23)
    emulator.clock.advance(timedelta(hours=25))
    later = await _export(where, tmp_path)
    assert later.complete


async def test_a_job_found_in_our_bucket_is_taken_over(emulator: Emulator, tmp_path: Path) -> None:
    where = await sited(emulator, 2)
    job_id = await _start_elsewhere(where, "user000")
    report = await _export(where, tmp_path)
    assert report.complete
    assert where.calls("StartMailboxExportJob") == 2
    (file,) = (f for f in report.files if f.job_id == job_id)
    assert (tmp_path / file.path).is_file()


async def test_a_second_process_on_the_same_manifest_is_refused(
    emulator: Emulator, tmp_path: Path
) -> None:
    where = await sited(emulator, 1)
    async with where.organization() as organization:
        first, second = (_new(where, organization, tmp_path) for _ in range(2))
        async with anyio.create_task_group() as group:
            begun = anyio.Event()
            first.listener = lambda _: begun.set()
            group.start_soon(first.run)
            await begun.wait()
            with pytest.raises(ManifestInUseError, match=r"process \d+ on"):
                await second.run()


async def test_a_folder_of_another_export_is_refused(emulator: Emulator, tmp_path: Path) -> None:
    where = await sited(emulator, 1)
    await _export(where, tmp_path)
    target = evolve(where.target, prefix="other")
    with pytest.raises(ManifestError, match="belongs to an export with prefix"):
        await _export(Site(emulator, where.seeded, target), tmp_path)


async def test_without_rights_the_export_stops_and_says_why(
    emulator: Emulator, tmp_path: Path
) -> None:
    where = await sited(emulator, 2)
    target = ExportTarget(
        bucket=where.target.bucket,
        prefix=where.target.prefix,
        role_arn="arn:aws:iam::123456789012:role/missing",
        kms_key_arn=where.target.kms_key_arn,
    )
    report = await _export(Site(emulator, where.seeded, target), tmp_path)
    assert set(_statuses(report).values()) == {Status.FAILED}
    assert "WorkMail refused" in _reason(report, "user000")


async def test_an_organization_that_is_gone_aborts(emulator: Emulator, tmp_path: Path) -> None:
    where = await sited(emulator, 2)
    await _export(where, tmp_path, evolve(QUICK, selection=Selection(include=["user000"])))
    async with where.organization() as organization:
        export = _new(where, organization, tmp_path)
        await where.ask(
            "workmail",
            "delete_organization",
            OrganizationId=where.seeded.id,
            DeleteDirectory=True,
            ForceDelete=True,
        )
        with pytest.raises(ExportAbortedError, match="OrganizationStateException"):
            await export.run()


async def test_a_deadline_ends_the_run_and_the_next_one_goes_on(
    emulator: Emulator, tmp_path: Path
) -> None:
    emulator.lifecycle.mailbox_export = AfterTime(600.0)
    where = await sited(emulator, 3)
    report = await _export(where, tmp_path, evolve(QUICK, deadline=1.5))
    assert not report.complete
    assert set(_statuses(report).values()) <= {Status.PENDING, Status.RUNNING}
    emulator.lifecycle.mailbox_export = AfterTime(0.2)  # of jobs that were not started yet
    emulator.clock.advance(700.0)
    report = await _export(where, tmp_path)
    assert report.complete
    # a start that the deadline cut short was repeated, and was none of another job
    assert len(await anyio.to_thread.run_sync(where.jobs)) == 3


async def test_cancelling_the_task_keeps_what_was_done(emulator: Emulator, tmp_path: Path) -> None:
    emulator.lifecycle.mailbox_export = AfterTime(600.0)
    where = await sited(emulator, 2)
    async with where.organization() as organization:
        export = _new(where, organization, tmp_path)
        with anyio.CancelScope() as scope:
            export.listener = lambda p: scope.cancel() if len(p.running) == 2 else None
            await export.run()
        assert scope.cancelled_caught
    emulator.clock.advance(700.0)
    assert (await _export(where, tmp_path)).complete
    assert where.calls("StartMailboxExportJob") == 2


async def test_progress_is_told(emulator: Emulator, tmp_path: Path) -> None:
    where = await sited(emulator, 2)
    seen: list[ExportProgress] = []
    async with where.organization() as organization:
        export = _new(where, organization, tmp_path)
        export.listener = seen.append
        report = await export.run()
    assert seen[0].share == 0
    assert seen[-1].share == 1
    assert seen[-1].downloaded == report.total_bytes
    assert any(progress.running for progress in seen)
    assert [progress.wanted for progress in seen if progress.counts[Status.SAFE]][-1] == 2


async def test_a_mailbox_without_mail_is_safe_too(emulator: Emulator, tmp_path: Path) -> None:
    where = await sited(emulator, 1, messages=0)
    report = await _export(where, tmp_path)
    assert report.complete
    assert report.total_items == 0


@pytest.mark.parametrize(
    ("label", "entity_id", "name"),
    [
        ("ana@acme.example", "1234-5678-90ab", "ana@acme.example-567890ab.zip"),
        ("Ana@acme.example", "1234-5678-90cd", "Ana@acme.example-567890cd.zip"),
        ("con.rad@acme.example", "12345678", "_con.rad@acme.example-12345678.zip"),
        ("../../etc/passwd", "12345678", "_.._etc_passwd-12345678.zip"),
        ("Z\u00fcrich: room 1", "r-12345678", "Z_rich__room_1-12345678.zip"),
        ("...", "12345678", "mailbox-12345678.zip"),
    ],
)
def test_archives_have_names_that_every_file_system_tells_apart(
    label: str, entity_id: str, name: str
) -> None:
    row = MailboxRow(
        entity_id=entity_id,
        kind="user",
        name=label,
        email=None,
        state="ENABLED",
        status=Status.EXPORTED,
        reason=None,
        attempts=1,
        not_before=None,
    )
    assert file_name(row) == name
