"""What goes into a conversion comes out of it: counts, bytes, and nothing twice."""

from __future__ import annotations

import errno
import mailbox
import os
import random
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.archives.zips import Member, calendar_file, invitation, letter, packed, saved, zip_of
from workmail_async.archives import ConversionError, MailboxArchive, Problem
from workmail_async.archives.writers import (
    Conversion,
    unquoted,
    write_eml_tree,
    write_eml_zip,
    write_maildir,
    write_mbox,
)
from workmail_async.archives.writers.contents import _ADDRESS
from workmail_async.archives.writers.zip_stream import ZipStream
from workmail_async.emulator.mail.export_zip import write_archive
from workmail_async.emulator.mail.mailboxes import Mailbox

ANA = "ana@acme.example"
WRITERS: list[Callable[..., Conversion]] = [
    write_mbox,
    write_maildir,
    write_eml_tree,
    write_eml_zip,
]

MEMBERS = (
    Member(name=b"Inbox/1.eml", content=letter(1)),
    Member(name=b"Inbox/2.eml", content=letter(2).replace(b"\r\n", b"\n")),
    Member(name=b"INBOX/2.EML", content=letter(3, body="From here\n>From there\nFrom\n")),
    Member(name=b"Archive/2024/x", content=letter(4).rstrip()),
    Member(name=b"Archive/4.eml", content=letter(5, body="\n\n\n")),
    Member(name=b"Calendar/5.eml", content=invitation(6)),
    Member(name=b"Calendar/6.ics", content=calendar_file(7)),
    Member(name=b"Inbox/7.bin", content=b"\x00\xff" * 50),
    Member(name=b"8.eml", content=letter(8)),
    Member(name=b"other/sub/9.eml", content=letter(9)),
    Member(name=b"Inbox/10.eml", content=letter(10), crc=1),
    Member(name=b"x.mbox", content=b"From a@b Mon Jan  8 07:30:00 2024\n\n\nno message"),
)
MESSAGES = [MEMBERS[n].content for n in (0, 1, 2, 3, 4, 5, 8, 9)]


@pytest.fixture
def archive(tmp_path: Path) -> MailboxArchive:
    return MailboxArchive(saved(tmp_path / "ana.zip", zip_of(*MEMBERS)))


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def messages_in(done: Conversion, target: Path) -> Counter[bytes]:
    """Read a conversion back, with what the standard library has for it."""
    found: list[bytes] = []
    if done.path.suffix == ".zip":
        with zipfile.ZipFile(done.path) as archive:
            assert archive.testzip() is None
            assert all(name.endswith((".eml", ".EML")) for name in archive.namelist())
            found = [archive.read(name) for name in archive.namelist()]
    elif (done.path / "Maildir").is_dir():
        root = mailbox.Maildir(str(done.path / "Maildir"), create=False)
        for box in (root, *(root.get_folder(name) for name in root.list_folders())):
            found += [box.get_bytes(key) for key in box.keys()]  # noqa: SIM118
    elif (done.path / "Mail").is_dir():
        found = [path.read_bytes() for path in (done.path / "Mail").rglob("*") if path.is_file()]
    else:
        for path in filter(Path.is_file, done.path.rglob("*.mbox")):
            mbox = mailbox.mbox(path, create=False)
            found += [unquoted(mbox.get_bytes(key)) for key in mbox.keys()]  # noqa: SIM118
            mbox.close()
    return Counter(found)


def expected_of(write: Callable[..., Conversion], contents: list[bytes]) -> Counter[bytes]:
    if write is write_mbox:  # a format of lines
        contents = [text if text.endswith(b"\n") else text + b"\r\n" for text in contents]
    return Counter(contents)


@pytest.mark.parametrize("write", WRITERS)
def test_what_goes_in_comes_out(
    write: Callable[..., Conversion], archive: MailboxArchive, tmp_path: Path
) -> None:
    seen: list[tuple[int, int]] = []
    done = write(archive, tmp_path / "out", ANA, on_progress=lambda *step: seen.append(step))

    assert messages_in(done, tmp_path) == expected_of(write, MESSAGES)
    beside = tmp_path / "out" / ANA
    assert tree(beside / "calendar") == {"Calendar - 6.ics": calendar_file(7)}
    assert tree(beside / "other") == {
        "Inbox - 7.bin": b"\x00\xff" * 50,
        "x.mbox.bin": MEMBERS[11].content,
    }
    assert (done.items, done.written, done.skipped) == (12, 11, {"bad CRC": 1})
    assert (done.messages, done.calendar_files, done.other_files) == (8, 1, 2)
    assert done.balanced
    assert not done.complete
    assert done.bytes == sum(len(member.content) for member in MEMBERS) - len(letter(10))
    assert done.folders == {
        "Inbox": 2,
        "INBOX": 1,
        "Archive/2024": 1,
        "Archive": 1,
        "Calendar": 1,
        "": 1,
        "other/sub": 1,
    }
    assert [f.problem for f in done.findings if f.lost] == [Problem.BAD_CRC]
    assert seen == [(number, 12) for number in range(1, 13)]


