"""The manifest remembers, refuses what does not belong to it, and lets one writer in."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from workmail_async.exports import (
    Choice,
    Entity,
    Manifest,
    ManifestError,
    ManifestInUseError,
    Status,
)
from workmail_async.exports.manifest import token_for
from workmail_async.exports.rows import FileRow


def _choice(name: str, skipped: str | None = None) -> Choice:
    entity = Entity(
        entity_id=f"id-{name}",
        kind="user",
        name=name,
        email=f"{name}@acme.example",
        state="ENABLED",
    )
    return Choice(entity, skipped)


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
        manifest.bind({"organization": "m-1", "bucket": "acme"})
        with pytest.raises(ManifestError, match="with bucket acme, not other"):
            manifest.bind({"organization": "m-1", "bucket": "other"})


def test_reading_needs_no_lock_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "m"
    with Manifest(path) as writer:
        writer.record_choices([_choice("ana")])
        with Manifest(path, read_only=True) as reader:
            assert len(reader.mailboxes()) == 1
            with pytest.raises(sqlite3.OperationalError):
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
