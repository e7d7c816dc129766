"""Results for people at a terminal, for logs and for programs."""

from __future__ import annotations

import io
import re
import subprocess
from functools import partial
from pathlib import Path

import pytest
from rich.console import Console

from tests.cli.conftest import Cli, Events, World
from tests.cli.processes import COMMAND, environment, in_terminal, started
from workmail_async.cli.live import picture
from workmail_async.cli.output import TextOutput, printable
from workmail_async.display.units import duration, size
from workmail_async.emulator import AfterTime
from workmail_async.exports import ExportProgress, RunningExport, Status
from workmail_async.exports.organization.progress import RunningDownload

CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def progress(message: str = "ana: started", **more: object) -> ExportProgress:
    counts = dict.fromkeys(Status, 0) | {Status.RUNNING: 2, Status.SAFE: 2}
    fields: dict[str, object] = {
        "counts": counts,
        "running": (
            RunningExport(label="ana@acme.example", percent=50),
            RunningExport(label="bruno@acme.example", percent=None),
        ),
        "downloading": (
            RunningDownload(label="chloe@acme.example", bytes=500_000, size=1_000_000),
            RunningDownload(label="dora@acme.example", bytes=10, size=10),
        ),
        "downloaded": 3_000_000,
        "elapsed": 60.0,
        "message": message,
    }
    return ExportProgress(**(fields | more))  # type: ignore[arg-type]


