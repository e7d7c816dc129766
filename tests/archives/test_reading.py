"""An archive gives its items one after the other, with what they hold read on demand."""

from __future__ import annotations

import email
import gc
import io
import pickle
import random
import struct
import threading
import tracemalloc
import zipfile
from datetime import datetime, timezone
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from tests.archives.zips import (
    BZIP2,
    SIZES_FOLLOW,
    STORED,
    UTF8,
    Member,
    calendar_file,
    invitation,
    letter,
    saved,
    zip_of,
)
from workmail_async.archives import (
    ArchiveError,
    ArchiveItem,
    ItemError,
    ItemKind,
    Limits,
    MailboxArchive,
    Problem,
    check_archive,
)
from workmail_async.emulator.mail.export_zip import write_archive
from workmail_async.emulator.mail.mailboxes import Mailbox

BIG = b"Subject: big\r\n\r\n" + bytes(range(256)) * 2_000


def archive_of(tmp_path: Path, *members: Member, limits: Limits | None = None) -> MailboxArchive:
    return MailboxArchive(saved(tmp_path / "mailbox.zip", zip_of(*members)), limits=limits)


def only(archive: MailboxArchive) -> ArchiveItem:
    (item,) = archive
    return item


def test_the_zip_that_the_emulator_writes_is_read_item_by_item(tmp_path: Path) -> None:
    mailbox = Mailbox(address="ana@acme.example", quota=1_000)
    mailbox.add_synthetic(60)
    path = tmp_path / "ana.zip"
    summary = write_archive(mailbox, path, stamp=datetime(2024, 1, 8, tzinfo=timezone.utc))

    with MailboxArchive(path) as archive:
        items = [(item.folder, item.raw()) for item in archive]
        found = archive.check()

    assert items == [(item.folder, item.content()) for item in mailbox]
    assert found.ok
    assert (found.items, found.content_bytes) == (summary.messages, summary.size)
    assert len(found.folders) == summary.folders
    assert found.calendar == 7
    assert found.messages == 53
    assert list(found.findings) == []


def test_items_tell_folder_name_kind_and_size_in_the_order_of_the_zip(tmp_path: Path) -> None:
    with archive_of(
        tmp_path,
        Member(name=b"Inbox/"),
        Member(name=b"Inbox/1.eml", content=letter(1)),
        Member(name="Archive/Été/2.eml".encode(), content=invitation(2), flags=UTF8),
        Member(name=b"top.ics", content=calendar_file(3)),
        Member(name=b"Inbox\\4.bin", content=b"\x00\x01"),
    ) as archive:
        items = list(archive)

    assert [(item.folder, item.name, item.kind, item.mime, item.size) for item in items] == [
        ("Inbox", "1.eml", ItemKind.MESSAGE, True, len(letter(1))),
        ("Archive/Été", "2.eml", ItemKind.CALENDAR, True, len(invitation(2))),
        ("", "top.ics", ItemKind.CALENDAR, False, len(calendar_file(3))),
        ("Inbox", "4.bin", ItemKind.OTHER, False, 2),
    ]
    assert [item.entry for item in items][3] == "Inbox\\4.bin"
    assert len(archive) == 4
    assert repr(items[0]) == f"<ArchiveItem 'Inbox/1.eml', message, {len(letter(1))} bytes>"
    assert repr(archive).endswith("mailbox.zip', 4 entries>")


@pytest.mark.parametrize("method", [STORED, 8, BZIP2])
@pytest.mark.parametrize("flags", [0, SIZES_FOLLOW])
@pytest.mark.parametrize("content", [b"", letter(1), BIG, BIG[:65_536], BIG[:65_537]], ids=len)
def test_content_is_the_same_however_it_is_read(
    tmp_path: Path, method: int, flags: int, content: bytes
) -> None:
    member = Member(name=b"x", content=content, method=method, flags=flags)
    with archive_of(tmp_path, member, Member(name=b"y", content=letter(2))) as archive:
        item, second = archive
        for _ in range(2):
            assert item.raw() == content
            with item.open() as stream:
                assert stream.read(10) == content[:10]
                assert stream.read() == content[10:]
            assert item.head == content[: 64 * 1024]
        for item in archive:
            assert item.head == item.raw()[: 64 * 1024]
            assert item.raw() == (second.raw() if item.name == "y" else content)
        assert archive.check().ok


