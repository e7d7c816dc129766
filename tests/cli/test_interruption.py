"""Ctrl-C leaves jobs running at WorkMail, and the next run takes them over."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, World
from tests.cli.processes import COMMAND, read_until, started
from workmail_async.emulator import AfterTime, DroppedConnection

STUBBORN = """
import time, anyio
from workmail_async.cli.output import TextOutput
from workmail_async.cli.running import run

async def work():
    print("at work", flush=True)
    with anyio.CancelScope(shield=True):
        await anyio.sleep(3600)

run(TextOutput(0), work, backend=BACKEND)
"""


def test_ctrl_c_says_how_to_resume(world: World, tmp_path: Path) -> None:
    world.emulator.lifecycle.mailbox_export = AfterTime(3600)
    command = [*COMMAND, "export", "--folder", "acme", *world.target, "--poll", "0.05"]
    with started(*command, cwd=tmp_path) as process:
        read_until(process, "library@acme.example: started")
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate()
    assert process.returncode == 130
    assert errors == ""
    assert "Stopped. 3 export jobs keep running at WorkMail, and nothing is lost." in output
    assert "To resume: workmail-async export --folder acme" in output
    assert not any(call.operation.startswith("Cancel") for call in world.emulator.requests)

    world.emulator.clock.advance(3600)
    with started(*COMMAND, "export", "--folder", "acme", "--poll", "0.05", cwd=tmp_path) as again:
        output, errors = again.communicate()
    assert (again.returncode, errors) == (0, "")
    assert sorted(world.started) == ["ana", "bruno", "library"]


def test_ctrl_c_before_anything_is_started(world: World, tmp_path: Path) -> None:
    target = [*world.target, "--endpoint-url", "http://127.0.0.1:1"]
    command = [*COMMAND, "export", "--folder", "acme", *target, "--skip-preflight", "--poll", "5"]
    with started(*command, cwd=tmp_path) as process:
        read_until(process, "waiting: ConnectError")
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate()
    assert (process.returncode, errors) == (130, "")
    assert "Stopped. Nothing is lost." in output


def test_a_second_ctrl_c_ends_it_at_once(tmp_path: Path) -> None:
    for backend in ("asyncio", "trio"):
        program = STUBBORN.replace("BACKEND", repr(backend))
        with started(sys.executable, "-c", program, cwd=tmp_path) as process:
            read_until(process, "at work")
            process.send_signal(signal.SIGINT)
            read_until(process, "Stopping…")
            process.send_signal(signal.SIGINT)
            assert process.wait() == 130


def test_the_network_goes_away(world: World, tmp_path: Path) -> None:
    """Jobs are taken over once the network is back."""
    world.emulator.lifecycle.mailbox_export = AfterTime(3600)
    quick = ("--poll", "0.05", "--patience", "1")
    command = [*COMMAND, "export", "--folder", "acme", *world.target, *quick]
    with started(*command, cwd=tmp_path) as process:
        read_until(process, "library@acme.example: started")
        world.emulator.faults.add(DroppedConnection())
        output, errors = process.communicate()
    assert process.returncode == 1
    assert errors.count("\n") == 1
    assert "WorkMail gave no answer for 1 seconds" in errors
    assert "0 of 3 mailboxes are safe on disk" in output

    world.emulator.faults.clear()
    world.emulator.clock.advance(3600)
    with started(*COMMAND, "export", "--folder", "acme", *quick, cwd=tmp_path) as again:
        output, errors = again.communicate()
    assert (again.returncode, errors) == (0, "")
    assert sorted(world.started) == ["ana", "bruno", "library"]


@pytest.mark.parametrize("command", ["verify", "convert"])
def test_ctrl_c_while_archives_are_read(
    cli: Cli, exported: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("workmail_async.cli.commands.verify.verify_archive", interrupted)
    monkeypatch.setattr("workmail_async.cli.commands.convert.MailboxArchive", interrupted)
    options = ("--to", "mbox", "--into", "google") if command == "convert" else ()
    done = cli(command, "--folder", exported, *options)
    assert done.exit_code == 130
    assert "No file is left half-written." in done.stdout


def test_ctrl_c_without_a_signal_handler(
    world: World, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("workmail_async.cli.running._can_listen", lambda: False)
    monkeypatch.setattr("workmail_async.cli.commands.export.preflight", interrupted)
    assert cli("export", "--folder", "acme", *world.target).exit_code == 130