class TestJson:
    def test_every_line_is_an_object_and_the_last_one_the_report(
        self, world: World, cli: Cli
    ) -> None:
        done = cli("export", "--folder", "acme", *world.target, "--poll", "0.01", "--json")
        assert done.exit_code == 0
        assert done.stderr == ""
        events = Events.of(done.stdout)
        assert events.report["complete"] is True
        assert all(line["time"] for line in events.lines)
        messages = [line["message"] for line in events.named("progress")]
        assert "ana@acme.example: safe, 12 items" in messages
        last = events.named("progress")[-1]
        assert (last["share"], last["counts"]["safe"], last["wanted"]) == (1.0, 3, 3)

    def test_running_jobs_and_downloads_are_printed(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        from workmail_async.cli.output import JsonOutput

        with JsonOutput(0).watching() as listener:
            listener(progress())
            listener(progress())  # the same, a moment later
        (event,) = Events.of(capsys.readouterr().out).lines
        assert event["running"][0] == {"label": "ana@acme.example", "percent": 50}
        assert event["downloading"][0] == {
            "label": "chloe@acme.example",
            "bytes": 500_000,
            "size": 1_000_000,
        }
        assert event["bytes_per_second"] == 50_000

    def test_a_dry_run(self, world: World, cli: Cli) -> None:
        done = cli("export", "--folder", "acme", *world.target, "--dry-run", "--json")
        (plan,) = Events.of(done.stdout).named("plan")
        assert plan["export"] == 3
        what = {mailbox["label"]: mailbox["action"] for mailbox in plan["mailboxes"]}
        assert what["carla"] == "skip"
        assert what["ana@acme.example"] == "export"

    def test_an_error(self, cli: Cli) -> None:
        done = cli("status", "--folder", "nowhere", "--json", "-v")
        (event,) = Events.of(done.stdout).lines
        assert (event["event"], event["error"]) == ("error", "ManifestError")
        assert "Traceback" in done.stderr


class TestUnwritable:
    @pytest.mark.parametrize("json", [[], ["--json"]])
    def test_a_reader_that_exits(self, world: World, tmp_path: Path, json: list[str]) -> None:
        command = [*COMMAND, "export", "--folder", "acme", *world.target, "--poll", "0.05", *json]
        with started(*command, cwd=tmp_path) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.readline()
            process.stdout.close()
            assert process.stderr.read() == ""
            assert process.wait() == 1
        with started(*COMMAND, "export", "--folder", "acme", *world.target, cwd=tmp_path) as again:
            again.communicate()
        assert again.returncode == 0
        assert sorted(world.started) == ["ana", "bruno", "library"]

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
    @pytest.mark.parametrize("json", [[], ["--json"]])
    @pytest.mark.parametrize("command", ["status", "verify", "export"])
    def test_a_full_disk(self, exported: Path, command: str, json: list[str]) -> None:
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [*COMMAND, command, "--folder", "acme", *json],
                env=environment(),
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert done.returncode == 1
        assert done.stderr == "Error: cannot write the output: No space left on device\n"

    def test_a_terminal_that_knows_only_ascii(self, exported: Path) -> None:
        for command in (["export"], ["export", "--json"], ["status"]):
            done = subprocess.run(
                [*COMMAND, *command, "--folder", "acme"],
                env=environment(PYTHONIOENCODING="ascii"),
                capture_output=True,
                check=False,
            )
            assert (done.returncode, done.stderr) == (0, b"")
            assert done.stdout.isascii()


class TestTerminal:
    def test_a_live_display_and_then_the_report(self, world: World, tmp_path: Path) -> None:
        command = [*COMMAND, "export", "--folder", "acme", *world.target, "--poll", "0.05"]
        world.emulator.lifecycle.mailbox_export = AfterTime(3600)
        finish = partial(world.emulator.clock.advance, 3600)
        status, written = in_terminal(*command, cwd=tmp_path, on_sight=("3 running", finish))
        assert status == 0
        assert "\x1b[?25l" in written  # the cursor was hidden,
        assert written.rindex("\x1b[?25h") > written.rindex("\x1b[?25l")  # and is back
        plain = CODES.sub("", written)
        assert re.search(r"━ +\d+% \d of 3 safe", plain)
        assert re.search(r"ana@acme\.example +[━╸╺]+ \d+ % +exporting", plain)
        assert "100% 3 of 3 safe" in plain
        assert "3 of 3 mailboxes are safe on disk: 17 items" in plain
        assert not re.search(r"\d\d:\d\d:\d\d  ana", plain)  # no lines as in a log

    def test_conversion_shows_a_bar(self, exported: Path) -> None:
        command = [*COMMAND, "convert", "--folder", "acme", "--to", "mbox", "--into", "google"]
        status, written = in_terminal(*command, cwd=Path.cwd())
        assert status == 0
        assert "3 of 3 archives were fully converted" in CODES.sub("", written)

    def test_rates_and_remaining_time(self) -> None:
        first = drawn(progress(), lines=10)[0]
        assert "2 of 4 safe, 2 running, 3.0 MB at 50.0 kB/s, about 47 s left" in first

    def test_jobs_and_downloads(self) -> None:
        text = "\n".join(drawn(progress(), lines=10))
        assert re.search(r"ana@acme\.example +[━╸]* *50 % +exporting", text)
        assert re.search(r"bruno@acme\.example +[━╸]* *0 % +exporting", text)
        assert re.search(r"chloe@acme\.example +[━╸]* *500\.0 kB +downloading", text)
        assert re.search(r"dora@acme\.example +[━╸]* *10 bytes +verifying", text)

    def test_a_small_terminal_is_not_overfilled(self) -> None:
        lines = drawn(progress(), lines=1)
        assert len(lines) == 4
        assert "and 3 more" in lines[2]


def drawn(shown: ExportProgress, lines: int) -> list[str]:
    """The lines of a picture."""
    console = Console(file=io.StringIO(), width=140)
    with console.capture() as captured:
        console.print(picture(shown, lines))
    return [line.rstrip() for line in captured.get().rstrip().splitlines()]


class TestPlain:
    def test_an_unchanged_message_is_printed_once(self, capsys: pytest.CaptureFixture[str]) -> None:
        with TextOutput(0).watching() as listener:
            for message in ("ana: started", "ana: started", "ana: safe"):
                listener(progress(message))
        assert len(capsys.readouterr().out.splitlines()) == 2

    def test_a_heartbeat_while_nothing_changes(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with TextOutput(0).watching() as listener:
            listener(progress())
            monkeypatch.setattr("workmail_async.cli.output._HEARTBEAT", 0.0)
            listener(progress())
        assert len(capsys.readouterr().out.splitlines()) == 2

    def test_names_cannot_control_the_terminal(self) -> None:
        assert printable("a\x1b[2Jb\nc") == "a\N{REPLACEMENT CHARACTER}[2Jb\nc"


def test_sizes_and_durations() -> None:
    assert [size(n) for n in (999, 1_500, 2_500_000, 50e9, 5e13)] == [
        "999 bytes",
        "1.5 kB",
        "2.5 MB",
        "50.0 GB",
        "50000.0 GB",
    ]
    assert [duration(s) for s in (0.4, 59, 61, 3 * 3600 + 1200)] == [
        "0 s",
        "59 s",
        "1 min 01 s",
        "3 h 20 min",
    ]
