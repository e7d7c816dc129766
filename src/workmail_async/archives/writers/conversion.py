"""Carries the items of an archive to a writer, and proves that none was lost on the way."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Protocol

from attrs import frozen

from workmail_async.archives.findings import Finding, Findings, ItemError
from workmail_async.archives.mailbox import ArchiveItem, MailboxArchive, OnProgress

from .beside import Beside


@frozen(kw_only=True)
class Conversion:
    """What became of the items of an archive: each was written or is among those skipped.

    Attributes:
        path: What was made: a folder, or a zip.
        items: How many entries the archive has, folders left out.
        messages: How many items were written as messages, calendar items in MIME form included.
        calendar_files: How many calendar items were written as `.ics` files into `calendar/`.
        other_files: How many items of other kinds were written into `other/`.
        skipped: How many items could not be had, by what was wrong with them.
        bytes: The size of all items that were written, as they are in the archive.
        folders: How many messages each folder has, by its name in the archive.
        adjusted: How many messages were changed for the format's sake, and how.
        findings: What was odd about the archive.
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
        """Whether everything was written that the export holds."""
        return self.balanced and not self.skipped and not self.findings.lost


class Sink(Protocol):
    """Where messages go."""

    adjusted: Counter[str]

    def put(self, item: ArchiveItem) -> None:
        """Write one message, or nothing of it when it cannot be read."""
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
    beside: Beside,
    on_progress: OnProgress | None,
) -> Conversion:
    """Carry all items to where they go.

    Args:
        archive: The archive.
        sink: Where messages go.
        path: What is made.
        beside: Where everything else goes.
        on_progress: Is called after each entry.

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
                    files[beside.put(found)] += 1
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
        calendar_files=files["calendar"],
        other_files=files["other"],
        skipped=dict(skipped),
        bytes=size,
        folders=dict(folders),
        adjusted=dict(sink.adjusted),
        findings=archive.findings,
    )
