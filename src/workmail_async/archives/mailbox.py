"""Reads the zip of an exported mailbox: any size in little memory, and whatever is in it.

Everything here blocks for the time of file work. In async code, call it in a worker thread:
`await anyio.to_thread.run_sync(check_archive, path)`.
"""

from __future__ import annotations

import hashlib
import struct
import threading
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

from attrs import define, frozen
from typing_extensions import Self

from .classification import ItemKind, classify
from .errors import ArchiveError
from .findings import Finding, Findings, ItemError, Problem
from .item import ArchiveItem
from .safe_names import Oddity, Place, Places, SeenNames, decode_name
from .zip_content import Content, unpack_whole
from .zip_directory import CentralDirectory, Directory, Entry, find_directory
from .zip_file import ZipBytes
from .zip_salvage import salvage

__all__ = [
    "ArchiveCheck",
    "ArchiveItem",
    "Finding",
    "ItemKind",
    "Limits",
    "MailboxArchive",
    "OnProgress",
    "Problem",
    "check_archive",
]

OnProgress = Callable[[int, int], None]
"""Is called with the number of entries done, and of all; what it raises stops the work."""

_HEAD = 64 * 1024
_PIECE = 256 * 1024
_MEBIBYTE = 1024 * 1024
# Above this, reading the begin once more is cheaper than joining it with the rest.
_WORTH_JOINING = _MEBIBYTE

# What is remembered of each entry, a byte for each.
_DUPLICATE, _OVERLAP, _TOLD, _TOLD_OF_CONTENT = 1, 2, 4, 8

_FILE_TYPE, _NO_FILE_TYPE, _REGULAR, _FOLDER, _LINK = 0o170000, 0, 0o100000, 0o040000, 0o120000


@frozen(kw_only=True)
class Limits:
    """How much an archive may ask for. The defaults are far above any real mailbox.

    Attributes:
        entries: How many entries are looked at.
        folders: How many folders are told apart; items of further ones are given at the top.
        findings: How many findings of each kind are kept; all are counted.
        in_memory: The largest item that `ArchiveItem.raw` and `ArchiveItem.message` load, in bytes.
            WorkMail itself takes messages up to 40 MB.
        ratio: From which ratio of unpacked to packed size on an entry may be a bomb, when it has
            more than 1 MiB.
        suspicious: The size up to which such an entry is read all the same, in bytes.
        suspicious_total: The size up to which all entries of such a ratio, whatever their size, and
            those that lie in each other, are read; `ratio` times the file's size if that is more.
    """

    entries: int = 20_000_000
    folders: int = 10_000
    findings: int = 1_000
    in_memory: int = 256 * _MEBIBYTE
    ratio: int = 100
    suspicious: int = 64 * _MEBIBYTE
    suspicious_total: int = 1024 * _MEBIBYTE


@frozen(kw_only=True)
class ArchiveCheck:
    """What an archive holds, after all of it was read.

    Attributes:
        entries: How many entries there are, folders left out.
        items: How many of them are items that can be had, each proved by its CRC.
        messages: How many of the items are messages.
        calendar: How many are calendar items.
        other: How many are neither.
        content_bytes: The size of all items, unpacked.
        folders: How many items each folder has.
        findings: What was odd.
    """

    entries: int
    items: int
    messages: int
    calendar: int
    other: int
    content_bytes: int
    folders: dict[str, int]
    findings: Findings

    @property
    def ok(self) -> bool:
        """Whether nothing is lost: each entry could be had, and the list of them is whole.

        Findings that lose nothing, such as an unsafe path, are no reason to fetch a file again.
        """
        return self.items == self.entries and not self.findings.lost


@define(eq=False)
class _Opened:
    """The item that was given last: what is read of it need not be unpacked again."""

    number: int = -1
    head: bytes = b""
    rest: Content | None = None