def test_a_stream_gives_lines_text_and_looks_ahead_like_any_file(tmp_path: Path) -> None:
    content = letter(1, body="line\n" * 50_000)
    with archive_of(tmp_path, Member(name=b"x", content=content)) as archive:
        item = only(archive)
        with item.open() as stream:
            assert stream.readline() == content.splitlines(keepends=True)[0]
            assert b"".join(stream) == content.split(b"\n", 1)[1]
        with io.TextIOWrapper(item.open(), "utf-8", newline="") as text:
            assert text.read() == content.decode()
        buffer = bytearray(100)
        with item.open() as stream:
            assert stream.read(0) == b""
            assert stream.readinto(buffer) == 100  # type: ignore[attr-defined]
            assert bytes(buffer) == content[:100]
            message = email.message_from_binary_file(stream)
            assert stream.read() == stream.readline() == b""
        assert message.as_bytes() != b""
        with pytest.raises(ValueError, match="closed file"):
            stream.read()


def test_headers_are_decoded_and_cost_only_the_begin_of_an_item(tmp_path: Path) -> None:
    content = letter(1, subject="Prüfung") + b"x" * 30_000_000
    member = Member(name=b"x", content=content, method=STORED)
    with archive_of(tmp_path, member) as archive:
        item = only(archive)
        assert item.headers["subject"] == "Prüfung"
        (sender,) = item.headers.get_all("From")
        assert sender.addresses == [("Ana Sousa", "ana@acme.example")]
        assert archive._file.read < 300_000


def test_headers_longer_than_what_is_read_at_first_are_whole(tmp_path: Path) -> None:
    received = b"Received: from somewhere; Mon, 08 Jan 2024 07:30:00 +0000\r\n" * 3_000
    content = received + letter(1, subject="at the end")
    with archive_of(tmp_path, Member(name=b"x", content=content)) as archive:
        headers = only(archive).headers
    assert headers["Subject"] == "at the end"
    assert len(headers.get_all("Received")) == 3_000


@pytest.mark.parametrize(
    "value", [b'"', b"(" * 5_000, b"<" * 100, b"=?a\0b?q?x?=", b"=?utf-8?b?x?="]
)
def test_a_field_that_makes_no_sense_is_no_error(tmp_path: Path, value: bytes) -> None:
    names = (b"Subject", b"From", b"Message-ID", b"Content-Type", b"Content-Disposition", b"Date")
    content = b"\n".join(name + b": " + value for name in names) + b"\n\nbody\n"
    with archive_of(tmp_path, Member(name=b"x", content=content)) as archive:
        item = only(archive)
        assert len(item.headers.items()) == len(item.headers) == len(names)
        message = item.message()
        assert len(message.items()) == len(names)
        assert not message.is_attachment()
        assert message.get_content() == "body\n"


def test_parts_within_parts_without_end_are_a_message(tmp_path: Path) -> None:
    part = b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n"
    content = b"Subject: deep\n" + b"".join(part % (n, n) for n in range(1_500))
    with archive_of(tmp_path, Member(name=b"x", content=content)) as archive:
        message = only(archive).message()
    assert message["Subject"] == "deep"
    assert sum(1 for _ in message.walk()) > 100


def test_headers_of_what_is_no_message_are_empty(tmp_path: Path) -> None:
    with archive_of(tmp_path, Member(name=b"x", content=b"\x00")) as archive:
        assert only(archive).headers.items() == []


def test_a_message_is_an_email_message_with_its_parts(tmp_path: Path) -> None:
    with archive_of(tmp_path, Member(name=b"x", content=letter(7))) as archive:
        message = only(archive).message()
    assert message["Subject"] == "Grüße 7"
    assert message.get_content() == "Letter number 7.\r\n"


