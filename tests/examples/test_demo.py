"""The demo prints the truth, can be rerun, and leaves nothing behind when it is interrupted."""

import mailbox
import re
import signal
import socket
import subprocess
import zipfile
from contextlib import closing
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

ROW = re.compile(r"^(\S+@\S+) +(\w+) +(\d+) +(\d+) +(\d+) +(\d+)$", re.MULTILINE)
SUMMARY = re.compile(r"^ ?(\S+@\S+) +(\d+) +(\d+) +(\d+) +(\S+\.zip) *$", re.MULTILINE)
PLACE = re.compile(r"^The mailboxes are in (\S+): ", re.MULTILINE)
MAIL = {"ana@acme.example": 120, "bruno@acme.example": 45, "chloe@acme.example": 80}
LISTENING = re.compile(r"WorkMail emulator listening on http://127\.0\.0\.1:(\d+)")


def place(run: "subprocess.CompletedProcess[str]", home: Path) -> Path:
    """The folder that a run printed."""
    found = PLACE.search(run.stdout)
    assert found is not None
    return home / found[1]


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
class TestComplete:
    def test_it_succeeds_and_prints_no_error(self, run: "subprocess.CompletedProcess[str]") -> None:
        assert run.stderr == ""
        assert run.returncode == 0

    def test_each_step_is_a_command_that_succeeds(
        self, run: "subprocess.CompletedProcess[str]"
    ) -> None:
        commands = re.findall(r"^\$ workmail-async (\w+) ", run.stdout, re.MULTILINE)
        assert commands == ["export", "verify", "convert"]
        assert "3 of 3 mailboxes are safe on disk: 245 items" in run.stdout
        assert "a group has no mailbox" in run.stdout
        assert "3 of 3 archives are good." in run.stdout
        assert "3 of 3 archives were fully converted." in run.stdout

    def test_the_archives_hold_what_the_table_says(
        self, run: "subprocess.CompletedProcess[str]", home: Path
    ) -> None:
        rows = ROW.findall(run.stdout)
        assert {email: int(items) for email, _, items, *_ in rows} == MAIL
        for email, *_ in rows:
            (path,) = (place(run, home) / "mailboxes").glob(f"{email}-*.zip")
            with zipfile.ZipFile(path) as opened:
                assert opened.testzip() is None
                contents = [opened.read(name) for name in opened.namelist()]
            assert len(contents) == MAIL[email]
            for raw in contents:
                message = message_from_bytes(raw, policy=policy.default)
                assert message.defects == []
                assert email in f"{message['From']} {message['To']}"

    def test_its_last_table_lists_the_archives(
        self, run: "subprocess.CompletedProcess[str]", home: Path
    ) -> None:
        rows = SUMMARY.findall(run.stdout)
        assert {email: int(mail) + int(calendar) for email, mail, calendar, *_ in rows} == MAIL
        assert [int(size) for *_, size, _ in rows] == [
            (home / path).stat().st_size for *_, path in rows
        ]

    def test_every_message_is_in_an_mbox_file(
        self, run: "subprocess.CompletedProcess[str]", home: Path
    ) -> None:
        for email, count in MAIL.items():
            found = 0
            for path in (place(run, home) / "mbox" / email).rglob("*.mbox"):
                with closing(mailbox.mbox(path, create=False)) as box:
                    found += len(box)
            assert found == count

    def test_it_writes_nothing_elsewhere(
        self, run: "subprocess.CompletedProcess[str]", home: Path
    ) -> None:
        folder = place(run, home)
        assert [path.name for path in home.iterdir()] == ["demo-output"]
        assert folder in (home / "demo-output").iterdir()
        assert not list(home.rglob("*.part"))

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
        assert {email: int(items) for email, _, items, *_ in ROW.findall(again.stdout)} == MAIL
        assert place(again, home) != place(run, home)


@pytest.mark.parametrize(
    ("moment", "sign"),
    [
        ("import", "HALTED"),
        ("start", "listening on"),
        ("set-up", "is active"),
        ("export", "ana@acme.example: started"),
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
            assert list(folder.rglob("*.part"))
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate()
        assert not has_members(process.pid)
    assert process.returncode == 130
    assert errors == ""
    assert output.splitlines()[-1].startswith("Stopped.")
    assert list(folder.rglob("*")) == []
    assert list(temporary.iterdir()) == []
    ports = LISTENING.findall("\n".join(lines))
    assert len(ports) == (moment != "import")
    assert all(is_refused(int(port)) for port in ports)
