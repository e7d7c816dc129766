"""The demo tells the truth, can be run again, and leaves nothing behind when it is interrupted."""

import re
import signal
import socket
import subprocess
import zipfile
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests.examples.processes import (
    EXAMPLES,
    HERE,
    finished,
    has_members,
    python,
    read_until,
    started,
)

ROW = re.compile(r"│ (\S+@\S+) +│ +([\d,]+) │ +([\d,]+) │ (\S+) +│")
LISTENING = re.compile(r"WorkMail emulator listening on http://127\.0\.0\.1:(\d+)")


def number(text: str) -> int:
    return int(text.replace(",", ""))


def is_refused(port: int) -> bool:
    """Whether nothing listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder to run the demo in."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def run(home: Path) -> "subprocess.CompletedProcess[str]":
    """The demo, run as `make demo` runs it."""
    return finished(*python(EXAMPLES / "demo.py"), cwd=home)


@pytest.mark.xdist_group("demo")
class TestWhole:
    def test_it_succeeds_without_a_complaint(self, run: "subprocess.CompletedProcess[str]") -> None:
        assert run.stderr == ""
        assert run.returncode == 0

    def test_its_last_word_is_a_table_that_agrees_with_the_archives(
        self, run: "subprocess.CompletedProcess[str]", home: Path
    ) -> None:
        rows = ROW.findall(run.stdout)
        assert [email for email, *_ in rows] == [
            "ana@acme.example",
            "bruno@acme.example",
            "chloe@acme.example",
        ]
        for email, messages, size, path in rows:
            archive = home / path
            assert archive.stat().st_size == number(size)
            with zipfile.ZipFile(archive) as opened:
                assert opened.testzip() is None
                contents = [opened.read(name) for name in opened.namelist()]
            assert len(contents) == number(messages) > 0
            for raw in contents:
                message = message_from_bytes(raw, policy=policy.default)
                assert message.defects == []
                assert email in f"{message['From']} {message['To']}"
        assert run.stdout.rstrip().splitlines()[-1].startswith("└")

    def test_it_writes_archives_and_nothing_else(
        self, run: "subprocess.CompletedProcess[str]", home: Path
    ) -> None:
        written = sorted(path.relative_to(home).as_posix() for path in home.rglob("*"))
        assert written == [
            "demo-output",
            "demo-output/ana.zip",
            "demo-output/bruno.zip",
            "demo-output/chloe.zip",
        ]

    def test_it_prints_plain_text_into_a_pipe(
        self, run: "subprocess.CompletedProcess[str]"
    ) -> None:
        assert "\x1b" not in run.stdout
        assert "\r" not in run.stdout

    def test_it_shows_how_a_mistake_is_caught(
        self, run: "subprocess.CompletedProcess[str]"
    ) -> None:
        assert "CreateUser was not sent, 2 faults" in run.stdout

    def test_it_can_be_run_again(self, run: "subprocess.CompletedProcess[str]", home: Path) -> None:
        again = finished(*python(EXAMPLES / "demo.py", "demo-output"), cwd=home)
        assert again.returncode == 0
        rows, earlier = ROW.findall(again.stdout), ROW.findall(run.stdout)
        assert [row[:2] for row in rows] == [row[:2] for row in earlier]


@pytest.mark.parametrize(
    ("moment", "sign"),
    [
        ("import", "HALTED"),
        ("start", "listening on"),
        ("set-up", "is active"),
        ("export", "RUNNING"),
        ("download", "HALTED"),
        ("verification", "HALTED"),
    ],
)
def test_an_interrupted_demo_leaves_nothing_behind(moment: str, sign: str, tmp_path: Path) -> None:
    folder, temporary = tmp_path / "output", tmp_path / "temporary"
    temporary.mkdir()
    command = python(HERE / "halting_demo.py", moment, folder)
    with started(*command, cwd=tmp_path, env={"TMPDIR": str(temporary)}) as process:
        lines = read_until(process, sign)
        if moment == "download":
            assert list(folder.glob("*.part"))
        process.send_signal(signal.SIGINT)
        output, complaints = process.communicate()
        assert not has_members(process.pid)
    assert process.returncode == 130
    assert complaints == ""
    assert output.splitlines()[-1].startswith("Stopped.")
    assert [path.name for path in folder.glob("*") if path.suffix != ".zip"] == []
    assert list(temporary.iterdir()) == []
    for archive in folder.glob("*.zip"):
        with zipfile.ZipFile(archive) as opened:
            assert opened.testzip() is None
    ports = LISTENING.findall("\n".join(lines))
    assert len(ports) == (moment != "import")
    assert all(is_refused(int(port)) for port in ports)