def test_an_icalendar_file_gives_a_message_around_it(tmp_path: Path) -> None:
    with archive_of(tmp_path, Member(name=b"x.ics", content=calendar_file())) as archive:
        item = only(archive)
        assert item.headers.get("Content-Type").startswith("text/calendar")
        assert item.message().get_content().encode() == calendar_file()


def test_the_line_with_which_an_mbox_begins_a_message_is_no_header(tmp_path: Path) -> None:
    content = b"From ana@acme.example Mon Jan  8 07:30:00 2024\n" + letter(1)
    with archive_of(tmp_path, Member(name=b"x", content=content)) as archive:
        item = only(archive)
        assert item.kind is ItemKind.MESSAGE
        assert item.headers["Subject"] == item.message()["Subject"] == "Grüße 1"
        assert item.raw() == content


def test_an_mbox_in_the_archive_is_kept_as_it_is_and_told(tmp_path: Path) -> None:
    one = b"From ana@acme.example Mon Jan  8 07:30:00 2024\n" + letter(1).replace(b"\r", b"")
    with archive_of(tmp_path, Member(name=b"Inbox.mbox", content=one + b"\n" + one)) as archive:
        assert only(archive).kind is ItemKind.OTHER
    assert [finding.problem for finding in archive.findings] == [Problem.NESTED_ARCHIVE]


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK", b"x" * 100_000])
def test_what_is_no_zip_is_refused_with_its_path(tmp_path: Path, content: bytes) -> None:
    path = saved(tmp_path / "no.zip", content)
    with pytest.raises(ArchiveError, match="not a zip") as caught:
        MailboxArchive(path)
    assert caught.value.path == path
    assert pickle.loads(pickle.dumps(caught.value)).path == path


def test_a_missing_file_is_the_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        check_archive(tmp_path / "missing.zip")


def test_an_empty_zip_has_no_items_and_is_sound(tmp_path: Path) -> None:
    found = check_archive(saved(tmp_path / "empty.zip", zip_of()))
    assert (found.ok, found.entries, found.items) == (True, 0, 0)


def test_an_archive_in_no_with_block_is_closed_when_it_is_gone(tmp_path: Path) -> None:
    found = archive_of(tmp_path, Member(name=b"x", content=letter())).check()
    gc.collect()  # a file left open would be a warning, and so an error
    assert found.ok


def test_items_cannot_be_read_after_the_archive_is_closed(tmp_path: Path) -> None:
    with archive_of(tmp_path, Member(name=b"x", content=BIG), Member(name=b"y")) as archive:
        item, _ = archive
    with pytest.raises(ArchiveError, match="closed"):
        item.raw()


def test_an_error_in_the_middle_of_an_item_comes_when_it_is_read_and_is_told_once(
    tmp_path: Path,
) -> None:
    bad = Member(name=b"bad", content=BIG, crc=1)
    with archive_of(tmp_path, bad, Member(name=b"good", content=letter())) as archive:
        first, second = archive
        for _ in range(2):
            with first.open() as stream, pytest.raises(ItemError, match="bad CRC"):
                stream.read()
        with pytest.raises(ItemError, match="bad CRC") as caught:
            first.raw()
        assert pickle.loads(pickle.dumps(caught.value)).finding == caught.value.finding
        assert second.raw() == letter()
    assert [finding.problem for finding in archive.findings] == [Problem.BAD_CRC]
    found = check_archive(archive.path)
    assert (found.ok, found.entries, found.items) == (False, 2, 1)


def test_an_item_too_large_for_memory_is_read_as_a_stream(tmp_path: Path) -> None:
    member = Member(name=b"x", content=BIG)
    with archive_of(tmp_path, member, limits=Limits(in_memory=1_000)) as archive:
        item = only(archive)
        with pytest.raises(ItemError, match=r"open\(\) reads it in pieces"):
            item.raw()
        with item.open() as stream:
            assert stream.read() == BIG
    assert list(archive.findings) == []


