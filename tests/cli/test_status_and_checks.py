"""`status`, `preflight` and `policies` change nothing, and `download` starts no job."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, Events, World
from workmail_async.emulator import AfterTime
from workmail_async.exports import (
    ExportTarget,
    Manifest,
    PreflightFinding,
    PreflightReport,
    Status,
    Verdict,
    export_policies,
)
from workmail_async.exports.organization.manifest import MANIFEST_NAME

HOUR = 3600


@pytest.fixture
def half_done(world: World, cli: Cli, deadline: str) -> Path:
    """A folder whose jobs are still running."""
    world.emulator.lifecycle.mailbox_export = AfterTime(HOUR)
    quick = ("--poll", "0.01", "--deadline", deadline, "--skip-preflight")
    assert cli("export", "--folder", "acme", *world.target, *quick).exit_code == 1
    return Path("acme")


class TestStatus:
    def test_a_complete_export(self, cli: Cli, exported: Path) -> None:
        done = cli("status", "--folder", exported)
        assert done.exit_code == 0
        assert "3 of 3 mailboxes are safe on disk" in done.stdout

    def test_a_running_export(self, cli: Cli, half_done: Path) -> None:
        done = cli("status", "--folder", half_done)
        assert done.exit_code == 1
        assert "%, job " in done.stdout
        assert "0 of 3 mailboxes are safe on disk" in done.stdout

    def test_while_another_process_exports(self, cli: Cli, exported: Path) -> None:
        with Manifest(exported / MANIFEST_NAME):
            assert cli("status", "--folder", exported).exit_code == 0

    def test_it_calls_no_service(self, world: World, cli: Cli, exported: Path) -> None:
        before = len(world.emulator.requests)
        cli("status", "--folder", exported)
        assert len(world.emulator.requests) == before

    def test_before_the_mailboxes_are_known(self, cli: Cli) -> None:
        with Manifest(Path("acme") / MANIFEST_NAME):
            done = cli("status", "--folder", "acme")
        assert done.exit_code == 1
        assert "The organization's mailboxes are not known yet." in done.stdout

    def test_a_folder_without_an_export(self, cli: Cli) -> None:
        done = cli("status", "--folder", "nowhere")
        assert done.exit_code == 2
        assert "start an export first" in done.stderr
        assert not Path("nowhere").exists()

    @pytest.mark.parametrize("option", ["--region", "--profile", "--endpoint-url", "--backend"])
    @pytest.mark.parametrize("command", ["status", "convert"])
    def test_it_has_no_options_about_aws(self, cli: Cli, command: str, option: str) -> None:
        assert f"No such option '{option}'" in cli(command, option, "asyncio").stderr

    def test_as_json(self, cli: Cli, half_done: Path) -> None:
        report = Events.of(cli("status", "--folder", half_done, "--json").stdout).report
        assert report["complete"] is False
        assert report["counts"]["running"] == 3

    def test_a_long_table_is_cut_unless_all_rows_are_asked_for(
        self, cli: Cli, exported: Path
    ) -> None:
        with Manifest(exported / MANIFEST_NAME) as manifest, manifest._writing() as db:
            db.executemany(
                "INSERT INTO mailbox (entity_id, kind, name, state, status, reason)"
                " VALUES (?, 'user', ?, 'DISABLED', 'skipped', 'left out')",
                [(f"entity-{n}", f"crowd{n}") for n in range(100)],
            )
        short = cli("status", "--folder", exported).stdout
        assert short.count("crowd") < 100
        assert "more; `workmail-async status --all` shows them." in short
        assert cli("status", "--folder", exported, "--all").stdout.count("crowd") == 100


class TestDownload:
    def test_a_removed_archive_is_restored(self, world: World, cli: Cli, exported: Path) -> None:
        (lost,) = (exported / "mailboxes").glob("ana@*")
        content = lost.read_bytes()
        lost.unlink()
        done = cli("download", "--folder", exported)
        assert done.exit_code == 0
        assert lost.read_bytes() == content
        assert len(world.started) == 3

    def test_an_archive_that_is_missing_in_s3_too_can_be_exported_again(
        self, world: World, cli: Cli, exported: Path
    ) -> None:
        s3, bucket = world.emulator.client("s3"), world.resources.bucket
        for found in s3.list_objects_v2(Bucket=bucket)["Contents"]:
            s3.delete_object(Bucket=bucket, Key=found["Key"])
        (lost,) = (exported / "mailboxes").glob("ana@*")
        lost.unlink()
        done = cli("download", "--folder", exported)
        assert done.exit_code == 1
        assert "not downloaded: there is no s3://" in " ".join(done.stdout.split())
        assert "Add --retry-failed to export mailboxes again" in done.stdout

    def test_jobs_that_finished_meanwhile(self, world: World, cli: Cli, half_done: Path) -> None:
        early = cli("download", "--folder", half_done)
        assert early.exit_code == 1
        world.emulator.clock.advance(HOUR)
        done = cli("download", "--folder", half_done)
        assert done.exit_code == 0
        assert "3 of 3 mailboxes are safe" in done.stdout
        assert len(world.started) == 3

    def test_it_starts_nothing(self, world: World, cli: Cli, exported: Path) -> None:
        with Manifest(exported / MANIFEST_NAME) as manifest:
            (ana, *_) = manifest.mailboxes(Status.SAFE)
            manifest.put_status(ana.entity_id, Status.PENDING)
        done = cli("download", "--folder", exported)
        assert done.exit_code == 1
        assert len(world.started) == 3

    def test_it_keeps_the_selection(self, world: World, cli: Cli) -> None:
        options = ("--poll", "0.01", "--exclude", "ana")
        cli("export", "--folder", "acme", *world.target, *options)
        cli("download", "--folder", "acme")
        again = cli("export", "--folder", "acme", "--poll", "0.01")
        assert again.exit_code == 0
        assert "ana" not in world.started

    def test_a_folder_without_an_export(self, cli: Cli) -> None:
        done = cli("download", "--folder", "nowhere")
        assert done.exit_code == 2
        assert "nowhere is not the folder of an export: start one with" in done.stderr
        assert "--organization" not in done.stderr  # `download` has no such option
        assert not Path("nowhere").exists()


class TestPreflight:
    def test_everything_is_right(self, world: World, cli: Cli) -> None:
        done = cli("preflight", *world.target)
        assert done.exit_code == 0
        assert "Exports can start" in done.stdout
        assert "disk" not in done.stdout

    @pytest.mark.parametrize(
        ("today", "days", "sentence"),
        [
            (date(2026, 11, 25), 126, "126 days left until Amazon WorkMail ends on 2027-03-31."),
            (date(2027, 3, 30), 1, "1 day left until Amazon WorkMail ends on 2027-03-31."),
            (date(2027, 3, 31), 0, "Amazon WorkMail ends today, 2027-03-31."),
            (date(2027, 4, 1), -1, "Amazon WorkMail ended on 2027-03-31."),
        ],
    )
    def test_it_says_how_many_days_are_left(
        self,
        world: World,
        cli: Cli,
        monkeypatch: pytest.MonkeyPatch,
        today: date,
        days: int,
        sentence: str,
    ) -> None:
        monkeypatch.setattr("workmail_async.cli.service_end.today", lambda: today)
        assert sentence in cli("preflight", *world.target).stdout
        (event,) = Events.of(cli("preflight", *world.target, "--json").stdout).lines
        assert event["days_left"] == days

    def test_the_folder_gives_names_and_space(self, cli: Cli, exported: Path) -> None:
        done = cli("preflight", "--folder", exported)
        assert done.exit_code == 0
        assert "free at acme" in done.stdout

    def test_an_error_comes_with_its_remedy(self, world: World, cli: Cli) -> None:
        target = [*world.target, "--bucket", "nobodys-bucket"]
        done = cli("preflight", *target, "--json")
        assert done.exit_code == 2
        (found,) = Events.of(done.stdout).lines
        assert found["ok"] is False
        bucket = next(finding for finding in found["findings"] if finding["check"] == "bucket")
        assert bucket["verdict"] == "error"
        assert bucket["remedy"]

    def test_an_unknown_check_is_no_promise(
        self, world: World, cli: Cli, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        unknown = PreflightFinding(check="key", verdict=Verdict.UNKNOWN, message="?")

        async def look(*_: object, **__: object) -> PreflightReport:
            return PreflightReport(findings=(unknown,))

        monkeypatch.setattr("workmail_async.cli.commands.preflight.check_export", look)
        done = cli("preflight", *world.target)
        assert done.exit_code == 0
        assert (
            "Exports can start, unless something that could not be checked is wrong." in done.stdout
        )

    def test_an_error_during_the_checks(self, world: World, cli: Cli) -> None:
        done = cli("preflight", *world.target, "--endpoint-url", "localhost:9")
        assert done.exit_code == 2
        assert "Invalid endpoint" in done.stderr


class TestPolicies:
    @pytest.fixture
    def names(self) -> list[str]:
        return [
            *("--organization", f"m-{'0' * 32}", "--bucket", "acme-mail"),
            *("--role", "arn:aws:iam::111122223333:role/Export"),
            *("--key", "arn:aws:kms:eu-west-1:111122223333:key/1234"),
        ]

    def test_they_are_those_of_the_library(self, cli: Cli, names: list[str]) -> None:
        expected = export_policies(
            ExportTarget(
                bucket="acme-mail", prefix="exports", role_arn=names[5], kms_key_arn=names[7]
            ),
            organization_id=names[1],
            region="eu-west-1",
            account_id="111122223333",
        )
        told = Events.of(cli("policies", *names, "--json").stdout).lines[0]
        for part in ("trust", "role", "key", "caller"):
            assert told[part] == getattr(expected, part)
            assert json.loads(cli("policies", *names, "--only", part).stdout) == told[part]

    def test_each_says_what_it_is_for(self, cli: Cli, names: list[str]) -> None:
        shown = cli("policies", *names).stdout
        assert "Trust policy of the role: who may assume it" in shown
        assert "export.workmail.amazonaws.com" in shown

    def test_names_that_a_folder_remembers(self, cli: Cli, exported: Path) -> None:
        done = cli("policies", "--folder", exported, "--only", "trust")
        assert json.loads(done.stdout)["Version"] == "2012-10-17"

    @pytest.mark.parametrize("role", ["Export", "arn:aws:iam::444455556666:role/Export"])
    def test_a_role_that_does_not_fit(self, cli: Cli, names: list[str], role: str) -> None:
        done = cli("policies", *names, "--role", role, "--account", "111122223333")
        assert done.exit_code == 2
        assert role in done.stderr

    def test_a_role_that_is_not_an_arn(self, cli: Cli, names: list[str]) -> None:
        done = cli("policies", *names, "--role", "Export")
        assert done.exit_code == 2
        assert "'Export' is not the ARN of a role" in done.stderr
