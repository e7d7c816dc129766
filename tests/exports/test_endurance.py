"""What goes wrong in the middle of an export ends in a clear word, and the next run goes on."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from attrs import evolve
from blockbuster import BlockBuster

from tests.exports.conftest import QUICK, Site, sited
from workmail_async.archives import ArchiveCheck, OnProgress, check_archive
from workmail_async.emulator import (
    ActiveFault,
    AfterTime,
    DroppedConnection,
    Emulator,
    ErrorAnswer,
    ExpiredCredentials,
    Fault,
    Lifecycle,
    Quotas,
    Throttling,
)
from workmail_async.exports import (
    ExportAbortedError,
    ExportError,
    ExportOptions,
    ExportProgress,
    ExportReport,
    MailboxRow,
    Manifest,
    ManifestLostError,
    OrganizationExport,
    Selection,
    Status,
    choose_mailboxes,
    export_policies,
)
from workmail_async.exports.organization import downloader
from workmail_async.exports.organization.job_watch import JobWatch, Listing, Sight

pytestmark = pytest.mark.anyio


async def _export(
    where: Site,
    folder: Path,
    options: ExportOptions = QUICK,
    *,
    listener: Callable[[ExportProgress], None] | None = None,
    **arguments: Any,
) -> ExportReport:
    async with where.organization() as organization:
        export = OrganizationExport(
            organization,
            where.target,
            folder,
            options=options,
            listener=listener,
            now=where.emulator.clock.now,
        )
        return await export.run(**arguments)


def _mailboxes(report: ExportReport) -> dict[str, tuple[Status, str]]:
    return {m.label.partition("@")[0]: (m.status, m.reason or "") for m in report.mailboxes}


def _starts(where: Site) -> int:
    return where.calls("StartMailboxExportJob")


async def _objects(where: Site, ending: str = ".zip") -> list[str]:
    listed = await where.ask("s3", "list_objects_v2", Bucket=where.target.bucket)
    return [each["Key"] for each in listed.get("Contents", ()) if each["Key"].endswith(ending)]


def _rows(folder: Path) -> list[MailboxRow]:
    with Manifest.read(folder) as manifest:
        return manifest.mailboxes()


async def _leave_running(where: Site, folder: Path) -> None:
    """Start all jobs, and end before any of them has."""
    where.emulator.lifecycle.mailbox_export = AfterTime(600.0)
    everybody = len(where.seeded.users)
    with anyio.CancelScope() as scope:

        def leave(progress: ExportProgress) -> None:
            if len(progress.running) == everybody:
                scope.cancel()

        await _export(where, folder, listener=leave)
    assert scope.cancelled_caught


@pytest.fixture(autouse=True)
def no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw no jitter, so that neither botocore's retries nor ours take time."""
    monkeypatch.setattr("random.random", lambda: 0.0)
    monkeypatch.setattr("random.uniform", lambda low, _: low)


async def _add(emulator: Emulator, make: Callable[[], Fault]) -> ActiveFault:
    """Put a fault in force; making one reads service models."""
    return await anyio.to_thread.run_sync(lambda: emulator.faults.add(make()))


def _unknown_job(times: int) -> Fault:
    return ErrorAnswer("EntityNotFoundException", operation="DescribeMailboxExportJob", times=times)


def _limit() -> Fault:
    return ErrorAnswer("LimitExceededException", operation="StartMailboxExportJob")


def _lost_answer() -> Fault:
    return DroppedConnection(after_work=True, operation="StartMailboxExportJob")


@pytest.fixture
def at_once(blockbuster: BlockBuster) -> Callable[[Callable[[], object]], None]:
    """Do something to files in the middle of a run, in which nothing else may block."""

    def do(act: Callable[[], object]) -> None:
        blockbuster.deactivate()
        try:
            act()
        finally:
            blockbuster.activate()

    return do


# --- jobs ---