def test_findings_are_counted_and_only_the_first_are_kept(tmp_path: Path) -> None:
    members = [Member(name=b"../%d" % n, content=letter(n)) for n in range(30)]
    with archive_of(tmp_path, *members, limits=Limits(findings=5)) as archive:
        assert len(list(archive)) == 30
        assert len(list(archive)) == 30, "and told once"
    assert len(archive.findings) == 5
    assert archive.findings.counts == {Problem.UNSAFE_PATH: 30}
    assert repr(archive.findings) == "<Findings unsafe path: 30>"
    assert [str(finding) for finding in archive.findings[:1]] == [
        "../0: unsafe path: the path leaves its folder"
    ]


def test_more_entries_than_the_limit_are_told_and_not_looked_at(tmp_path: Path) -> None:
    members = [Member(name=b"%d" % n, content=letter(n)) for n in range(9)]
    with archive_of(tmp_path, *members, limits=Limits(entries=4)) as archive:
        found = archive.check()
    assert (found.ok, found.items) == (False, 4)
    assert found.findings.counts[Problem.TOO_MANY] == 1


def test_more_folders_than_the_limit_are_given_at_the_top(tmp_path: Path) -> None:
    members = [Member(name=b"%d/x" % n, content=letter(n)) for n in range(9)]
    with archive_of(tmp_path, *members, limits=Limits(folders=3)) as archive:
        found = archive.check()
    assert found.folders == {"0": 1, "1": 1, "2": 1, "": 6}
    assert found.findings.counts == {Problem.TOO_MANY: 6}
    assert found.ok


def test_bombs_are_read_only_as_far_as_the_limit_of_all_of_them(tmp_path: Path) -> None:
    zeros = bytes(2 * 1024 * 1024)
    members = [Member(name=b"%d" % n, content=zeros) for n in range(5)]
    limits = Limits(suspicious_total=5 * 1024 * 1024)
    with archive_of(tmp_path, *members, limits=limits) as archive:
        assert len(list(archive)) == 2
        assert len(list(archive)) == 2
    assert archive.findings.counts[Problem.BOMB] == 5
    assert archive.findings.lost == 3


