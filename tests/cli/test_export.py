"""`export` writes everything to disk, reports the truth, and resumes from the folder alone."""

from __future__ import annotations

import json
import re
import zipfile
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.conftest import ITEMS, Cli, World
from workmail_async.emulator import AfterTime
from workmail_async.exports import ExportOptions, Manifest
from workmail_async.exports.organization.manifest import MANIFEST_NAME

QUICK = ("--poll", "0.01", "--retry-delay", "0.01")


def row_of(result: Result, label: str) -> str:
    """The row of a mailbox in the table."""
    return next(line for line in result.stdout.splitlines() if line.startswith(f"{label} "))


def one_line(text: str) -> str:
    """Return the text, which must be one line and no traceback."""
    assert text.count("\n") == 1
    assert "Traceback" not in text
    return text


class TestComplete:
    @pytest.mark.parametrize("backend", ["asyncio", "trio"])
    def test_everything_asked_for_is_on_disk(self, world: World, cli: Cli, backend: str) -> None:
        done = cli("export", "--folder", "acme", *world.target, *QUICK, "--backend", backend)

        assert done.exit_code == 0
        assert done.stderr == ""
        archives = sorted(Path("acme/mailboxes").iterdir())
        counts = {}
        for archive in archives:
            with zipfile.ZipFile(archive) as opened:
                assert opened.testzip() is None
                counts[archive.name.partition("@")[0]] = len(opened.namelist())
        assert counts == ITEMS
        assert "3 of 3 mailboxes are safe on disk: 17 items" in done.stdout

    def test_the_table_names_every_mailbox_and_why_some_are_skipped(
        self, world: World, cli: Cli
    ) -> None:
        done = cli("export", "--folder", "acme", *world.target, *QUICK)

        assert re.search(r"safe +12 +\d+\.\d kB", row_of(done, "ana@acme.example"))
        assert "disabled mailboxes were not asked for" in row_of(done, "carla")
        assert "a group has no mailbox" in row_of(done, "sales@acme.example")
        assert "contacts, tasks and notes" in done.stdout

    def test_the_report_is_written_next_to_the_manifest(self, world: World, cli: Cli) -> None:
        cli("export", "--folder", "acme", *world.target, *QUICK)

        report = json.loads(Path("acme/report.json").read_text(encoding="utf-8"))
        assert report["complete"] is True
        assert report["total_items"] == sum(ITEMS.values())
        assert {m["label"].partition("@")[0]: m["status"] for m in report["mailboxes"]} == {
            "ana": "safe",
            "bruno": "safe",
            "library": "safe",
            "carla": "skipped",
            "sales": "skipped",
        }
        assert not list(Path("acme").glob("*.part"))

    def test_lines_have_a_timestamp_outside_of_a_terminal(self, world: World, cli: Cli) -> None:
        done = cli("export", "--folder", "acme", *world.target, *QUICK)

        stamped = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  ana@acme\.example: safe, 12 items  \("
        assert re.search(stamped, done.stdout, re.MULTILINE)
        assert "\x1b" not in done.output

    def test_it_says_how_many_days_are_left(
        self, world: World, cli: Cli, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("workmail_async.cli.service_end.today", lambda: date(2027, 3, 1))
        for options in ([], ["--skip-preflight"], ["--dry-run"]):
            done = cli("export", "--folder", "acme", *world.target, *QUICK, *options)
            assert "30 days left until Amazon WorkMail ends on 2027-03-31." in done.stdout

    def test_no_secret_is_shown(
        self, world: World, cli: Cli, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "cli-secret-of-nobody")
        done = cli("export", "--folder", "acme", *world.target, *QUICK, "-vv")
        assert done.exit_code == 0
        assert "ListUsers" in done.stderr  # it does show every call
        assert "cli-secret-of-nobody" not in done.output + done.stderr


class TestResuming:
    def test_the_folder_is_enough(self, world: World, cli: Cli, exported: Path) -> None:
        again = cli("export", "--folder", exported)
        assert again.exit_code == 0
        assert sorted(world.started) == ["ana", "bruno", "library"]

    def test_the_selection_is_remembered(self, world: World, cli: Cli) -> None:
        first = cli("export", "--folder", "acme", *world.target, *QUICK, "--exclude", "ana")
        again = cli("export", "--folder", "acme", *QUICK)
        assert (first.exit_code, again.exit_code) == (0, 0)
        assert "excluded" in row_of(again, "ana@acme.example")

        everybody = cli("export", "--folder", "acme", *QUICK, "--include", "*")
        assert everybody.exit_code == 0
        assert sorted(world.started) == ["ana", "bruno", "library"]

    def test_another_role_and_key_replace_the_remembered_ones(
        self, world: World, cli: Cli, exported: Path
    ) -> None:
        other = world.emulator.create_export_resources(world.organization)
        done = cli(
            *("export", "--folder", exported, "--skip-preflight"),
            *("--role", other.role_arn, "--key", other.kms_key_arn),
        )
        assert done.exit_code == 0
        with Manifest(exported / MANIFEST_NAME, read_only=True) as manifest:
            assert manifest.setting("role") == other.role_arn
            assert manifest.setting("key") == other.kms_key_arn

    def test_the_bucket_cannot_change(self, world: World, cli: Cli, exported: Path) -> None:
        done = cli("export", "--folder", exported, "--bucket", "other")
        assert done.exit_code == 2
        assert "belongs to an export with bucket" in done.stderr

    def test_a_deadline_leaves_the_rest_to_the_next_run(
        self, world: World, cli: Cli, deadline: str
    ) -> None:
        world.emulator.lifecycle.mailbox_export = AfterTime(3600)
        stopped = cli("export", "--folder", "acme", *world.target, *QUICK, "--deadline", deadline)
        assert stopped.exit_code == 1
        assert "To resume: workmail-async export --folder acme" in stopped.stdout
        assert "running" in row_of(stopped, "ana@acme.example")

        world.emulator.clock.advance(3600)
        done = cli("export", "--folder", "acme", *QUICK)
        assert done.exit_code == 0
        assert sorted(world.started) == ["ana", "bruno", "library"]

    def test_mailboxes_that_were_given_up_are_retried_on_request(
        self, world: World, cli: Cli
    ) -> None:
        world.emulator.mailbox(world.organization, "ana").fail_exports("no luck", times=2)
        failed = cli("export", "--folder", "acme", *world.target, *QUICK, "--retries", "1")
        assert failed.exit_code == 1
        assert "no luck (given up after 2 jobs)" in row_of(failed, "ana@acme.example")
        assert "--retry-failed" in failed.stdout

        unasked = cli("export", "--folder", "acme", *QUICK)
        assert unasked.exit_code == 1
        done = cli("export", "--folder", "acme", *QUICK, "--retry-failed")
        assert done.exit_code == 0
        assert world.started.count("ana") == 3


class TestSelecting:
    def test_patterns_and_disabled_mailboxes(self, world: World, cli: Cli) -> None:
        chosen = ("--include", "*A*@acme.example", "--include", "carla", "--exclude", "library")
        planned = cli(
            *("export", "--folder", "acme", *world.target, *chosen, "--disabled", "--dry-run")
        )
        assert planned.exit_code == 0
        assert re.search(r"ENABLED +export", row_of(planned, "ana@acme.example"))
        assert re.search(r"DISABLED +export", row_of(planned, "carla"))
        assert "not included" in row_of(planned, "bruno@acme.example")
        assert "excluded" in row_of(planned, "library@acme.example")
        assert "2 of 5 would be exported" in planned.stdout

    def test_a_dry_run_starts_and_writes_nothing(self, world: World, cli: Cli) -> None:
        planned = cli("export", "--folder", "acme", *world.target, "--dry-run")
        assert planned.exit_code == 0
        assert "role trust" in planned.stdout  # preflight shows every check
        assert world.started == []
        assert not Path("acme").exists()

    def test_a_dry_run_knows_what_is_safe_already(self, cli: Cli, exported: Path) -> None:
        planned = cli("export", "--folder", exported, "--dry-run")
        assert "already safe on disk" in row_of(planned, "ana@acme.example")
        assert "0 of 5 would be exported" in planned.stdout

    def test_a_pattern_that_matches_nobody_is_wrong_usage(self, world: World, cli: Cli) -> None:
        done = cli("export", "--folder", "acme", *world.target, *QUICK, "--include", "nobody*")
        assert done.exit_code == 2
        assert "'nobody*' matches no user" in one_line(done.stderr)


class TestPreflight:
    def test_an_error_stops_it_before_anything_is_started(self, world: World, cli: Cli) -> None:
        done = cli("export", "--folder", "acme", *world.target, *QUICK, "--prefix", "elsewhere")
        assert done.exit_code == 2
        assert "role rights" in done.stdout
        assert "--skip-preflight" in done.stdout
        assert world.started == []
        assert not Path("acme").exists()

    def test_it_can_be_skipped(self, world: World, cli: Cli) -> None:
        done = cli(
            *("export", "--folder", "acme", *world.target, *QUICK, "--prefix", "elsewhere"),
            *("--skip-preflight", "--retries", "0"),
        )
        assert done.exit_code == 1
        assert sorted(world.started) == ["ana", "bruno", "library"]
        assert "failed" in row_of(done, "ana@acme.example")

    def test_it_fails_a_dry_run_too(self, world: World, cli: Cli) -> None:
        options = ("--folder", "acme", *world.target, "--prefix", "elsewhere")
        assert cli("export", *options, "--dry-run").exit_code == 2


class TestWrongUsage:
    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            ((), "Missing option '--folder'"),
            (("--folder", "acme"), "Missing --organization, --bucket, --role, --key"),
            (("--folder", "acme", "--deadline", "soon"), "'soon' is not a duration"),
            (("--folder", "acme", "--slots", "11"), "11 is not in the range"),
            (("--folder", "acme", "--nonsense"), "No such option"),
        ],
    )
    def test_it_is_named(self, cli: Cli, arguments: tuple[str, ...], expected: str) -> None:
        done = cli("export", *arguments)
        assert done.exit_code == 2
        assert expected in done.stderr
        assert not Path("acme").exists()

    @pytest.mark.parametrize(
        ("option", "value", "example"),
        [
            ("--organization", "acme", "m-0123456789abcdef0123456789abcdef"),
            ("--bucket", "s3://acme-mail/exports", "acme-mail"),
            ("--role", "WorkMailExport", "arn:aws:iam::123456789012:role/WorkMailExport"),
            ("--role", "arn:aws:iam::123456789012:rol/x", "arn:aws:iam::123456789012:role/"),
            ("--key", "1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:kms:us-east-1:"),
        ],
    )
    @pytest.mark.parametrize("command", ["export", "preflight", "policies"])
    def test_a_malformed_value(
        self, world: World, cli: Cli, command: str, option: str, value: str, example: str
    ) -> None:
        target = world.names if command == "policies" else world.target
        done = cli(command, "--folder", "acme", *target, option, value)
        assert done.exit_code == 2
        assert f"{option}: {value!r} is not " in done.stderr
        assert f"such as {example}" in done.stderr
        assert not world.emulator.requests
        assert not Path("acme").exists()

    def test_a_prefix_that_workmail_rejects(self, world: World, cli: Cli) -> None:
        done = cli("export", "--folder", "acme", *world.target, "--prefix", "ana@acme")
        assert done.exit_code == 2
        assert "no @, +, = or space" in one_line(done.stderr)

    def test_a_folder_that_is_a_file(self, world: World, cli: Cli) -> None:
        Path("acme").touch()
        done = cli("export", "--folder", "acme", *world.target)
        assert done.exit_code == 2
        assert "is a file" in done.stderr

    def test_a_file_that_is_no_manifest(self, world: World, cli: Cli) -> None:
        Path("acme").mkdir()
        Path("acme/manifest.sqlite").write_bytes(b"no database" * 100)
        done = cli("export", "--folder", "acme", *world.target)
        assert done.exit_code == 2
        assert "not a manifest" in done.stderr

    def test_defaults_are_those_of_the_library(self, cli: Cli) -> None:
        shown = cli("export", "--help").stdout
        options = ExportOptions()
        assert re.search(rf"--slots .*?\[default: {options.slots};", shown, re.DOTALL)
        assert (options.retry_delay, options.min_poll, options.patience) == (60, 2, 900)
        for default in ("60s", "2s", "15m"):
            assert f"[default: {default}]" in " ".join(shown.split())


