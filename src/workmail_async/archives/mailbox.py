"""Reads the zip of an exported mailbox: of any size in little memory, whatever is in it.

Everything here blocks while it reads. In async code, call it in a worker thread:
`await anyio.to_thread.run_sync(check_archive, path)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attrs import define
from typing_extensions import Self

from .classification import classify
from .entries import Entries, Mark
from .findings import Detail, Finding, Findings, ItemError, Problem
from .item import ArchiveItem
from .limits import Limits
from .reader import Reader
from .safe_names import Place, Places, decode_name
from .verify import ArchiveCheck, OnProgress, verify_items
from .zip_file import ZipBytes
from .zip_format import UNKNOWN_SIZE, Entry

_MEBIBYTE = 1024 * 1024

_FILE_TYPE, _NO_FILE_TYPE, _REGULAR, _FOLDER, _LINK = 0o170000, 0, 0o100000, 0o040000, 0o120000


@define(eq=False, repr=False, init=False)
class MailboxArchive:
    """The zip of an exported mailbox.

    Opening reads the list of entries and nothing else. Iterating yields the items one by one, in
    the order of the zip, and needs the same little memory for any number and size of them. An item
    that cannot be read gets an entry in `findings` and does not stop the others.

    A zip that was cut off, or whose list of entries is missing, is searched for the entries that
    are left, which reads the whole file.

    Args:
        path: The zip.
        limits: How much it may ask for.

    Attributes:
        path: The zip.
        limits: How much it may ask for.
        findings: What was noticed so far; it grows while items are read.

    Raises:
        ArchiveError: The file is not a zip.
        OSError: The file cannot be read.

    Example:
        ```python
        with MailboxArchive("ana.zip") as archive:
            for item in archive:
                if item.kind is ItemKind.MESSAGE:
                    print(item.folder, item.size, item.headers["Subject"])
            for finding in archive.findings:
                print(finding)
        ```
    """

    path: Path
    limits: Limits
    findings: Findings
    _file: ZipBytes
    _entries: Entries
    _places: Places
    _reader: Reader

    def __init__(self, path: str | Path, *, limits: Limits | None = None) -> None:
        self.path = Path(path)
        self.limits = limits or Limits()
        self.findings = Findings(self.limits.findings)
        self._places = Places(self.limits.folders)
        self._file = ZipBytes(self.path)
        try:
            self._entries = Entries(self._file, self.limits, self.findings)
        except BaseException:
            self._file.close()
            raise
        self._reader = Reader(self._file, self._entries, self.limits, self.findings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<MailboxArchive {str(self.path)!r}, {len(self)} entries>"

    def close(self) -> None:
        """Close the file; items can no longer be read. Happens by itself once nothing uses it."""
        self._file.close()

    def __len__(self) -> int:
        """The number of entries, folders left out.

        Each becomes an item, or a finding says why not.
        """
        return self._entries.count

    def __iter__(self) -> Iterator[ArchiveItem]:
        return (found for found in self.walk() if isinstance(found, ArchiveItem))

    @property
    def fingerprint(self) -> str:
        """A hash over names, sizes and CRCs of all entries: the same for the same content."""
        return self._entries.fingerprint

    def walk(self) -> Iterator[ArchiveItem | Finding]:
        """Iterate over the items, with a finding in the place of each that cannot be read.

        Yields:
            As many items and findings together as there are entries.
        """
        limits, suspicious = self.limits, 0
        most = max(limits.suspicious_total, limits.ratio * self._file.size)
        for entry in self._entries:
            marks = self._entries.marks[entry.number]
            if entry.is_folder:
                if not marks & Mark.NAME_REPORTED:
                    self._report_folder(entry)
                continue
            dense = UNKNOWN_SIZE > entry.size > limits.ratio * entry.packed
            bomb = dense and entry.size > _MEBIBYTE
            allowed = not bomb or entry.size <= limits.suspicious
            if dense or marks & Mark.OVERLAP:
                allowed = allowed and suspicious + entry.size <= most
                suspicious += entry.size if allowed else 0
            yield self._look(entry, bomb=bomb, allowed=allowed)

    def check(self, *, on_progress: OnProgress | None = None) -> ArchiveCheck:
        """Read everything, and verify the CRC of each entry and the zip's structure.

        Args:
            on_progress: Called after each entry with the number of entries done, and of all; what
                it raises stops the check.

        Returns:
            What the archive holds, and whether all of it can be read.

        Example:
            ```python
            found = MailboxArchive("ana.zip").check()
            assert found.ok, list(found.findings)
            print(found.messages, "messages,", found.calendar, "calendar items")
            ```
        """
        return verify_items(self.walk(), len(self), self.findings, on_progress)

    def _look(self, entry: Entry, *, bomb: bool, allowed: bool) -> ArchiveItem | Finding:
        """Return the item of an entry, or why it cannot be read."""
        marks = self._entries.marks[entry.number]
        name, wrong_encoding = decode_name(entry.name, entry.flags, entry.extra)
        place = self._places.place(name)
        details: list[Detail] = []
        found: ArchiveItem | Finding
        if entry.size == UNKNOWN_SIZE:
            detail = "the file ends before the content does"
            found = Finding(name, Problem.TRUNCATED, detail, lost=True)
        elif allowed:
            found, details = self._open(entry, name, place)
        else:
            problem = Problem.OVERLAP if marks & Mark.OVERLAP and not bomb else Problem.BOMB
            found = Finding(name, problem, "it is not unpacked because of its size", lost=True)
        if not marks & Mark.NAME_REPORTED:
            self._entries.marks[entry.number] |= Mark.NAME_REPORTED
            if wrong_encoding:
                details.append((Problem.ENCODING, wrong_encoding))
            if bomb and allowed:
                details.append((Problem.BOMB, _ratio(entry)))
            for problem, detail in (*place.findings, *_entry_details(entry, marks), *details):
                self.findings.add(Finding(name, problem, detail))
        if isinstance(found, Finding):
            self._reader.lost(entry, found)
        return found

    def _report_folder(self, entry: Entry) -> None:
        """Report what is wrong with the name of a folder, which becomes no item."""
        self._entries.marks[entry.number] |= Mark.NAME_REPORTED
        name, _ = decode_name(entry.name, entry.flags, entry.extra)
        for problem, detail in self._places.place(name).findings:
            self.findings.add(Finding(name, problem, detail))

    def _open(
        self, entry: Entry, name: str, place: Place
    ) -> tuple[ArchiveItem | Finding, list[Detail]]:
        """Read the start of an entry, and return its item and what is wrong with its content."""
        try:
            head, finding = self._reader.begin(entry, name)
        except ItemError as error:
            return error.finding, []
        details = [(finding.problem, finding.detail)] if finding is not None else []
        nature = classify(head, place.name)
        if nature.nested:
            detail = f"it is itself {nature.nested}, kept as it is"
            details.append((Problem.NESTED_ARCHIVE, detail))
        item = ArchiveItem(
            self._reader, entry, name, place.folder, place.name, nature.kind, nature.mime
        )
        return item, details


def _entry_details(entry: Entry, marks: int) -> Iterator[Detail]:
    if marks & Mark.DUPLICATE:
        yield Problem.DUPLICATE, "an earlier entry has the same name"
    if marks & Mark.OVERLAP:
        yield Problem.OVERLAP, "it uses bytes that belong to another entry"
    if entry.name.endswith((b"/", b"\\")):
        yield Problem.FOLDER_WITH_CONTENT, f"it is a folder's name, with {entry.size} bytes"
    kind = entry.mode & _FILE_TYPE
    if kind == _LINK:
        yield Problem.SPECIAL_FILE, "it is a symbolic link, which is not followed"
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
        on_progress: Called after each entry with the number of entries done, and of all; what it
            raises stops the check.

    Returns:
        What it holds, and whether all of it can be read.

    Raises:
        ArchiveError: The file is not a zip.
        OSError: The file cannot be read.

    Example:
        ```python
        found = await anyio.to_thread.run_sync(check_archive, "ana.zip")
        ```
    """
    with MailboxArchive(path, limits=limits) as archive:
        return archive.check(on_progress=on_progress)