@define(eq=False, repr=False, init=False)
class MailboxArchive:
    """The zip of an exported mailbox.

    Opening reads the list of entries and nothing else. Iterating gives the items one after the
    other, in the order of the zip, and needs the same little memory for any number and size of
    them. What cannot be had is told in `findings` and does not stop the rest.

    A zip that was cut off, or whose list of entries is missing, is searched for what is left of
    it, which reads the whole file.

    Args:
        path: The zip.
        limits: How much it may ask for.

    Attributes:
        path: The zip.
        findings: What was odd so far; it grows while items are read.

    Raises:
        ArchiveError: The file is no zip.
        OSError: The file cannot be read.

    Example:
        ```python
        with MailboxArchive("ana.zip") as archive:
            for item in archive:
                if item.kind is ItemKind.MESSAGE:
                    print(item.folder, item.size, item.message()["Subject"])
            for finding in archive.findings:
                print(finding)
        ```
    """

    path: Path
    limits: Limits
    findings: Findings
    _file: ZipBytes
    _directory: Directory
    _count: int
    _entries: int
    _marks: bytearray
    _places: Places
    _opened: _Opened
    _lock: threading.Lock

    def __init__(self, path: str | Path, *, limits: Limits | None = None) -> None:
        self.path = Path(path)
        self.limits = limits or Limits()
        self.findings = Findings(self.limits.findings)
        self._places = Places(self.limits.folders)
        self._opened = _Opened()
        self._lock = threading.Lock()
        self._file = ZipBytes(self.path)
        try:
            self._open()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<MailboxArchive {str(self.path)!r}, {len(self)} entries>"

    def close(self) -> None:
        """Close the file; items can no longer be read. Also done when the archive is gone."""
        self._file.close()

    def __len__(self) -> int:
        """How many entries there are, folders left out.

        Each is given as an item, or a finding says why not.
        """
        return self._count

    def __iter__(self) -> Iterator[ArchiveItem]:
        return (found for found in self.walk() if isinstance(found, ArchiveItem))

    @property
    def fingerprint(self) -> str:
        """A hash over names, sizes and CRCs of all entries: the same for the same content."""
        digest = hashlib.sha256()
        for entry in self._listed():
            digest.update(entry.name + struct.pack("<IQ", entry.crc, entry.size))
        return digest.hexdigest()

    # --- opening ---

    def _open(self) -> None:
        directory = find_directory(self._file) or self._salvaged()
        self._directory = directory
        self._scan()
        if not isinstance(directory, CentralDirectory):
            return
        declared = directory.declared if self._entries < self.limits.entries else None
        # who cannot count beyond 16 bits starts anew
        if declared is not None and declared & 0xFFFF != self._entries & 0xFFFF:
            self._find(
                Problem.DIRECTORY,
                f"it has {self._entries} entries where {declared} are declared",
                lost=True,
            )
            left = salvage(self._file)
            if left is not None and left.most > self._entries:
                self._directory = left
                self._scan()
        if directory.leading:
            self._find(Problem.LEADING_BYTES, f"{directory.leading} bytes stand before the zip")
        if directory.trailing:
            self._find(Problem.TRAILING_BYTES, f"{directory.trailing} bytes follow the zip")

    def _salvaged(self) -> Directory:
        if not self._file.size:
            raise ArchiveError(self.path, "it is empty, and no zip")
        directory = salvage(self._file)
        if directory is None:
            raise ArchiveError(self.path, "it is no zip: it neither begins nor ends like one")
        whole = isinstance(directory, CentralDirectory)
        detail = "the list of entries does not end as it should, or the zip was cut off"
        if whole:
            detail = "the end of the list of entries is damaged, or too much follows it"
        self._find(Problem.NO_DIRECTORY, detail, lost=True)
        return directory

    def _find(self, problem: Problem, detail: str, *, lost: bool = False) -> None:
        self.findings.add(Finding("", problem, detail, lost=lost))

    def _listed(self) -> Iterator[Entry]:
        for entry in self._directory:
            if entry.number >= self.limits.entries:
                return
            yield entry

    def _scan(self) -> None:
        """Count the entries, and mark those with a name, or a place in the file, used before."""
        marks, seen = bytearray(), SeenNames(min(self._directory.most, self.limits.entries))
        begins, ends = array("Q"), array("Q")
        count = entries = highest = 0
        in_order = True
        for entry in self._listed():
            entries += 1
            begin = entry.offset
            end = begin + 30 + len(entry.name) + entry.packed
            in_order = in_order and begin >= highest
            highest = max(highest, end)
            begins.append(min(begin, 2**64 - 1))
            ends.append(min(end, 2**64 - 1))
            marks.append(0)
            if not entry.is_folder:
                count += 1
                if not seen.add(entry.name):
                    marks[-1] = _DUPLICATE
        if not in_order:
            highest = 0
            for index in sorted(range(entries), key=begins.__getitem__):
                if begins[index] < highest:
                    marks[index] |= _OVERLAP
                highest = max(highest, ends[index])
        if entries == self.limits.entries < self._directory.most:
            self._find(Problem.TOO_MANY, f"only {entries} entries are looked at", lost=True)
        self._count, self._entries, self._marks = count, entries, marks

    # --- iterating ---

    def walk(self) -> Iterator[ArchiveItem | Finding]:
        """Iterate over the items, with the finding in the place of each that cannot be had.

        Yields:
            As many items and findings together as there are entries.
        """
        limits, suspicious = self.limits, 0
        most = max(limits.suspicious_total, limits.ratio * self._file.size)
        for entry in self._listed():
            marks = self._marks[entry.number]
            if entry.is_folder:
                if not marks & _TOLD:
                    self._look_at_folder(entry)
                continue
            dense = entry.size > limits.ratio * entry.packed
            bomb = dense and entry.size > _MEBIBYTE
            allowed = not bomb or entry.size <= limits.suspicious
            if dense or marks & _OVERLAP:
                allowed = allowed and suspicious + entry.size <= most
                suspicious += entry.size if allowed else 0
            yield self._look(entry, bomb=bomb, allowed=allowed)

    def _look(self, entry: Entry, *, bomb: bool, allowed: bool) -> ArchiveItem | Finding:
        """Return the item of an entry, or why it cannot be had."""
        marks = self._marks[entry.number]
        name, odd_encoding = decode_name(entry.name, entry.flags, entry.extra)
        place = self._places.place(name)
        found: ArchiveItem | Finding
        if allowed:
            found, oddities = self._begin(entry, name, place)
        else:
            problem = Problem.OVERLAP if marks & _OVERLAP and not bomb else Problem.BOMB
            oddities = []
            found = Finding(name, problem, "it is not unpacked, for its size", lost=True)
        if not marks & _TOLD:
            self._marks[entry.number] |= _TOLD
            if odd_encoding:
                oddities.append((Problem.ENCODING, odd_encoding))
            for problem, detail in (*place.oddities, *_oddities(entry, marks), *oddities):
                self.findings.add(Finding(name, problem, detail))
            if bomb and allowed:
                self.findings.add(Finding(name, Problem.BOMB, _ratio(entry)))
        if isinstance(found, Finding):
            self._tell_lost(entry.number, found)
        return found

    def _look_at_folder(self, entry: Entry) -> None:
        """Tell what is odd about the name of a folder, of which nothing is made."""
        self._marks[entry.number] |= _TOLD
        name, _ = decode_name(entry.name, entry.flags, entry.extra)
        for problem, detail in self._places.place(name).oddities:
            self.findings.add(Finding(name, problem, detail))

    def _begin(
        self, entry: Entry, name: str, place: Place
    ) -> tuple[ArchiveItem | Finding, list[Oddity]]:
        """Read the begin of an entry, and return its item and what is odd about its content."""
        oddities: list[Oddity] = []
        rest: Content | None = None
        head = unpack_whole(self._file, entry) if entry.packed <= _HEAD >= entry.size else None
        if head is None:
            try:
                rest = Content(self._file, entry, name)
                head = rest.read_up_to(_HEAD)
            except ItemError as error:
                return error.finding, oddities
            if rest.remark is not None:
                oddities.append((rest.remark.problem, rest.remark.detail))
        self._opened = _Opened(entry.number, head, rest)
        nature = classify(head)
        if nature.nested:
            detail = f"it is a {nature.nested} itself, kept as it is"
            oddities.append((Problem.NESTED_ARCHIVE, detail))
        item = ArchiveItem(self, entry, name, place.folder, place.name, nature.kind, nature.mime)
        return item, oddities

    def _tell_lost(self, index: int, finding: Finding) -> None:
        if not self._marks[index] & _TOLD_OF_CONTENT:
            self._marks[index] |= _TOLD_OF_CONTENT
            self.findings.add(finding)

    # --- what items read ---

    def head_of(self, entry: Entry, name: str) -> bytes:
        """Return the begin of an entry's content; for `ArchiveItem.head`."""
        opened = self._opened
        if opened.number == entry.number:
            return opened.head
        try:
            return Content(self._file, entry, name).read_up_to(_HEAD)
        except ItemError as error:
            self.lost(entry, error)
            raise

    def content_of(self, entry: Entry, name: str) -> Content:
        """Return an entry's content from its begin; for `ArchiveItem.open`."""
        try:
            return Content(self._file, entry, name)
        except ItemError as error:
            self.lost(entry, error)
            raise

    def raw_of(self, entry: Entry, name: str) -> bytes:
        """Return an entry's content; for `ArchiveItem.raw`."""
        if entry.size > self.limits.in_memory:
            detail = f"it has {entry.size} bytes: open() reads it in pieces"
            raise ItemError(self.path, Finding(name, Problem.SIZE, detail))
        with self._lock:
            opened = self._opened
            if opened.number == entry.number:  # what is left of it can be read once
                self._opened = _Opened(entry.number, opened.head)
        try:
            if opened.number == entry.number:
                if len(opened.head) == entry.size:
                    return opened.head
                if opened.rest is not None and entry.size <= _WORTH_JOINING:
                    return opened.head + opened.rest.read_up_to(entry.size)
            return Content(self._file, entry, name).read_up_to(entry.size)
        except ItemError as error:
            self.lost(entry, error)
            raise

    def lost(self, entry: Entry, error: ItemError) -> None:
        """Record that an entry's content turned out to be no good; for `ArchiveItem`."""
        self._tell_lost(entry.number, error.finding)

    def check(self, *, on_progress: OnProgress | None = None) -> ArchiveCheck:
        """Read everything, and verify the CRC of each entry and the zip's structure.

        Args:
            on_progress: Is called with the number of entries done, and of all, after each; what it
                raises stops the check.

        Returns:
            What the archive holds, and whether all of it can be had.

        Example:
            ```python
            found = MailboxArchive("ana.zip").check()
            assert found.ok, list(found.findings)
            print(found.messages, "messages,", found.calendar, "calendar items")
            ```
        """
        kinds = dict.fromkeys(ItemKind, 0)
        folders: dict[str, int] = {}
        content_bytes = 0
        for done, item in enumerate(self.walk(), 1):
            if isinstance(item, ArchiveItem) and self._is_sound(item):
                kinds[item.kind] += 1
                folders[item.folder] = folders.get(item.folder, 0) + 1
                content_bytes += item.size
            if on_progress is not None:
                on_progress(done, len(self))
        return ArchiveCheck(
            entries=len(self),
            items=sum(kinds.values()),
            messages=kinds[ItemKind.MESSAGE],
            calendar=kinds[ItemKind.CALENDAR],
            other=kinds[ItemKind.OTHER],
            content_bytes=content_bytes,
            folders=folders,
            findings=self.findings,
        )

    def _is_sound(self, item: ArchiveItem) -> bool:
        """Whether the rest of the item that was given last is sound too; else that is told."""
        rest, self._opened = self._opened.rest, _Opened()
        try:
            while rest is not None and rest.read(_PIECE):
                pass
        except ItemError as error:
            self._tell_lost(item.index, error.finding)
            return False
        return True


