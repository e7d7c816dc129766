"""No zip, however hostile, writes outside, fills the memory, takes long, or stops the rest."""

from __future__ import annotations

import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.archives.hostile import ATTACKS, hostile
from tests.archives.zips import (
    BZIP2,
    SIZES_FOLLOW,
    STORED,
    Member,
    calendar_file,
    letter,
    saved,
    zip_of,
)
from workmail_async.archives import zip_content
from workmail_async.archives.errors import ArchiveError
from workmail_async.archives.mailbox import MailboxArchive, check_archive
from workmail_async.archives.writers import write_eml_tree, write_eml_zip, write_maildir, write_mbox

WRITERS = (write_mbox, write_eml_tree, write_eml_zip, write_maildir)
MEBIBYTE = 1024 * 1024

# Each zip is read three times (open, items, conversion), with its headers and for their search.
MOST_READINGS = 20
MOST_UNPACKED = 40 * MEBIBYTE
# The largest item is 8 MiB; it is held whole, and once more while its pieces are joined.
MOST_MEMORY = 40 * MEBIBYTE


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b"folder"
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def unpacked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of everything that is unpacked."""
    sizes: list[int] = []
    read, whole = zip_content.Content.read, zip_content.unpack_whole

    def counted_read(self: zip_content.Content, size: int) -> bytes:
        data = read(self, size)
        sizes.append(len(data))
        return data

    def counted_whole(*args: object) -> bytes | None:
        data = whole(*args)  # type: ignore[arg-type]
        sizes.append(len(data or b""))
        return data

    monkeypatch.setattr(zip_content.Content, "read", counted_read)
    monkeypatch.setattr("workmail_async.archives.reader.unpack_whole", counted_whole)
    return sizes


@pytest.fixture
def memory() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def test_there_are_two_hundred() -> None:
    assert len({hostile(number).data for number in range(6 * len(ATTACKS))}) >= 200


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize("number", range(6 * len(ATTACKS)))
def test_a_hostile_zip_does_no_harm(number: int, tmp_path: Path, unpacked: list[int]) -> None:
    case = hostile(number)
    sandbox = tmp_path / "sandbox"
    target = sandbox / "deep" / "down" / "target"
    target.mkdir(parents=True)
    (sandbox / "evil.eml").write_bytes(b"mine")
    path = tmp_path / "hostile.zip"
    path.write_bytes(case.data)
    before = files_in(sandbox)
    write = WRITERS[number % 4] if number % 8 < 4 else WRITERS[(number + 1) % 4]
    tracemalloc.reset_peak()
    at_start, _ = tracemalloc.get_traced_memory()

    with MailboxArchive(path) as archive:
        contents = [item.raw() for item in archive]
        findings = list(archive.findings)
        done = write(archive, target, "ana@acme.example")
        read = archive._file.read
    _, peak = tracemalloc.get_traced_memory()

    # a finding each, and the rest is had
    found = [finding for finding in findings if finding.problem is case.expected]
    assert found, (case.attack, findings)
    assert any(finding.lost for finding in findings) or not case.lost, (case.attack, findings)
    assert [content for content in case.good if content not in contents] == [], case.attack
    assert len(contents) == len(archive) - sum(bool(f.lost and f.entry) for f in findings)
    assert check_archive(path).ok == (not any(finding.lost for finding in findings))

    # none is lost on the way
    assert done.balanced
    assert done.items == len(archive)
    assert list(archive.findings) == findings, "what was told is not told again"

    # nothing outside of the target
    prefix = str(target.relative_to(sandbox))
    after = files_in(sandbox)
    assert {name: text for name, text in after.items() if not name.startswith(prefix)} == {
        name: text for name, text in before.items() if not name.startswith(prefix)
    }
    assert not [path for path in sandbox.rglob("*") if path.is_symlink()]
    assert not list(sandbox.rglob("*.part"))

    # in little time and memory
    assert read <= MOST_READINGS * len(case.data) + MEBIBYTE
    assert sum(unpacked) <= MOST_UNPACKED
    assert peak - at_start <= MOST_MEMORY + len(case.data)


SOUND = zip_of(
    Member(name=b"Inbox/"),
    Member(name=b"Inbox/1.eml", content=letter(1)),
    Member(name=b"Inbox/2.eml", content=letter(2), flags=SIZES_FOLLOW),
    Member(name=b"Inbox/3.ics", content=calendar_file(3), method=STORED),
    Member(name=b"Inbox/4.eml", content=letter(4), method=BZIP2),
    comment=b"a comment",
)
MARKS = st.sampled_from([zip_of(), b"PK\1\2", b"PK\3\4", b"PK\6\7", b"PK\7\x08", b"\xff" * 4])
DAMAGES = st.lists(
    st.tuples(st.integers(0, len(SOUND)), st.integers(0, 40), MARKS | st.binary(max_size=8)),
    max_size=5,
)


@given(DAMAGES)
@settings(deadline=None)
def test_whatever_is_damaged_each_entry_is_had_or_told_of(
    damages: list[tuple[int, int, bytes]],
) -> None:
    data = SOUND
    for place, length, instead in damages:
        data = data[:place] + instead + data[place + length :]
    with tempfile.TemporaryDirectory() as folder:
        path = saved(Path(folder) / "x.zip", data)
        try:
            archive = MailboxArchive(path)
        except ArchiveError:  # both its start and its end are gone
            return
        with archive:
            found = list(archive.walk())
            checked = archive.check()
            done = write_mbox(archive, folder, "ana@acme.example")
        assert len(found) == len(archive) == checked.entries == done.items
        assert checked.items == done.written
        assert checked.ok == done.complete
        assert done.balanced
        assert checked.ok or checked.findings.lost


def test_the_search_for_entries_keeps_nothing_of_what_it_unpacks(
    tmp_path: Path, memory: None
) -> None:
    number = next(n for n, attack in enumerate(ATTACKS) if attack.__name__ == "bomb_without_list")
    path = tmp_path / "bomb.zip"
    path.write_bytes(hostile(number).data)
    tracemalloc.reset_peak()
    at_start, _ = tracemalloc.get_traced_memory()

    with MailboxArchive(path):
        pass

    assert tracemalloc.get_traced_memory()[1] - at_start < MEBIBYTE