class TestErrors:
    def test_a_second_process_is_refused(self, world: World, cli: Cli, exported: Path) -> None:
        report = (exported / "report.json").read_bytes()
        (exported / "report.json").write_bytes(b"of the first process")
        with Manifest(exported / MANIFEST_NAME):
            done = cli("export", "--folder", exported)
        assert done.exit_code == 2
        assert "another process" in one_line(done.stderr)
        assert (exported / "report.json").read_bytes() == b"of the first process"
        assert report

    def test_an_endpoint_where_nothing_listens(self, world: World, cli: Cli) -> None:
        target = [*world.target, "--endpoint-url", "http://127.0.0.1:1"]
        done = cli("export", "--folder", "acme", *target, "--skip-preflight", "--patience", "0")
        assert done.exit_code == 1
        assert "run the same command again" in one_line(done.stderr)

    def test_an_endpoint_where_nothing_listens_before_the_start(
        self, world: World, cli: Cli, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        target = [*world.target, "--endpoint-url", "http://127.0.0.1:1"]
        done = cli("export", "--folder", "acme", *target)
        assert (done.exit_code, done.stderr) == (2, "")
        assert "WorkMail does not answer" in done.stdout
        assert not Path("acme").exists()

    def test_a_folder_that_cannot_be_made(self, world: World, cli: Cli) -> None:
        Path("file").touch()
        done = cli("export", "--folder", "file/acme", *world.target, "--skip-preflight")
        assert done.exit_code == 2
        assert "file/acme" in one_line(done.stderr)

    def test_an_unknown_organization(self, world: World, cli: Cli) -> None:
        target = [*world.target, "--organization", f"m-{'0' * 32}"]
        done = cli("export", "--folder", "acme", *target)
        assert (done.exit_code, done.stderr) == (2, "")
        assert f"there is no m-{'0' * 32} in us-east-1" in done.stdout
        assert world.started == []
        assert not Path("acme").exists()

    def test_no_credentials(self, world: World, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        done = cli("export", "--folder", "acme", *world.target)
        assert (done.exit_code, done.stderr) == (2, "")
        assert "AWS does not know you" in done.stdout
        hasty = cli("export", "--folder", "acme", *world.target, "--dry-run")
        assert hasty.exit_code == 2
        assert "--profile" in one_line(hasty.stderr)

    def test_the_traceback_is_shown_on_request(self, world: World, cli: Cli) -> None:
        options = ("--folder", "acme", *world.target, "--include", "nobody")
        done = cli("export", *options, "-v")
        assert done.exit_code == 2
        assert "Traceback" in done.stderr

    def test_a_report_that_cannot_be_written(self, world: World, cli: Cli, exported: Path) -> None:
        (exported / "report.json").unlink()
        (exported / "report.json").mkdir()
        done = cli("export", "--folder", exported)
        assert done.exit_code == 1
        assert "Check the disk" in one_line(done.stderr)

    def test_a_bug_is_reported_in_one_line_too(
        self, cli: Cli, exported: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(_: Manifest) -> None:
            raise RuntimeError("a slip")

        monkeypatch.setattr("workmail_async.cli.commands.status.read_report", fail)
        done = cli("status", "--folder", exported)
        assert done.exit_code == 1
        assert "RuntimeError: a slip. This is a bug" in one_line(done.stderr)