@pytest.mark.parametrize("write", WRITERS)
def test_a_mailbox_of_the_emulator_is_converted_whole(
    write: Callable[..., Conversion], tmp_path: Path
) -> None:
    box = Mailbox(address=ANA, quota=1_000)
    box.add_synthetic(90, seed=3)
    path = tmp_path / "ana.zip"
    write_archive(box, path, stamp=datetime(2024, 1, 8, tzinfo=timezone.utc))
    with MailboxArchive(path) as archive:
        done = write(archive, tmp_path / "out", ANA)

    assert done.complete
    assert done.messages == 90
    assert done.folders == Counter(item.folder for item in box)
    assert messages_in(done, tmp_path) == Counter(item.content() for item in box)


@pytest.mark.parametrize("write", WRITERS)
def test_a_second_run_gives_the_same_files(
    write: Callable[..., Conversion], archive: MailboxArchive, tmp_path: Path
) -> None:
    write(archive, tmp_path / "out", ANA)
    first = tree(tmp_path / "out")
    write(archive, tmp_path / "out", ANA)
    write(MailboxArchive(archive.path), tmp_path / "elsewhere", ANA)
    assert first == tree(tmp_path / "out") == tree(tmp_path / "elsewhere")


class Stop(KeyboardInterrupt):
    pass


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("after", [1, 5, 12])
def test_an_interrupted_run_leaves_no_half_file_and_the_next_makes_it_whole(
    write: Callable[..., Conversion], after: int, archive: MailboxArchive, tmp_path: Path
) -> None:
    def stop(done: int, total: int) -> None:
        if done == after:
            raise Stop

    whole = write(archive, tmp_path / "reference", ANA)
    with pytest.raises(Stop):
        write(archive, tmp_path / "out", ANA, on_progress=stop)

    reference = tree(tmp_path / "reference")
    assert set(tree(tmp_path / "out").items()) <= set(reference.items()), "each file is whole"
    assert write(archive, tmp_path / "out", ANA).messages == whole.messages
    assert tree(tmp_path / "out") == reference


