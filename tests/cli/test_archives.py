"""`verify` finds damaged archives, and `convert` counts every item in and out."""

from __future__ import annotations

import errno
import json
import mailbox
import re
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import ITEMS, Cli, Events
from workmail_async.archives import ArchiveCheck, check_archive
from workmail_async.exports import Manifest, Status
from workmail_async.exports.organization.manifest import MANIFEST_NAME


def archive_of(folder: Path, name: str) -> Path:
    """The archive of a mailbox."""
    (found,) = (folder / "mailboxes").glob(f"{name}@*")
    return found


def checking_after(look: Callable[[Path], None]) -> Callable[[Path], ArchiveCheck]:
    """Return a check that calls `look` with the path first."""

    def checking(path: Path) -> ArchiveCheck:
        look(path)
        return check_archive(path)

    return checking


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


class TestVerify:
    def test_good_archives(self, cli: Cli, exported: Path) -> None:
        done = cli("verify", "--folder", exported)
        assert done.exit_code == 0
        assert "ana@acme.example: good, 12 items" in done.stdout
        assert "3 of 3 archives are good." in done.stdout

    @pytest.mark.parametrize(
        ("spoil", "expected"),
        [
            (Path.unlink, "the file is gone"),
            (flip_a_byte, "its SHA-256 is"),
            (lambda path: path.write_bytes(path.read_bytes()[:-30]), "bytes instead of"),
            (lambda path: path.write_bytes(b"x" * path.stat().st_size), "it is not a zip"),
        ],
        ids=["gone", "changed", "cut", "other"],
    )
    def test_bad_ones_are_named_and_can_be_fetched_again(
        self, cli: Cli, exported: Path, spoil: Callable[[Path], None], expected: str
    ) -> None:
        path = archive_of(exported, "ana")
        spoil(path)
        done = cli("verify", "--folder", exported)
        assert done.exit_code == 1
        assert "ana@acme.example: bad" in done.stdout
        assert expected in done.stdout
        assert "2 of 3 archives are good." in done.stdout
        assert "workmail-async download --folder acme" in done.stdout

        path.unlink(missing_ok=True)
        assert cli("download", "--folder", exported).exit_code == 0
        assert cli("verify", "--folder", exported).exit_code == 0

    def test_as_json(self, cli: Cli, exported: Path) -> None:
        flip_a_byte(archive_of(exported, "bruno"))
        events = Events.of(cli("verify", "--folder", exported, "--json").stdout)
        statuses = {line["label"]: line["status"] for line in events.named("archive")}
        assert statuses["bruno@acme.example"] == "bad"
        assert events.report["good"] == 2

    def test_single_files(self, cli: Cli, exported: Path) -> None:
        done = cli("verify", archive_of(exported, "ana"), archive_of(exported, "bruno"))
        assert done.exit_code == 0
        assert "2 of 2 archives are good." in done.stdout

    def test_a_single_file_with_a_bad_entry(self, cli: Cli, tmp_path: Path) -> None:
        path = tmp_path / "name\x1b[31m.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("Inbox/1.eml", b"Subject: whole\r\n\r\nabcdefgh")
        path.write_bytes(path.read_bytes().replace(b"abcdefgh", b"abcdefgx"))
        done = cli("verify", path)
        assert done.exit_code == 1
        assert "bad CRC" in done.stdout
        assert "\x1b" not in done.stdout

    def test_an_archive_without_read_permission(
        self, cli: Cli, exported: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        barred = archive_of(exported, "ana")

        def refused(path: Path) -> None:
            if path == barred:
                raise PermissionError(errno.EACCES, "Permission denied", str(path))

        monkeypatch.setattr(
            "workmail_async.exports.organization.verification.check_archive",
            checking_after(refused),
        )
        done = cli("verify", "--folder", exported)
        assert done.exit_code == 1
        assert f"{barred}: the file cannot be read: Permission denied" in done.stdout
        assert "2 of 3 archives are good." in done.stdout

    def test_some_mailboxes_of_a_folder(self, cli: Cli, exported: Path) -> None:
        done = cli("verify", "--folder", exported, "--mailbox", "ANA@*")
        assert "1 of 1 archives are good." in done.stdout


class TestConvert:
    def test_to_mbox(self, cli: Cli, exported: Path) -> None:
        done = cli("convert", "--folder", exported, "--to", "mbox", "--into", "google")
        assert done.exit_code == 0
        assert "3 of 3 archives were fully converted." in done.stdout
        found = 0
        for path in Path("google/ana@acme.example").rglob("*.mbox"):
            with closing(mailbox.mbox(path, create=False)) as box:
                found += len(box)
        assert found == ITEMS["ana"]

    def test_the_table_and_the_report_count_each_kind_of_item(
        self, cli: Cli, tmp_path: Path
    ) -> None:
        path = tmp_path / "mixed.zip"
        calendar = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
        with zipfile.ZipFile(path, "w") as archive:
            for number in range(3):
                archive.writestr(f"Inbox/{number}.eml", b"Subject: hi\r\n\r\nhello\r\n")
            for number in range(2):
                archive.writestr(f"Calendar/{number}.ics", calendar)
            archive.writestr("Inbox/4.bin", b"\x00\x01\x02")
        shown = cli("convert", path, "--to", "mbox", "--into", "out").stdout.splitlines()
        heads = next(line for line in shown if line.startswith("Mailbox"))
        row = next(line for line in shown if line.startswith("mixed "))
        assert re.split(r"  +", heads.strip()) == [
            *("Mailbox", "Status", "Items", "As mail", "As .ics", "As they are")
        ]
        assert row.split() == ["mixed", "complete", "6", "3", "2", "1"]

        done = cli("convert", path, "--to", "eml", "--into", "out2", "--json")
        (result,) = Events.of(done.stdout).report["archives"]
        numbers = {name: result[name] for name in ("items", "messages", "calendar", "other")}
        assert numbers == {"items": 6, "messages": 3, "calendar": 2, "other": 1}

    @pytest.mark.parametrize("form", ["maildir", "eml", "eml-zip"])
    def test_to_the_other_forms(self, cli: Cli, exported: Path, form: str) -> None:
        done = cli("convert", "--folder", exported, "--to", form, "--into", form)
        assert done.exit_code == 0
        report = json.loads((exported / f"conversion-{form}.json").read_text(encoding="utf-8"))
        for result in report["archives"]:
            name = result["mailbox"].partition("@")[0]
            written = result["messages"] + result["calendar"] + result["other"]
            assert written == result["items"] == ITEMS[name]
            assert Path(result["path"]).exists()

    def test_it_can_be_repeated(self, cli: Cli, exported: Path) -> None:
        command = ("convert", "--folder", exported, "--to", "mbox", "--into", "google")
        assert (cli(*command).exit_code, cli(*command).exit_code) == (0, 0)

    def test_a_bad_archive_does_not_stop_the_others(self, cli: Cli, exported: Path) -> None:
        archive_of(exported, "ana").write_bytes(b"no zip")
        done = cli("convert", "--folder", exported, "--to", "eml", "--into", "out")
        assert done.exit_code == 1
        assert "2 of 3 archives were fully converted." in done.stdout
        assert "ana@acme.example: acme/mailboxes/ana" in done.stdout
        assert Path("out/bruno@acme.example").is_dir()

    def test_a_missing_or_unreadable_archive_does_not_stop_the_others(
        self, cli: Cli, exported: Path
    ) -> None:
        gone, folder = archive_of(exported, "ana"), archive_of(exported, "library")
        gone.unlink()
        folder.unlink()
        folder.mkdir()
        done = cli("convert", "--folder", exported, "--to", "eml", "--into", "out")
        assert done.exit_code == 1
        assert "1 of 3 archives were fully converted." in done.stdout
        assert "ana@acme.example: the file is gone" in done.stdout
        assert "library@acme.example: the file cannot be read: Is a directory" in done.stdout
        assert "workmail-async verify --folder acme" in done.stdout

    def test_missing_items_are_counted(self, cli: Cli, exported: Path) -> None:
        path = archive_of(exported, "ana")
        with zipfile.ZipFile(path) as old:
            entries = [(name, old.read(name)) for name in old.namelist()]
        with zipfile.ZipFile(path, "w") as new:
            for name, content in entries[1:]:
                new.writestr(name, content)
        done = cli("convert", "--folder", exported, "--to", "eml", "--into", "out")
        assert done.exit_code == 1
        assert "11 items were written instead of 12" in done.stdout

    def test_mailboxes_that_are_not_safe_yet_are_named(self, cli: Cli, exported: Path) -> None:
        with Manifest(exported / MANIFEST_NAME) as manifest, manifest._writing() as db:
            db.execute(
                "INSERT INTO mailbox (entity_id, kind, name, state, status)"
                " VALUES ('late', 'user', 'late', 'ENABLED', 'pending')"
            )
        done = cli("convert", "--folder", exported, "--to", "mbox", "--into", "google")
        assert done.exit_code == 1
        assert "late: not converted because it is not safe on disk yet" in done.stdout
        some = ("--mailbox", "ana@*")
        assert (
            cli("convert", "--folder", exported, *some, "--to", "eml", "--into", "a").exit_code == 0
        )

    def test_a_single_file(self, cli: Cli, exported: Path) -> None:
        path = archive_of(exported, "ana")
        done = cli("convert", path, "--to", "mbox", "--into", "one", "--json")
        assert done.exit_code == 0
        events = Events.of(done.stdout)
        assert events.named("archive")[0]["items"] == ITEMS["ana"]
        assert Path("one", path.stem).is_dir()

    def test_files_of_others_are_never_overwritten(self, cli: Cli, exported: Path) -> None:
        own = Path("google/ana@acme.example/Inbox.mbox")
        own.parent.mkdir(parents=True)
        own.write_text("mine")
        done = cli("convert", "--folder", exported, "--to", "mbox", "--into", "google")
        assert done.exit_code == 1
        assert own.read_text() == "mine"
        assert "another folder" in done.stdout

    def test_a_disk_that_cannot_be_written_to(self, cli: Cli, exported: Path) -> None:
        Path("file").touch()
        done = cli("convert", "--folder", exported, "--to", "mbox", "--into", "file/below")
        assert done.exit_code == 1
        assert "file/below: Not a directory. Check the disk" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), "Name either archives or --folder."),
        (("nothing.zip",), "does not exist"),
        (("--folder", "nowhere"), "start an export first"),
    ],
)
def test_wrong_usage_is_named(cli: Cli, arguments: tuple[str, ...], expected: str) -> None:
    done = cli("verify", *arguments)
    assert done.exit_code == 2
    assert expected in done.stderr


def test_a_folder_without_archives_is_named(cli: Cli, exported: Path) -> None:
    assert "no archive of z*" in cli("verify", "--folder", exported, "--mailbox", "z*").stderr
    with Manifest(exported / MANIFEST_NAME) as manifest, manifest._writing() as db:
        db.execute("DELETE FROM file")
        db.execute("UPDATE mailbox SET status = ?", (Status.PENDING.value,))
    done = cli("verify", "--folder", exported)
    assert (done.exit_code, "has no archives yet" in done.stderr) == (2, True)
