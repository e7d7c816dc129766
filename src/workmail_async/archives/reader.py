"""Reads the contents of an archive's entries: what the archive and its items share."""

from __future__ import annotations

import threading

from attrs import define

from .entries import Entries, Mark
from .findings import Finding, Findings, ItemError, Problem
from .limits import Limits
from .zip_content import Content, ContentStream, unpack_whole
from .zip_file import ZipBytes
from .zip_format import Entry

_HEAD = 64 * 1024
_PIECE = 256 * 1024
# Above this, reading the start once more is cheaper than joining it with the rest.
_WORTH_JOINING = 1024 * 1024


@define(eq=False)
class _Opened:
    """The entry that was opened last: what was read of it need not be unpacked again."""

    number: int = -1
    head: bytes = b""
    rest: Content | None = None


class Reader:
    """Reads contents, and records what turns out to be wrong with them.

    Args:
        file: The zip.
        entries: Its entries.
        limits: How much it may ask for.
        findings: Gets what is wrong.
    """

    def __init__(
        self, file: ZipBytes, entries: Entries, limits: Limits, findings: Findings
    ) -> None:
        self._file, self._limits, self._findings = file, limits, findings
        self._marks = entries.marks
        self._opened = _Opened()
        self._lock = threading.Lock()

    def begin(self, entry: Entry, name: str) -> tuple[bytes, Finding | None]:
        """Open an entry, and keep its start for the item that is made of it.

        Args:
            entry: The entry.
            name: Its name, for errors.

        Returns:
            The first 64 KiB of the content, and what is wrong with it but loses nothing.

        Raises:
            ItemError: It cannot be unpacked. Recording that is left to the caller.
        """
        rest: Content | None = None
        head = unpack_whole(self._file, entry) if entry.packed <= _HEAD >= entry.size else None
        if head is None:
            rest = Content(self._file, entry, name)
            head = rest.read_up_to(_HEAD)
        self._opened = _Opened(entry.number, head, rest)
        return head, rest.finding if rest is not None else None

    def finish(self, entry: Entry) -> bool:
        """Read the rest of the entry that was opened last; return whether it is sound."""
        rest, self._opened = self._opened.rest, _Opened()
        try:
            while rest is not None and rest.read(_PIECE):
                pass
        except ItemError as error:
            self.lost(entry, error.finding)
            return False
        return True

    def head_of(self, entry: Entry, name: str) -> bytes:
        """Return the first 64 KiB of an entry's content."""
        opened = self._opened
        if opened.number == entry.number:
            return opened.head
        try:
            return Content(self._file, entry, name).read_up_to(_HEAD)
        except ItemError as error:
            self.lost(entry, error.finding)
            raise

    def stream_of(self, entry: Entry, name: str) -> ContentStream:
        """Return an entry's content as a stream."""
        try:
            content = Content(self._file, entry, name)
        except ItemError as error:
            self.lost(entry, error.finding)
            raise
        return ContentStream(content, lambda error: self.lost(entry, error.finding))

    def raw_of(self, entry: Entry, name: str) -> bytes:
        """Return an entry's content."""
        if entry.size > self._limits.in_memory:
            detail = f"it has {entry.size} bytes: open() reads it in pieces"
            raise ItemError(self._file.path, Finding(name, Problem.SIZE, detail))
        with self._lock:
            opened = self._opened
            if opened.number == entry.number:  # what is left of it can be read only once
                self._opened = _Opened(entry.number, opened.head)
        try:
            if opened.number == entry.number:
                if len(opened.head) == entry.size:
                    return opened.head
                if opened.rest is not None and entry.size <= _WORTH_JOINING:
                    return opened.head + opened.rest.read_up_to(entry.size)
            return Content(self._file, entry, name).read_up_to(entry.size)
        except ItemError as error:
            self.lost(entry, error.finding)
            raise

    def lost(self, entry: Entry, finding: Finding) -> None:
        """Record that an entry's content cannot be read; once for each entry."""
        if not self._marks[entry.number] & Mark.LOSS_REPORTED:
            self._marks[entry.number] |= Mark.LOSS_REPORTED
            self._findings.add(finding)
