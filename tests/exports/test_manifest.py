"""The manifest remembers, refuses what does not belong to it, and lets one writer in."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from workmail_async.exports import (
    Choice,
    Entity,
    Manifest,
    ManifestError,
    ManifestInUseError,
    ManifestLostError,
    Status,
    read_report,
)
from workmail_async.exports.organization.manifest import token_for
from workmail_async.exports.organization.records import FileRow


def _choice(
    name: str, skipped: str | None = None, *, lapsed: bool = False, state: str = "ENABLED"
) -> Choice:
    entity = Entity(
        entity_id=f"id-{name}",
        kind="user",
        name=name,
        email=f"{name}@acme.example",
        state=state,
    )
    return Choice(entity, skipped, lapsed)


def _file(entity_id: str) -> FileRow:
    return FileRow(
        entity_id=entity_id,
        job_id="job",
        path="mailboxes/x.zip",
        bytes=1,
        sha256="00",
        items=1,
        messages=1,
        calendar=0,
        content_bytes=1,
        notes="",
        verified=0.0,
    )


def test_it_remembers_over_openings(tmp_path: Path) -> None:
    path = tmp_path / "new" / "manifest.sqlite"
    with Manifest(path) as manifest:
        manifest.bind({"organization": "m-1"})
        manifest.record_choices([_choice("ana"), _choice("bo", "excluded")])
        run = manifest.run
        (ana,) = manifest.mailboxes(Status.PENDING)
        job = manifest.plan("m-1", ana, "exports/ana", 1.0)
        manifest.record_start(job.token, "job-1")
    with Manifest(path) as manifest:
        assert manifest.run == run
        assert [row.label for row in manifest.mailboxes()] == [
            "ana@acme.example",
            "bo@acme.example",
        ]
        (running,) = manifest.running_jobs()
        assert (running.job_id, running.attempt, running.prefix) == ("job-1", 1, "exports/ana")
        (ana,) = manifest.mailboxes(Status.RUNNING)
        assert ana.attempts == 1


def test_the_same_attempt_is_planned_with_the_same_token(tmp_path: Path) -> None:
    with Manifest(tmp_path / "m") as manifest:
        manifest.bind({"organization": "m-1"})
        manifest.record_choices([_choice("ana")])
        (ana,) = manifest.mailboxes()
        first = manifest.plan("m-1", ana, "p", 1.0)
        assert manifest.plan("m-1", ana, "p", 2.0) == first
        assert first.state == "PLANNED"
    assert token_for("m-1", "id-ana", "run", 1) != token_for("m-1", "id-ana", "run", 2)


def test_choosing_again_keeps_what_was_done(tmp_path: Path) -> None:
    with Manifest(tmp_path / "m") as manifest:
        manifest.record_choices([_choice("ana"), _choice("bo"), _choice("cy", "excluded")])
        manifest.record_file(_file("id-ana"))
        manifest.put_status("id-bo", Status.PENDING, "later", not_before=9.0)
        manifest.record_choices([_choice("ana", "excluded"), _choice("bo"), _choice("cy")])
        found = {row.name: (row.status, row.reason) for row in manifest.mailboxes()}
    assert found == {
        "ana": (Status.SAFE, None),
        "bo": (Status.PENDING, "later"),
        "cy": (Status.PENDING, None),
    }


def test_retrying_makes_what_was_given_up_pending(tmp_path: Path) -> None:
    with Manifest(tmp_path / "m") as manifest:
        manifest.record_choices([_choice("ana"), _choice("bo"), _choice("cy")])
        manifest.put_status("id-ana", Status.FAILED, "broken")
        manifest.put_status("id-bo", Status.CANCELLED, "stopped")
        assert manifest.retry_failed() == 2
        assert {row.status for row in manifest.mailboxes()} == {Status.PENDING}


def test_it_belongs_to_one_export(tmp_path: Path) -> None:
    with Manifest(tmp_path / "m") as manifest:
        manifest.bind({"organization": "m-1", "bucket": "acme"})
        manifest.record_choices([_choice("ana")])
        manifest.plan("m-1", manifest.mailboxes()[0], "p", 1.0)
        manifest.bind({"organization": "m-1", "bucket": "acme"})
        with pytest.raises(ManifestError, match="with bucket acme, not other"):
            manifest.bind({"organization": "m-1", "bucket": "other"})


def test_reading_needs_no_lock_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "m"
    with Manifest(path) as writer:
        writer.record_choices([_choice("ana")])
        with Manifest(path, read_only=True) as reader:
            assert len(reader.mailboxes()) == 1
            with pytest.raises(ManifestLostError, match="cannot be written"):
                reader.put_status("id-ana", Status.SAFE)


def test_a_second_writer_is_refused_until_the_first_one_ends(tmp_path: Path) -> None:
    path = tmp_path / "m"
    program = (
        "import sys, pathlib\n"
        "from workmail_async.exports import Manifest\n"
        "manifest = Manifest(pathlib.Path(sys.argv[1])); manifest.bind({})\n"
        "print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(ManifestInUseError, match=f"process {other.pid} on"):
            Manifest(path)
        other.kill()
    Manifest(path).close()


def test_what_is_no_manifest_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.write_text("something else entirely, and long enough to be looked at" * 20)
    with pytest.raises(ManifestError, match="not a manifest"):
        Manifest(path)
    with pytest.raises(ManifestError, match="no such manifest"):
        Manifest(tmp_path / "none", read_only=True)


def test_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m"
    Manifest(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(ManifestError, match="its version is 99"):
        Manifest(path)
    with pytest.raises(ManifestError, match="its version is 99"):
        Manifest(path)


def test_who_was_asked_for_and_is_deleted_since_is_missing_and_not_skipped(tmp_path: Path) -> None:
    with Manifest(tmp_path / "m") as manifest:
        manifest.record_choices([_choice(name) for name in ("ana", "bo", "cy", "di")])
        manifest.put_status("id-cy", Status.FAILED, "broken")
        manifest.record_choices(
            [
                _choice("ana", "deleted", lapsed=True, state="DELETED"),
                _choice("bo", "disabled", lapsed=True, state="DISABLED"),
                _choice("cy", "excluded"),
                _choice("di", "not included"),
                _choice("ed", "deleted", lapsed=True, state="DELETED"),
            ]
        )
        found = {row.name: (row.status, row.reason) for row in manifest.mailboxes()}
    assert found == {
        "ana": (Status.FAILED, "deleted in WorkMail before its export was safe"),
        "bo": (Status.PENDING, None),
        "cy": (Status.SKIPPED, "excluded"),
        "di": (Status.SKIPPED, "not included"),
        "ed": (Status.SKIPPED, "deleted"),
    }


def test_a_slip_can_be_mended_until_the_first_job(tmp_path: Path) -> None:
    with Manifest(tmp_path / "m") as manifest:
        manifest.bind({"organization": "m-1", "bucket": "slip"})
        run = manifest.run
        manifest.record_choices([_choice("ana")])
        job = manifest.plan("m-1", manifest.mailboxes()[0], "p", 1.0)
        manifest.withdraw(job.token)  # WorkMail knows no such bucket
        manifest.bind({"organization": "m-1", "bucket": "acme"})
        assert manifest.setting("bucket") == "acme"
        assert len(manifest.mailboxes()) == 1
        manifest.bind({"organization": "m-2", "bucket": "acme"})
        assert manifest.mailboxes() == []
        assert manifest.run == run


def test_a_started_job_is_not_withdrawn(tmp_path: Path) -> None:
    with Manifest(tmp_path / "m") as manifest:
        manifest.record_choices([_choice("ana")])
        job = manifest.plan("m-1", manifest.mailboxes()[0], "p", 1.0)
        manifest.record_start(job.token, "job-1")
        manifest.withdraw(job.token)
        assert [job.job_id for job in manifest.jobs()] == ["job-1"]


def test_nothing_is_complete_before_somebody_was_chosen(tmp_path: Path) -> None:
    with Manifest(tmp_path / "m") as manifest:
        assert not read_report(manifest).complete
        manifest.record_choices([])
        assert read_report(manifest).complete


@pytest.mark.skipif(os.name != "posix", reason="elsewhere an open file cannot be removed")
@pytest.mark.parametrize("replaced", [False, True])
def test_nothing_is_written_to_a_manifest_that_was_removed(tmp_path: Path, replaced: bool) -> None:
    path = tmp_path / "m"
    with Manifest(path) as manifest:
        path.rename(tmp_path / "elsewhere")
        if replaced:
            path.write_bytes(b"")
        with pytest.raises(ManifestLostError, match="removed or replaced while the export ran"):
            manifest.record_choices([_choice("ana")])


def test_a_full_disk_is_told_and_what_stands_in_the_manifest_stays(tmp_path: Path) -> None:
    many = [_choice(f"user{number}") for number in range(2000)]
    with Manifest(tmp_path / "m") as manifest:
        manifest.record_choices([_choice("ana")])
        manifest._db.execute("PRAGMA max_page_count = 20")
        for _ in range(2):
            with pytest.raises(
                ManifestLostError, match=r"cannot be written \(database or disk is full"
            ):
                manifest.record_choices(many)
        assert [row.name for row in manifest.mailboxes()] == ["ana"]
        manifest._db.execute("PRAGMA max_page_count = 100000")
        manifest.record_choices(many)
        assert len(manifest.mailboxes()) == 2001


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ManifestError, match="its folder cannot be written"):
        Manifest(tmp_path / "file" / "m")


def test_a_lock_that_cannot_be_made_is_no_other_process(tmp_path: Path) -> None:
    (tmp_path / "m.lock").mkdir()
    with pytest.raises(ManifestError, match="its folder cannot be written") as raised:
        Manifest(tmp_path / "m")
    assert not isinstance(raised.value, ManifestInUseError)


def test_a_lock_file_that_is_none_is_no_other_process(tmp_path: Path) -> None:
    (tmp_path / "m.lock").write_text("something else entirely, and long enough" * 20)
    with pytest.raises(ManifestError, match="its folder cannot be written") as raised:
        Manifest(tmp_path / "m")
    assert not isinstance(raised.value, ManifestInUseError)


@pytest.mark.parametrize("made", [False, True])
def test_a_manifest_that_is_just_being_made_is_in_use(tmp_path: Path, made: bool) -> None:
    path = tmp_path / "m"
    Manifest(path).close()  # leaves the lock's file
    path.unlink()
    if made:
        path.write_bytes(b"")
    with closing(sqlite3.connect(f"{path}.lock", isolation_level=None)) as guard:
        guard.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ManifestInUseError, match="another process exports"):
            Manifest(path)


def test_a_manifest_without_records_says_so(tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.write_bytes(b"")
    with pytest.raises(ManifestError, match="nothing is recorded in it yet"):
        Manifest(path, read_only=True)


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    with pytest.raises(ManifestError, match="cannot be opened"):
        Manifest(tmp_path / "m")