async def test_jobs_older_than_the_list_are_not_lost_sight_of(
    emulator: Emulator, tmp_path: Path
) -> None:
    where = await sited(emulator, 4)
    await _leave_running(where, tmp_path)
    emulator.clock.advance(8 * 24 * 3600.0)
    assert await anyio.to_thread.run_sync(where.jobs) == []
    report = await _export(where, tmp_path)
    assert report.complete
    assert _starts(where) == 4


async def test_a_job_that_workmail_forgot_is_started_anew(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = await sited(emulator, 1)
    await _leave_running(where, tmp_path)
    emulator.clock.advance(25 * 3600.0)
    fault = await _add(emulator, lambda: _unknown_job(times=3))
    messages: list[str] = []

    def listen(progress: ExportProgress) -> None:
        messages.append(progress.message)
        if fault.fired == 2:  # twice in two minutes it is not believed
            emulator.clock.advance(120.0)
            emulator.lifecycle.mailbox_export = AfterTime(0.0)

    monkeypatch.setattr("workmail_async.exports.organization.state._TICK", 0.01)
    report = await _export(where, tmp_path, listener=listen)
    assert report.complete
    assert any("WorkMail no longer knows its job" in message for message in messages)
    assert _starts(where) == 2


async def test_a_job_that_workmail_does_not_know_yet_is_waited_for(
    emulator: Emulator, tmp_path: Path
) -> None:
    where = await sited(emulator, 1)
    fault = await _add(emulator, lambda: _unknown_job(times=2))
    assert (await _export(where, tmp_path)).complete
    assert fault.fired == 2
    assert _starts(where) == 1


async def test_a_list_that_is_ahead_of_the_description_is_not_believed_alone(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = await sited(emulator, 3)
    describe, behind = JobWatch.describe, []

    async def describe_late(self: JobWatch, job_id: str) -> Sight:
        if job_id not in behind:
            behind.append(job_id)
            return evolve(await describe(self, job_id), state="RUNNING")
        return await describe(self, job_id)

    monkeypatch.setattr(JobWatch, "describe", describe_late)
    assert (await _export(where, tmp_path)).complete
    assert len(behind) == _starts(where) == 3


async def test_an_organization_that_may_run_fewer_jobs_is_exported_all_the_same(
    tmp_path: Path,
) -> None:
    pace = Lifecycle(mailbox_export=AfterTime(0.05))
    async with Emulator(lifecycle=pace, quotas=Quotas(concurrent_exports=2)) as emulator:
        where = await sited(emulator, 8)
        report = await _export(where, tmp_path)
        assert report.complete
        assert len(await anyio.to_thread.run_sync(where.jobs)) == 8


async def test_a_limit_that_nothing_explains_defers_a_mailbox_and_fails_nothing(
    emulator: Emulator, tmp_path: Path
) -> None:
    where = await sited(emulator, 1)
    with await _add(emulator, _limit):
        report = await _export(where, tmp_path)
    ((status, reason),) = _mailboxes(report).values()
    assert status is Status.PENDING
    assert "once in 24 hours; possible again from" in reason
    emulator.clock.advance(25 * 3600.0)
    assert (await _export(where, tmp_path)).complete


async def test_a_start_whose_answer_was_lost_is_found_though_the_role_has_changed(
    emulator: Emulator, tmp_path: Path
) -> None:
    where = await sited(emulator, 1)
    with (
        await _add(emulator, _lost_answer),
        pytest.raises(ExportAbortedError, match="gave no answer"),
    ):
        await _export(where, tmp_path, evolve(QUICK, patience=0.0))
    target = evolve(where.target, role_arn="arn:aws:iam::123456789012:role/other")
    policies = export_policies(
        target,
        organization_id=where.seeded.id,
        region=emulator.region,
        account_id=emulator.account_id,
    )
    trust, rights = json.dumps(policies.trust), json.dumps(policies.role)
    await where.ask("iam", "create_role", RoleName="other", AssumeRolePolicyDocument=trust)
    await where.ask(
        "iam", "put_role_policy", RoleName="other", PolicyName="x", PolicyDocument=rights
    )
    report = await _export(evolve(where, target=target), tmp_path)
    assert report.complete
    assert len(await anyio.to_thread.run_sync(where.jobs)) == 1


async def test_downloading_alone_brings_what_has_completed_and_starts_nothing(
    emulator: Emulator, tmp_path: Path
) -> None:
    where = await sited(emulator, 2)
    await _leave_running(where, tmp_path)
    async with where.organization() as organization:
        export = OrganizationExport(
            organization, where.target, tmp_path, options=QUICK, now=emulator.clock.now
        )
        report = await export.download()
        assert {m.status for m in report.mailboxes} == {Status.RUNNING}
        emulator.clock.advance(700.0)
        assert (await export.download()).complete
    assert _starts(where) == 2


async def test_another_mailboxes_job_under_the_same_name_is_not_taken_over(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = await sited(emulator, 1)
    await where.ask(
        "workmail",
        "start_mailbox_export_job",
        OrganizationId=where.seeded.id,
        EntityId=where.seeded.users["user000"],
        RoleArn=where.target.role_arn,
        KmsKeyArn=where.target.kms_key_arn,
        S3BucketName=where.target.bucket,
        S3Prefix=f"{where.target.prefix}/elsewhere",
        ClientToken="elsewhere",
    )
    whole = JobWatch.list

    async def with_addresses(self: JobWatch, **how: Any) -> Listing:
        listing = await whole(self, **how)
        jobs = {
            job_id: evolve(job, entity_id="user000@acme.example")
            for job_id, job in listing.jobs.items()
        }
        return evolve(listing, jobs=jobs)

    monkeypatch.setattr(JobWatch, "list", with_addresses)
    report = await _export(where, tmp_path)
    (status, reason) = _mailboxes(report)["user000"]
    assert status is Status.PENDING
    assert "once in 24 hours" in reason


@pytest.mark.parametrize(("times", "status"), [(2, Status.SAFE), (3, Status.FAILED)])
async def test_a_mailbox_that_is_not_ready_is_tried_again_a_few_times(
    emulator: Emulator, tmp_path: Path, times: int, status: Status
) -> None:
    where = await sited(emulator, 1)
    await _add(
        emulator,
        lambda: ErrorAnswer("EntityStateException", operation="StartMailboxExportJob", times=times),
    )
    report = await _export(where, tmp_path)
    assert [m.status for m in report.mailboxes] == [status]
    assert ("EntityStateException" in _mailboxes(report)["user000"][1]) is (times == 3)


async def test_a_mailbox_that_workmail_does_not_know_is_given_up(
    emulator: Emulator, tmp_path: Path
) -> None:
    where = await sited(emulator, 1)
    await _add(
        emulator,
        lambda: ErrorAnswer("EntityNotFoundException", operation="StartMailboxExportJob"),
    )
    report = await _export(where, tmp_path)
    assert _mailboxes(report)["user000"] == (
        Status.FAILED,
        "WorkMail no longer knows this mailbox",
    )


# --- mailboxes ---


async def test_a_mailbox_that_is_deleted_before_its_export_is_missing(
    emulator: Emulator, tmp_path: Path
) -> None:
    where = await sited(emulator, 2)
    with await _add(emulator, _limit):
        await _export(where, tmp_path)
    gone = {"OrganizationId": where.seeded.id, "UserId": where.seeded.users["user001"]}
    await where.ask(
        "workmail",
        "deregister_from_work_mail",
        OrganizationId=where.seeded.id,
        EntityId=gone["UserId"],
    )
    await where.ask("workmail", "delete_user", **gone)
    emulator.clock.advance(25 * 3600.0)
    report = await _export(where, tmp_path)
    assert not report.complete
    assert [m.label for m in report.missing] == ["user001@acme.example"]
    assert report.missing[0].status is Status.FAILED


async def test_one_who_comes_back_under_the_same_name_is_somebody_else(
    emulator: Emulator, tmp_path: Path
) -> None:
    where = await sited(emulator, 1)
    await _export(where, tmp_path)
    organization, user = where.seeded.id, where.seeded.users["user000"]
    ask = where.ask
    await ask("workmail", "deregister_from_work_mail", OrganizationId=organization, EntityId=user)
    await ask("workmail", "delete_user", OrganizationId=organization, UserId=user)
    made = await ask(
        "workmail",
        "create_user",
        OrganizationId=organization,
        Name="user000",
        DisplayName="Again",
        Password="correct horse battery 1",
    )
    await ask(
        "workmail",
        "register_to_work_mail",
        OrganizationId=organization,
        EntityId=made["UserId"],
        Email="user000@acme.example",
    )
    report = await _export(where, tmp_path)
    assert {file.entity_id for file in report.files} == {user, made["UserId"]}
    assert len({file.path.casefold() for file in report.files}) == 2
    assert _starts(where) == 2


async def test_a_mailbox_with_a_new_address_is_the_same_mailbox(
    emulator: Emulator, tmp_path: Path
) -> None:
    where = await sited(emulator, 1)
    await _leave_running(where, tmp_path)
    await where.ask(
        "workmail",
        "update_primary_email_address",
        OrganizationId=where.seeded.id,
        EntityId=where.seeded.users["user000"],
        Email="ana@acme.example",
    )
    emulator.clock.advance(700.0)
    report = await _export(where, tmp_path)
    assert report.complete
    assert [m.label for m in report.mailboxes] == ["ana@acme.example"]
    assert _starts(where) == 1


async def test_a_pattern_may_match_somebody_who_is_gone_since(
    emulator: Emulator, tmp_path: Path
) -> None:
    where = await sited(emulator, 1)
    await _export(where, tmp_path)
    rows = await anyio.to_thread.run_sync(_rows, tmp_path)
    known = [evolve(row, name="leaver", email=None) for row in rows]
    async with where.organization() as organization:
        with pytest.raises(ExportError, match="'leaver' matches no"):
            await choose_mailboxes(organization, Selection(exclude=["leaver"]))
        assert await choose_mailboxes(organization, Selection(exclude=["leaver"]), known=known)


# --- AWS ---


async def test_credentials_that_expire_stop_it_and_lose_nothing(
    emulator: Emulator, tmp_path: Path
) -> None:
    where = await sited(emulator, 4)
    expired = await _add(emulator, lambda: ExpiredCredentials(skip=6))
    with pytest.raises(ExportAbortedError, match="does not take the credentials: ExpiredToken"):
        await _export(where, tmp_path)
    expired.remove()
    report = await _export(where, tmp_path)
    assert report.complete
    assert len(await anyio.to_thread.run_sync(where.jobs)) == 4


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AccessDeniedException", "you lack a right"),
        ("RequestExpired", "this computer's clock is wrong"),
        ("UnsupportedOperationException", "no mailbox can be exported"),
    ],
)
async def test_what_stops_everything_is_told_in_words(
    emulator: Emulator, tmp_path: Path, code: str, words: str
) -> None:
    where = await sited(emulator, 1)
    await _add(emulator, lambda: ErrorAnswer(code, operation="ListUsers"))
    with pytest.raises(ExportAbortedError, match=words):
        await _export(where, tmp_path)


async def test_a_slip_in_the_organizations_id_needs_no_new_folder(
    emulator: Emulator, tmp_path: Path
) -> None:
    where = await sited(emulator, 1)
    slip = evolve(where, seeded=evolve(where.seeded, id=f"m-{'0' * 32}"))
    with pytest.raises(ExportAbortedError, match="OrganizationNotFoundException"):
        await _export(slip, tmp_path)
    assert (await _export(where, tmp_path)).complete


async def test_what_lies_in_s3_is_brought_home_when_workmail_is_no_more(
    emulator: Emulator, tmp_path: Path
) -> None:
    where = await sited(emulator, 2)
    with await _add(emulator, lambda: ErrorAnswer("AccessDenied", operation="GetObject")):
        report = await _export(where, tmp_path)
    assert {status for status, _ in _mailboxes(report).values()} == {Status.EXPORTED}
    assert "kms:Decrypt with its key" in _mailboxes(report)["user000"][1]
    await _add(emulator, lambda: ErrorAnswer("UnsupportedOperationException", service="workmail"))
    with pytest.raises(ExportAbortedError, match="no mailbox can be exported"):
        await _export(where, tmp_path)
    rows = await anyio.to_thread.run_sync(_rows, tmp_path)
    assert {row.status for row in rows} == {Status.SAFE}


async def test_an_export_that_is_missing_in_s3_is_made_anew_when_asked_for(
    emulator: Emulator, tmp_path: Path
) -> None:
    where = await sited(emulator, 1)
    first = await _export(where, tmp_path)
    await anyio.Path(tmp_path / first.files[0].path).unlink()
    (key,) = await _objects(where)
    await where.ask("s3", "delete_object", Bucket=where.target.bucket, Key=key)
    report = await _export(where, tmp_path)
    (status, reason) = _mailboxes(report)["user000"]
    assert status is Status.EXPORTED
    assert f"there is no s3://{where.target.bucket}/{key} (retry_failed" in reason
    report = await _export(where, tmp_path, retry_failed=True)
    (status, reason) = _mailboxes(report)["user000"]
    assert status is Status.PENDING
    assert _starts(where) == 1 or "possible again from" in reason
    emulator.clock.advance(25 * 3600.0)
    report = await _export(where, tmp_path)
    assert report.complete
    assert report.files[0].job_id != first.files[0].job_id


async def test_a_bad_file_is_never_kept_and_its_losses_are_named(
    emulator: Emulator, tmp_path: Path
) -> None:
    where = await sited(emulator, 1, messages=5)
    first = await _export(where, tmp_path)
    path = tmp_path / first.files[0].path
    content = bytearray(await anyio.Path(path).read_bytes())
    content[200] ^= 0xFF  # within the first entry's content
    await anyio.Path(path).unlink()
    (key,) = await _objects(where)
    await where.ask("s3", "put_object", Bucket=where.target.bucket, Key=key, Body=bytes(content))
    report = await _export(where, tmp_path)
    (status, reason) = _mailboxes(report)["user000"]
    assert status is Status.EXPORTED
    assert "the file was bad 3 times" in reason
    assert [each.name async for each in anyio.Path(path.parent).iterdir()] == []


# --- this computer ---


@pytest.mark.parametrize("error", [RuntimeError("odd"), PermissionError(13, "Permission denied")])
async def test_a_defect_in_one_download_loses_no_other_mailbox(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    where = await sited(emulator, 3)

    def check_or_fail(path: Path, *, on_progress: OnProgress) -> ArchiveCheck:
        if path.name.startswith("user001"):
            raise error
        return check_archive(path, on_progress=on_progress)

    with monkeypatch.context() as patch:
        patch.setattr(downloader, "check_archive", check_or_fail)
        report = await _export(where, tmp_path)
    found = _mailboxes(report)
    assert [found[name][0] for name in sorted(found)] == [
        Status.SAFE,
        Status.EXPORTED,
        Status.SAFE,
    ]
    assert str(error) in found["user001"][1]
    assert (await _export(where, tmp_path)).complete
    assert _starts(where) == 3


async def test_a_manifest_that_fails_is_one_clear_error(
    emulator: Emulator, tmp_path: Path, at_once: Callable[[Callable[[], object]], None]
) -> None:
    where = await sited(emulator, 2)

    def drop() -> None:
        with closing(sqlite3.connect(tmp_path / "manifest.sqlite")) as db:
            db.execute("DROP TABLE IF EXISTS file")

    def break_it(progress: ExportProgress) -> None:
        if progress.running:
            at_once(drop)

    with pytest.raises(ManifestLostError, match=r"cannot be written \(no such table: file\)"):
        await _export(where, tmp_path, listener=break_it)


@pytest.mark.parametrize("moment", ["listed", "started", "safe", ""])
async def test_an_error_of_a_listener_comes_as_it_is(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    monkeypatch.setattr("workmail_async.exports.organization.state._TICK", 0.0)
    where = await sited(emulator, 1)

    def fail(progress: ExportProgress) -> None:
        if moment in progress.message:
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await _export(where, tmp_path, listener=fail)
    assert (await _export(where, tmp_path)).complete
    assert _starts(where) == 1


async def test_a_folder_that_is_deleted_in_the_middle_is_told(
    emulator: Emulator, tmp_path: Path, at_once: Callable[[Callable[[], object]], None]
) -> None:
    where, folder = await sited(emulator, 2), tmp_path / "out"

    def delete(progress: ExportProgress) -> None:
        if progress.running:
            at_once(lambda: shutil.rmtree(folder, ignore_errors=True))

    with pytest.raises(ManifestLostError, match="removed or replaced while the export ran"):
        await _export(where, folder, listener=delete)
    assert (await _export(where, folder)).complete
    assert len(await anyio.to_thread.run_sync(where.jobs)) == 2


async def test_archives_that_are_deleted_in_the_middle_are_not_called_safe(
    emulator: Emulator, tmp_path: Path, at_once: Callable[[Callable[[], object]], None]
) -> None:
    where = await sited(emulator, 1)

    def delete(progress: ExportProgress) -> None:
        if progress.counts[Status.SAFE]:
            at_once(lambda: shutil.rmtree(tmp_path / "mailboxes", ignore_errors=True))

    report = await _export(where, tmp_path, listener=delete)
    assert _mailboxes(report)["user000"] == (Status.EXPORTED, "its file is gone from disk")
    assert (await _export(where, tmp_path)).complete


async def test_verifying_can_be_cancelled_and_is_not_downloaded_for_again(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = await sited(emulator, 1)
    begun = anyio.Event()

    def check_long(path: Path, *, on_progress: OnProgress) -> ArchiveCheck:
        anyio.from_thread.run_sync(begun.set)
        for done in range(2000):
            on_progress(done, 2000)
            time.sleep(0.005)
        raise AssertionError("it was not cancelled")

    with monkeypatch.context() as patch:
        patch.setattr(downloader, "check_archive", check_long)
        async with anyio.create_task_group() as group:
            group.start_soon(_export, where, tmp_path)
            await begun.wait()
            group.cancel_scope.cancel()
    left = [path.suffix async for path in anyio.Path(tmp_path / "mailboxes").iterdir()]
    assert left == [".part"]
    with await _add(emulator, lambda: ErrorAnswer("AccessDenied", operation="GetObject")):
        report = await _export(where, tmp_path)
    assert report.complete


async def test_a_deadline_before_anybody_is_chosen_completes_nothing(
    emulator: Emulator, tmp_path: Path
) -> None:
    where = await sited(emulator, 1)
    report = await _export(where, tmp_path, evolve(QUICK, deadline=0.0))
    assert report.mailboxes == ()
    assert not report.complete


async def test_progress_begins_at_nothing_while_workmail_does_not_answer(
    emulator: Emulator, tmp_path: Path
) -> None:
    where = await sited(emulator, 1)
    await _add(emulator, lambda: Throttling(operation="ListUsers", times=12))
    seen: list[ExportProgress] = []
    report = await _export(where, tmp_path, listener=seen.append)
    assert report.complete
    assert any(progress.message.startswith("waiting") for progress in seen)
    assert seen[0].share == 0
    assert seen[-1].share_before == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"slots": 0}, "slots has to be at least 1, not 0"),
        ({"downloads": 0}, "downloads has to be at least 1"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ExportError, match=words):
        ExportOptions(**options)
