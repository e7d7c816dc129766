"""`verify` finds what is bad, and `convert` counts everything in and out."""

from __future__ import annotations

import errno
import json
import mailbox
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
    """A check that looks at the path first."""

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
        ("spoil", "complaint"),
        [
            (Path.unlink, "the file is gone"),
            (flip_a_byte, "its SHA-256 is"),
            (lambda path: path.write_bytes(path.read_bytes()[:-30]), "bytes instead of"),
            (lambda path: path.write_bytes(b"x" * path.stat().st_size), "it is no zip"),
        ],
        ids=["gone", "changed", "cut", "other"],
    )
    def test_bad_ones_are_named_and_can_be_fetched_again(
        self, cli: Cli, exported: Path, spoil: Callable[[Path], None], complaint: str
    ) -> None:
        path = archive_of(exported, "ana")
        spoil(path)
        done = cli("verify", "--folder", exported)
        assert done.exit_code == 1
        assert "ana@acme.example: bad" in done.stdout
        assert complaint in done.stdout
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

    def test_archives_by_themselves(self, cli: Cli, exported: Path) -> None:
        done = cli("verify", archive_of(exported, "ana"), archive_of(exported, "bruno"))
        assert done.exit_code == 0
        assert "2 of 2 archives are good." in done.stdout

    def test_an_archive_by_itself_with_a_bad_entry(self, cli: Cli, tmp_path: Path) -> None:
        path = tmp_path / "odd\x1b[31m.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("Inbox/1.eml", b"Subject: whole\r\n\r\nabcdefgh")
        path.write_bytes(path.read_bytes().replace(b"abcdefgh", b"abcdefgx"))
        done = cli("verify", path)
        assert done.exit_code == 1
        assert "bad CRC" in done.stdout
        assert "\x1b" not in done.stdout

    def test_an_archive_that_may_not_be_read(
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
        assert "3 of 3 archives were converted whole." in done.stdout
        found = 0
        for path in Path("google/ana@acme.example").rglob("*.mbox"):
            with closing(mailbox.mbox(path, create=False)) as box:
                found += len(box)
        assert found == ITEMS["ana"]

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

    def test_one_bad_archive_does_not_stop_the_others(self, cli: Cli, exported: Path) -> None:
        archive_of(exported, "ana").write_bytes(b"no zip")
        done = cli("convert", "--folder", exported, "--to", "eml", "--into", "out")
        assert done.exit_code == 1
        assert "2 of 3 archives were converted whole." in done.stdout
        assert "ana@acme.example: acme/mailboxes/ana" in done.stdout
        assert Path("out/bruno@acme.example").is_dir()

    def test_an_archive_that_is_gone_or_cannot_be_read_does_not_stop_the_others(
        self, cli: Cli, exported: Path
    ) -> None:
        gone, folder = archive_of(exported, "ana"), archive_of(exported, "library")
        gone.unlink()
        folder.unlink()
        folder.mkdir()
        done = cli("convert", "--folder", exported, "--to", "eml", "--into", "out")
        assert done.exit_code == 1
        assert "1 of 3 archives were converted whole." in done.stdout
        assert "ana@acme.example: the file is gone" in done.stdout
        assert "library@acme.example: the file cannot be read: Is a directory" in done.stdout
        assert "workmail-async verify --folder acme" in done.stdout

    def test_what_is_missing_from_an_archive_is_named(self, cli: Cli, exported: Path) -> None:
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
        assert "late: not converted, since it is not safe on disk yet" in done.stdout
        some = ("--mailbox", "ana@*")
        assert (
            cli("convert", "--folder", exported, *some, "--to", "eml", "--into", "a").exit_code == 0
        )

    def test_an_archive_by_itself(self, cli: Cli, exported: Path) -> None:
        path = archive_of(exported, "ana")
        done = cli("convert", path, "--to", "mbox", "--into", "one", "--json")
        assert done.exit_code == 0
        events = Events.of(done.stdout)
        assert events.named("archive")[0]["items"] == ITEMS["ana"]
        assert Path("one", path.stem).is_dir()

    def test_a_place_that_is_taken_is_left_alone(self, cli: Cli, exported: Path) -> None:
        own = Path("google/ana@acme.example/Inbox.mbox")
        own.parent.mkdir(parents=True)
        own.write_text("mine")
        done = cli("convert", "--folder", exported, "--to", "mbox", "--into", "google")
        assert done.exit_code == 1
        assert own.read_text() == "mine"
        assert "use another folder" in done.stdout

    def test_a_disk_that_cannot_be_written_to(self, cli: Cli, exported: Path) -> None:
        Path("file").touch()
        done = cli("convert", "--folder", exported, "--to", "mbox", "--into", "file/below")
        assert done.exit_code == 1
        assert "file/below: Not a directory. See to the disk" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), "Name archives or --folder, and not both."),
        (("nothing.zip",), "does not exist"),
        (("--folder", "nowhere"), "start an export first"),
    ],
)
def test_wrong_usage_is_named(cli: Cli, arguments: tuple[str, ...], complaint: str) -> None:
    done = cli("verify", *arguments)
    assert done.exit_code == 2
    assert complaint in done.stderr


def test_a_folder_without_archives_is_named(cli: Cli, exported: Path) -> None:
    assert "no archive of z*" in cli("verify", "--folder", exported, "--mailbox", "z*").stderr
    with Manifest(exported / MANIFEST_NAME) as manifest, manifest._writing() as db:
        db.execute("DELETE FROM file")
        db.execute("UPDATE mailbox SET status = ?", (Status.PENDING.value,))
    done = cli("verify", "--folder", exported)
    assert (done.exit_code, "no archive yet" in done.stderr) == (2, True)