def _oddities(entry: Entry, marks: int) -> Iterator[Oddity]:
    if marks & _DUPLICATE:
        yield Problem.DUPLICATE, "an entry before has the same name"
    if marks & _OVERLAP:
        yield Problem.OVERLAP, "it lies in the bytes of another entry"
    if entry.name.endswith((b"/", b"\\")):
        yield Problem.FOLDER_WITH_CONTENT, f"it is a folder's name, with {entry.size} bytes"
    kind = entry.mode & _FILE_TYPE
    if kind == _LINK:
        yield Problem.SPECIAL_FILE, "it is a symbolic link, and not followed"
    elif kind not in (_NO_FILE_TYPE, _REGULAR, _FOLDER):
        yield Problem.SPECIAL_FILE, "it is a device or the like"


def _ratio(entry: Entry) -> str:
    return f"it has {entry.size} bytes, {entry.size // max(entry.packed, 1)} times its packed size"


def check_archive(
    path: str | Path, *, limits: Limits | None = None, on_progress: OnProgress | None = None
) -> ArchiveCheck:
    """Read a whole archive, and verify the CRC of each entry and the zip's structure.

    Args:
        path: The zip.
        limits: How much it may ask for.
        on_progress: Is called with the number of entries done, and of all, after each; what it
            raises stops the check.

    Returns:
        What it holds, and whether all of it can be had.

    Raises:
        ArchiveError: The file is no zip.
        OSError: The file cannot be read.

    Example:
        ```python
        found = await anyio.to_thread.run_sync(check_archive, "ana.zip")
        ```
    """
    with MailboxArchive(path, limits=limits) as archive:
        return archive.check(on_progress=on_progress)