@pytest.mark.parametrize("write", WRITERS)
def test_what_a_killed_run_left_is_written_over(
    write: Callable[..., Conversion],
    archive: MailboxArchive,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stop(done: int, total: int) -> None:
        if done == 9:
            raise Stop

    with monkeypatch.context() as patch:
        # as SIGKILL: nothing is tidied up
        patch.setattr(Path, "unlink", lambda *_, **__: None)
        with pytest.raises(Stop):
            write(archive, tmp_path / "out", ANA, on_progress=stop)
    write(archive, tmp_path / "out", ANA)
    write(archive, tmp_path / "reference", ANA)
    assert tree(tmp_path / "out") == tree(tmp_path / "reference")


@pytest.mark.parametrize("write", WRITERS)
def test_a_full_disk_stops_the_run_and_leaves_whole_files_alone(
    write: Callable[..., Conversion],
    archive: MailboxArchive,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(archive, tmp_path / "out", ANA)
    before = tree(tmp_path / "out")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write(archive, tmp_path / "out", ANA)
    assert tree(tmp_path / "out") == before


@pytest.mark.parametrize("write", WRITERS)
def test_another_export_of_the_mailbox_is_not_mixed_in(
    write: Callable[..., Conversion], archive: MailboxArchive, tmp_path: Path
) -> None:
    write(archive, tmp_path / "out", ANA)
    before = tree(tmp_path / "out")
    later = MailboxArchive(saved(tmp_path / "later.zip", zip_of(*MEMBERS[1:])))
    with pytest.raises(ConversionError, match="converted from another export"):
        write(later, tmp_path / "out", ANA)
    assert tree(tmp_path / "out") == before


@pytest.mark.parametrize("write", WRITERS)
def test_files_of_somebody_else_are_not_touched(
    write: Callable[..., Conversion], archive: MailboxArchive, tmp_path: Path
) -> None:
    mine = tmp_path / "out" / ANA / "Inbox.mbox"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    with pytest.raises(ConversionError, match="is not a conversion"):
        write(archive, tmp_path / "out", ANA)
    assert tree(tmp_path / "out") == {f"{ANA}/Inbox.mbox": b"mine", f".{ANA}.lock": b""}


def test_a_zip_that_lies_where_the_new_one_would_go_is_not_touched(tmp_path: Path) -> None:
    """It may well be the export itself."""
    path = saved(tmp_path / f"{ANA}.zip", zip_of(*MEMBERS))
    before = path.read_bytes()
    with (
        MailboxArchive(path) as archive,
        pytest.raises(ConversionError, match="is not a conversion"),
    ):
        write_eml_zip(archive, tmp_path, ANA)
    assert path.read_bytes() == before


def test_conversions_of_one_export_share_a_folder(archive: MailboxArchive, tmp_path: Path) -> None:
    for write in WRITERS:
        assert write(archive, tmp_path / "out", ANA).messages == 8
    top = {path.name for path in (tmp_path / "out").iterdir()}
    kept = {f".{name}.{suffix}" for name in (ANA, f"{ANA}.zip") for suffix in ("json", "lock")}
    assert top == {ANA, f"{ANA}.zip", *kept}


@pytest.mark.parametrize("write", WRITERS)
def test_a_second_conversion_at_the_same_time_is_refused(
    write: Callable[..., Conversion], archive: MailboxArchive, tmp_path: Path
) -> None:
    def meddle(done: int, total: int) -> None:
        with pytest.raises(ConversionError, match="another process converts to"):
            write(MailboxArchive(archive.path), tmp_path / "out", ANA)

    done = write(archive, tmp_path / "out", ANA, on_progress=meddle)
    assert messages_in(done, tmp_path) == expected_of(write, MESSAGES)


def test_an_address_cannot_lead_out_of_the_target(archive: MailboxArchive, tmp_path: Path) -> None:
    done = write_mbox(archive, tmp_path / "out", "../../evil")
    assert done.path.parent == tmp_path / "out"


def test_mbox_files_are_laid_out_as_google_wants_them(
    archive: MailboxArchive, tmp_path: Path
) -> None:
    done = write_mbox(archive, tmp_path, ANA)
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.mbox")) == [
        f"{ANA}/Archive.mbox",
        f"{ANA}/Archive/2024.mbox",
        f"{ANA}/Calendar.mbox",
        f"{ANA}/Inbox.mbox",
        f"{ANA}/Unfiled.mbox",
        f"{ANA}/other~2/sub.mbox",
    ]
    assert done.adjusted == {"quoted From": 1, "final line break": 1}


def test_an_mbox_tells_sender_and_date_of_its_messages(tmp_path: Path) -> None:
    undated = b"Subject: no sender and no date\n\nx\n"
    bounced = b"Return-Path: <>\n" + letter(2)
    data = zip_of(
        Member(name=b"Inbox/1", content=letter(1)),
        Member(name=b"Inbox/2", content=undated),
        Member(name=b"Inbox/3", content=undated, stamp=0x01E0_0000),
        Member(name=b"Inbox/4", content=bounced.replace(b"08 Jan", b"99 Foo")),
        Member(name=b"Inbox/5", content=b"From  x@y Mon Jan  1 \xff\r\n" + undated),
        Member(name=b"Inbox/6", content=undated, stamp=0xFE21_0000),  # in 2107
    )
    with MailboxArchive(saved(tmp_path / "x.zip", data)) as archive:
        done = write_mbox(archive, tmp_path / "out", ANA)
    box = mailbox.mbox(done.path / "Inbox.mbox", create=False)
    assert [message.get_from() for message in box] == [
        f"{ANA} Mon Jan  8 07:30:00 2024",
        "MAILER-DAEMON Mon Jan  8 12:00:00 2024",
        "MAILER-DAEMON Thu Jan  1 00:00:00 1970",
        f"{ANA} Mon Jan  8 12:00:00 2024",
        "MAILER-DAEMON Mon Jan  8 12:00:00 2024",
        "MAILER-DAEMON Thu Jan  1 00:00:00 1970",
    ]
    assert box.get_bytes(box.keys()[4]) == undated
    box.close()


def test_a_sender_without_end_takes_no_endless_time() -> None:
    """Trying each begin of so long a word would take hours."""
    word = "a" * 1_000_000
    assert _ADDRESS.search(word) is None
    found = _ADDRESS.search(f"{word}@acme.example")
    assert found is not None
    assert found[0] == f"{'a' * 64}@acme.example"


def test_a_note_that_a_power_cut_emptied_is_told_with_the_way_out(
    archive: MailboxArchive, tmp_path: Path
) -> None:
    write_mbox(archive, tmp_path / "out", ANA)
    (tmp_path / "out" / f".{ANA}.json").write_bytes(b"")
    with pytest.raises(ConversionError, match="remove it together with"):
        write_mbox(archive, tmp_path / "out", ANA)


def test_a_maildir_is_laid_out_as_dovecot_wants_it(tmp_path: Path) -> None:
    names = (b"INBOX/1", b"Inbox/Sub/2", "Entwürfe & Ähnliches/3".encode(), b"v1.2/4", b"v1_2/5")
    data = zip_of(*(Member(name=name, content=letter(1)) for name in names))
    with MailboxArchive(saved(tmp_path / "x.zip", data)) as archive:
        done = write_maildir(archive, tmp_path / "out", ANA)
    root = done.path / "Maildir"
    assert {path.name for path in root.iterdir()} == {
        "cur",
        "new",
        "tmp",
        ".INBOX.Sub",
        ".Entw&APw-rfe &- &AMQ-hnliches",
        ".v1_2",
        ".v1_2~2",
    }
    assert (root / ".v1_2" / "maildirfolder").is_file()
    (message,) = (root / "cur").iterdir()
    assert message.name == f"1704699000.M0.workmail,S={len(letter(1))}:2,S"
    assert message.stat().st_mtime == 1704699000
    (read,) = mailbox.Maildir(str(root), create=False)
    assert isinstance(read, mailbox.MaildirMessage)
    assert (read.get_subdir(), read.get_flags()) == ("cur", "S")


def test_an_eml_tree_is_laid_out_as_migrationwiz_wants_it(
    archive: MailboxArchive, tmp_path: Path
) -> None:
    write_eml_tree(archive, tmp_path / "out", ANA)
    mail = tmp_path / "out" / ANA / "Mail"
    assert list(tree(mail)) == [
        "Archive/2024/x.eml",
        "Archive/4.eml",
        "Calendar/5.eml",
        "Inbox/1.eml",
        "Inbox/2.eml",
        "Inbox/2~2.EML",
        "Unfiled/8.eml",
        "other/sub/9.eml",
    ]
    assert (mail / "Inbox" / "1.eml").stat().st_mtime == 1704699000


def test_files_and_folders_of_one_name_get_along(tmp_path: Path) -> None:
    names = (b"A/x.eml", b"A/x.eml/y", b"a/X.EML", b"A.mbox/z", b"A/x.eml/y", b"A/x~2.eml")
    data = zip_of(*(Member(name=name, content=letter(n)) for n, name in enumerate(names)))
    expected = Counter(letter(number) for number in range(len(names)))
    with MailboxArchive(saved(tmp_path / "x.zip", data)) as archive:
        for number, write in enumerate(WRITERS):
            done = write(archive, tmp_path / str(number), ANA)
            assert messages_in(done, tmp_path) == expected


PARTS = st.sampled_from(
    "Inbox,INBOX,a,A,a.eml,a.EML,a~2.eml,a.mbox,cur,é,e\u0301,ß,ss,..,.,,CON,other,calendar,Unfiled,"
    f"a.b,a_b,{'x' * 130}".split(",")
) | st.text(max_size=6)
PLACES = st.lists(PARTS, min_size=1, max_size=4).map("/".join)


@pytest.mark.parametrize("write", WRITERS)
@given(names=st.lists(PLACES, max_size=12))
@settings(max_examples=25, deadline=None)
def test_whatever_entries_are_called_each_comes_out_and_a_second_run_changes_nothing(
    write: Callable[..., Conversion], names: list[str]
) -> None:
    contents = [letter(number) for number in range(len(names))]
    members = [
        Member(name=name.encode("utf-8", "replace"), content=content)
        for name, content in zip(names, contents, strict=True)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = saved(Path(folder) / "x.zip", zip_of(*members))
        with MailboxArchive(path) as archive:
            done = write(archive, Path(folder) / "deep" / "out", ANA)
            assert done.complete
            assert messages_in(done, Path(folder)) == Counter(contents)
            before = tree(Path(folder))
            write(archive, Path(folder) / "deep" / "out", ANA)
        assert tree(Path(folder)) == before
        assert {path.name for path in Path(folder).iterdir()} == {"x.zip", "deep"}
        assert {path.name for path in (Path(folder) / "deep").iterdir()} == {"out"}


def test_more_folders_than_files_may_be_open_become_mboxes(tmp_path: Path) -> None:
    chance = random.Random(1)
    members = [
        Member(name=b"F%d/%d" % (chance.randrange(120), n), content=letter(n)) for n in range(500)
    ]
    with MailboxArchive(saved(tmp_path / "x.zip", zip_of(*members))) as archive:
        before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else 0
        done = write_mbox(
            archive,
            tmp_path / "out",
            ANA,
            on_progress=lambda *_: few_open(before),
        )
    assert done.complete
    assert messages_in(done, tmp_path) == Counter(member.content for member in members)


def few_open(before: int) -> None:
    if before:
        assert len(os.listdir("/proc/self/fd")) < before + 60


def test_a_large_message_is_written_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workmail_async.archives.writers.contents._AT_ONCE", 1_000)
    monkeypatch.setattr("workmail_async.archives.writers.contents._PIECE", 997)
    monkeypatch.setattr("workmail_async.archives.writers.mbox._LONGEST_LINE", 5_000)
    body = "From a\n>From b\n" * 300 + "y" * 90_000 + "From \nFrom x"
    content = b"Subject: x\n\n" + body.encode()
    bad = Member(name=b"Inbox/bad", content=content + b"more", crc=1)
    good = Member(name=b"Inbox/good", content=content + b"\n")
    with MailboxArchive(saved(tmp_path / "x.zip", zip_of(bad, good, bad))) as archive:
        for number, write in enumerate(WRITERS):
            done = write(archive, tmp_path / str(number), ANA)
            assert messages_in(done, tmp_path) == Counter([good.content])
            assert done.skipped == {"bad CRC": 2}
            assert done.balanced
            assert not list((tmp_path / str(number)).rglob("*.part"))
            assert not list((tmp_path / str(number) / ANA / "Maildir" / "tmp").glob("*"))


@pytest.mark.parametrize("write", WRITERS)
def test_what_breaks_off_in_the_middle_leaves_nothing_of_itself(
    write: Callable[..., Conversion], tmp_path: Path
) -> None:
    content = letter(1, body="line\n" * 30_000)
    names = (b"Inbox/a", b"Inbox/b.ics", b"Inbox/c.bin")
    broken = [
        Member(name=name, content=begin + content, packed=packed(begin + content, 8)[:-5])
        for name, begin in zip(names, (b"", b"BEGIN:VCALENDAR\r\n", b"\0"), strict=True)
    ]
    data = zip_of(Member(name=b"Inbox/1", content=letter(2)), *broken)
    with MailboxArchive(saved(tmp_path / "x.zip", data)) as archive:
        done = write(archive, tmp_path / "out", ANA)
    assert messages_in(done, tmp_path) == Counter([letter(2)])
    assert done.skipped == {"corrupt": 3}
    assert (done.balanced, done.complete) == (True, False)
    assert not list((tmp_path / "out").rglob("*.part"))
    assert tree(tmp_path / "out" / ANA / "other") == {}


def test_a_file_that_changes_under_the_writer_is_not_kept(
    archive: MailboxArchive, tmp_path: Path
) -> None:
    def meddle(done: int, total: int) -> None:
        if done == total:
            with (tmp_path / "out" / ANA / ".Inbox.mbox.part").open("ab") as file:
                file.write(b"From somebody else\n" * 100_000)

    with pytest.raises(ConversionError, match="changed by another program"):
        write_mbox(archive, tmp_path / "out", ANA, on_progress=meddle)
    assert not list((tmp_path / "out").rglob("*.mbox"))


def test_a_zip_of_more_entries_and_bytes_than_32_bits_count_is_one_that_others_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workmail_async.archives.writers.zip_stream._WIDE_FROM", 1_000)
    path = tmp_path / "many.zip"
    with path.open("wb") as file:
        file.seek(5 * 1024**3)  # a hole, so that nothing of it is written
        stream = ZipStream(file)
        stream.add("größe.eml", [b"x" * 1_500, b"y" * 500], size=2_000, stamp=0x58286000)
        for number in range(66_000):
            stream.add(str(number), [b""], size=0, stamp=0x58286000)
        assert stream.finish() == 66_001
    with zipfile.ZipFile(path) as archive:
        assert len(archive.infolist()) == 66_001
        assert archive.read("größe.eml") == b"x" * 1_500 + b"y" * 500
        assert archive.getinfo("65999").date_time == (2024, 1, 8, 12, 0, 0)
    with MailboxArchive(path) as read:
        assert (len(read), list(read.findings)) == (66_001, [])