def test_small_bombs_count_as_well(tmp_path: Path) -> None:
    """None of them is conspicuous; a million would be."""
    members = [Member(name=b"%d" % n, content=bytes(200_000)) for n in range(50)]
    with archive_of(tmp_path, *members, limits=Limits(suspicious_total=1_000_000)) as archive:
        allowed = max(1_000_000, 100 * archive.path.stat().st_size)
        given = sum(item.size for item in archive)
    assert allowed - 200_000 < given <= allowed
    assert (
        archive.findings.counts[Problem.BOMB]
        == archive.findings.lost
        == len(members) - (given // 200_000)
    )


def test_what_cannot_be_read_for_its_size_does_not_count(tmp_path: Path) -> None:
    lie = Member(name=b"lie", content=b"x", size=2**40, flags=SIZES_FOLLOW)
    dense = Member(name=b"dense", content=bytes(200_000))
    with archive_of(tmp_path, lie, dense) as archive:
        assert [item.name for item in archive] == ["dense"]


def test_a_large_mailbox_may_hold_many_dense_items(tmp_path: Path) -> None:
    noise = Member(name=b"noise", content=random.Random(1).randbytes(300_000), method=STORED)
    dense = [Member(name=b"%d" % n, content=bytes(2 * 1024 * 1024)) for n in range(9)]
    with archive_of(tmp_path, noise, *dense, limits=Limits(suspicious_total=1)) as archive:
        assert archive.check().ok


def test_a_folder_with_hidden_content_is_no_folder(tmp_path: Path) -> None:
    hidden = Member(name=b"Inbox/", content=letter(), size=0)
    with archive_of(tmp_path, hidden, Member(name=b"Sent/", method=BZIP2)) as archive:
        found = archive.check()
    assert (found.entries, found.items, found.ok) == (1, 0, False)
    assert Problem.SIZE in found.findings.counts


def test_a_finding_keeps_the_begin_of_an_endless_name(tmp_path: Path) -> None:
    with archive_of(tmp_path, Member(name=b"n" * 60_000, content=letter())) as archive:
        item = only(archive)
    (finding,) = archive.findings
    assert len(item.entry) == 60_000
    assert len(finding.entry) == 501


def test_a_directory_that_lies_about_its_length_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    member = Member(name=b"x", content=letter())
    with path.open("wb") as file:
        file.write(member.local())
        start = file.tell()
        file.write(member.central(0))
        file.seek(2 * 1024**3)  # a hole, so that nothing of it is written
        size = file.tell() - start
        file.write(wide_end(size, start, 40_000_000) + zip_of()[:8] + b"\xff" * 12 + b"\0\0")
    tracemalloc.start()
    with MailboxArchive(path) as archive:
        assert len(archive) == 1
        assert archive.findings.counts == {Problem.DIRECTORY: 1}
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 1024 * 1024


def test_a_check_tells_how_far_it_is_and_can_be_stopped(tmp_path: Path) -> None:
    bad = Member(name=b"bad", content=letter(), crc=1)
    members = [bad, *(Member(name=b"%d" % n, content=letter(n)) for n in range(2))]
    path = saved(tmp_path / "x.zip", zip_of(Member(name=b"folder/"), *members))
    steps: list[tuple[int, int]] = []
    check_archive(path, on_progress=lambda *step: steps.append(step))
    assert steps == [(1, 3), (2, 3), (3, 3)]

    def stop(done: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        check_archive(path, on_progress=stop)


def test_a_folder_outside_is_told_and_counts_as_no_item(tmp_path: Path) -> None:
    with archive_of(tmp_path, Member(name=b"../../evil/"), Member(name=b"Inbox/")) as archive:
        for _ in range(2):
            assert list(archive) == []
        assert len(archive) == 0
    assert [finding.problem for finding in archive.findings] == [Problem.UNSAFE_PATH]


def test_several_threads_read_items_of_one_archive(tmp_path: Path) -> None:
    members = [Member(name=b"%d" % n, content=BIG + b"%d" % n) for n in range(6)]
    wrong: list[str] = []
    with archive_of(tmp_path, *members) as archive:
        items = list(archive)

        def read() -> None:
            for _ in range(5):
                wrong.extend(item.name for item in items if item.raw() != BIG + item.name.encode())

        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


@pytest.mark.anyio
async def test_async_code_checks_an_archive_in_a_worker_thread(tmp_path: Path) -> None:
    path = saved(tmp_path / "x.zip", zip_of(Member(name=b"x", content=letter())))
    assert (await anyio.to_thread.run_sync(check_archive, path)).ok


@pytest.mark.parametrize("count", [65_535, 65_536, 70_000])
def test_more_entries_than_16_bits_count_are_all_there(tmp_path: Path, count: int) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(count):
            archive.writestr(f"{number}", b"")
    with MailboxArchive(path) as mailbox:
        assert len(mailbox) == count
        assert list(mailbox.findings) == []


def test_sizes_and_offsets_beyond_32_bits_are_read_from_the_zip64_fields(tmp_path: Path) -> None:
    path = tmp_path / "sparse.zip"
    gap = 5 * 1024**3
    member = Member(name=b"far.eml", content=letter())
    with path.open("wb") as file:  # a hole, so that nothing of it is written
        file.seek(gap)
        file.write(member.local())
        start = file.tell()
        listed = member.central(gap)
        record = zip_of()[-22:]
        file.write(listed + wide_end(len(listed), start) + record[:8] + b"\xff" * 12 + b"\0\0")
    with MailboxArchive(path) as archive:
        assert only(archive).raw() == letter()
        assert archive.check().ok


def wide_end(size: int, start: int, count: int = 1) -> bytes:
    record = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, start)
    return record + struct.pack("<4sIQI", b"PK\6\7", 0, start + size, 1)


def test_a_zip_with_a_comment_and_one_that_speaks_of_another_is_sound(tmp_path: Path) -> None:
    member = Member(name=b"x", content=letter())
    path = saved(tmp_path / "x.zip", zip_of(member, comment=b"made by PK\5\6 someone"))
    assert check_archive(path).ok


@pytest.mark.parametrize("count", [0, 1])
def test_a_comment_cannot_hide_the_entries(tmp_path: Path, count: int) -> None:
    """It holds the record that an empty zip would end with."""
    members = [Member(name=b"x", content=letter())] * count
    path = saved(tmp_path / "x.zip", zip_of(*members, comment=zip_of()))
    found = check_archive(path)
    assert (found.items, found.ok) == (count, True)


def test_an_empty_end_does_not_hide_what_stands_before_it(tmp_path: Path) -> None:
    member = Member(name=b"x", content=letter())
    found = check_archive(saved(tmp_path / "x.zip", zip_of(member, with_list=False) + zip_of()))
    assert (found.items, found.ok) == (1, False)


@pytest.mark.parametrize("count", [0, 1])
@pytest.mark.parametrize("leading", [b"", b"#!before"])
def test_wide_records_that_nothing_asked_for_are_read(
    tmp_path: Path, count: int, leading: bytes
) -> None:
    """Some tools always write them."""
    whole = zip_of(*[Member(name=b"x", content=letter())] * count)
    start, size = int.from_bytes(whole[-6:-2], "little"), int.from_bytes(whole[-10:-6], "little")
    data = whole[:-22] + wide_end(size, start, count) + whole[-22:]
    if count or not leading:  # before an empty zip, nothing is a zip
        found = check_archive(saved(tmp_path / "x.zip", leading + data))
        assert (found.items, found.ok) == (count, True)


def test_a_wrong_place_of_the_list_is_made_good_by_where_it_ends(tmp_path: Path) -> None:
    member = Member(name=b"x", content=letter())
    path = saved(tmp_path / "x.zip", zip_of(member, shift=1_000))
    found = check_archive(path)
    assert (found.items, found.ok) == (1, True)


@pytest.mark.parametrize("flags", [0, SIZES_FOLLOW])
@pytest.mark.parametrize("method", [STORED, 8])
def test_every_whole_entry_of_a_zip_that_was_cut_off_is_had(
    tmp_path: Path, flags: int, method: int
) -> None:
    members = [
        Member(name=b"Inbox/%d.eml" % n, content=letter(n), flags=flags, method=method)
        for n in range(4)
    ]
    data = zip_of(*members)
    ends = [sum(len(member.local()) for member in members[: n + 1]) for n in range(4)]
    for cut in range(len(members[0].local()), len(data) - 22, 37):
        path = saved(tmp_path / "cut.zip", data[:cut])
        with MailboxArchive(path) as archive:
            contents = [item.raw() for item in archive]
            assert not archive.check().ok
        whole = [member.content for member, end in zip(members, ends, strict=True) if end <= cut]
        assert contents[: len(whole)] == whole


class OneWay(io.BytesIO):
    """A file that cannot be gone back in, so that sizes are written after contents."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        raise io.UnsupportedOperation


@pytest.mark.parametrize("file", [io.BytesIO, OneWay])
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_wide_sizes_are_found_without_the_list_of_entries(
    tmp_path: Path, file: type[io.BytesIO], method: int
) -> None:
    output = file()
    contents = [letter(number) for number in range(3)]
    with zipfile.ZipFile(output, "w", method) as archive:
        for number, content in enumerate(contents):
            with archive.open(f"Inbox/{number}", "w", force_zip64=True) as entry:
                entry.write(content)
    data = output.getvalue()
    whole = MailboxArchive(saved(tmp_path / "whole.zip", data))
    assert ([item.raw() for item in whole], list(whole.findings)) == (contents, [])
    cut = MailboxArchive(saved(tmp_path / "cut.zip", data[: data.index(b"PK\1\2")]))
    assert [item.raw() for item in cut] == contents


def test_a_content_that_is_gone_meanwhile_is_told(tmp_path: Path) -> None:
    # larger than what is read ahead
    big, small = Member(name=b"x", content=BIG, method=STORED), Member(name=b"y", content=letter())
    data = zip_of(big, small)
    path = saved(tmp_path / "x.zip", data)
    with MailboxArchive(path) as archive:
        first, _ = archive
        with path.open("r+b") as file:
            file.write(bytes(len(data)))
        for read in (first.raw, first.open, lambda: first.head):
            with pytest.raises(ItemError, match="no entry where the directory says"):
                read()
        assert [finding.problem for finding in archive.findings] == [Problem.CORRUPT]
