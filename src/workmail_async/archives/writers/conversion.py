"""Carries the items of an archive to a writer, and proves that none was lost on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from attrs import frozen

from workmail_async.archives.findings import Finding, Findings, ItemError
from workmail_async.archives.item import ArchiveItem
from workmail_async.archives.mailbox import MailboxArchive
from workmail_async.archives.verify import OnProgress

from .extras import CALENDAR, OTHER, Extras


@frozen(kw_only=True)
class Conversion:
    """What became of the items of an archive: each was written, or skipped for a reason.

    Attributes:
        path: What was written: a folder, or a zip.
        items: How many entries the archive has, folders left out.
        messages: How many items were written as messages, calendar items in MIME form included.
        calendar_files: How many calendar items were written as `.ics` files into `calendar/`.
        other_files: How many items of other kinds were written into `other/`.
        skipped: How many items could not be read, by what is wrong with them.
        bytes: The size of all items that were written, as they are in the archive.
        folders: How many messages each folder has, by its name in the archive.
        adjusted: How many messages were changed because the format requires it, and how.
        findings: What is wrong with the archive.
        notes: What is worth knowing, though nothing is lost.
    """

    path: Path
    items: int
    messages: int
    calendar_files: int
    other_files: int
    skipped: dict[str, int]
    bytes: int
    folders: dict[str, int]
    adjusted: dict[str, int]
    findings: Findings
    notes: tuple[str, ...] = ()

    @property
    def written(self) -> int:
        """How many items were written."""
        return self.messages + self.calendar_files + self.other_files

    @property
    def balanced(self) -> bool:
        """Whether every entry of the archive was either written or skipped with a reason."""
        return (
            self.items == self.written + sum(self.skipped.values())
            and sum(self.folders.values()) == self.messages
        )

    @property
    def complete(self) -> bool:
        """Whether everything in the export was written."""
        return self.balanced and not self.skipped and not self.findings.lost


class Writer(Protocol):
    """What all writers have in common: their arguments, result and errors."""

    def __call__(
        self,
        archive: MailboxArchive,
        target: str | Path,
        address: str,
        *,
        on_progress: OnProgress | None = None,
    ) -> Conversion:
        """Convert a mailbox.

        Args:
            archive: The archive.
            target: The folder that holds the conversions of all mailboxes.
            address: The address of the mailbox.
            on_progress: Called after each entry with the number of entries done, and of all; what
                it raises stops the conversion.

        Returns:
            What became of the items.

        Raises:
            ConversionError: Something else is in the place of the conversion, or another process
                is converting to it.
            OSError: A file cannot be written.
        """
        ...


class Sink(Protocol):
    """Where messages go."""

    adjusted: Counter[str]

    def put(self, item: ArchiveItem) -> None:
        """Write one message, or nothing of it if it cannot be read."""
        ...

    def finish(self) -> None:
        """Make what was written visible."""
        ...

    def abandon(self) -> None:
        """Remove what is not finished."""
        ...


def convert(
    archive: MailboxArchive,
    sink: Sink,
    path: Path,
    extras: Extras,
    on_progress: OnProgress | None,
    notes: Iterable[str] = (),
) -> Conversion:
    """Carry all items to where they go.

    Args:
        archive: The archive.
        sink: Where messages go.
        path: What is written.
        extras: Where everything else goes.
        on_progress: Called after each entry.
        notes: What is worth knowing about the place.

    Returns:
        What became of them.
    """
    total, done, size = len(archive), 0, 0
    folders, files, skipped = Counter[str](), Counter[str](), Counter[str]()
    try:
        for found in archive.walk():
            try:
                if isinstance(found, Finding):
                    skipped[found.problem.value] += 1
                elif found.mime:
                    sink.put(found)
                    folders[found.folder] += 1
                    size += found.size
                else:
                    files[extras.put(found)] += 1
                    size += found.size
            except ItemError as error:
                skipped[error.finding.problem.value] += 1
            done += 1
            if on_progress is not None:
                on_progress(done, total)
        sink.finish()
    except BaseException:
        sink.abandon()
        raise
    return Conversion(
        path=path,
        items=total,
        messages=sum(folders.values()),
        calendar_files=files[CALENDAR],
        other_files=files[OTHER],
        skipped=dict(skipped),
        bytes=size,
        folders=dict(folders),
        adjusted=dict(sink.adjusted),
        findings=archive.findings,
        notes=tuple(notes),
    )
