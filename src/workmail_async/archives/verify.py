"""Reads all of an archive and counts what is sound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from attrs import frozen

from .classification import ItemKind
from .findings import Finding, Findings
from .item import ArchiveItem

OnProgress = Callable[[int, int], None]
"""Called with the number of entries done, and of all; what it raises stops the work."""


@frozen(kw_only=True)
class ArchiveCheck:
    """What an archive holds, after all of it was read.

    Attributes:
        entries: How many entries there are, folders left out.
        items: How many of them are items that can be read, each verified by its CRC.
        messages: How many of the items are messages.
        calendar: How many are calendar items.
        other: How many are neither.
        content_bytes: The size of all items, unpacked.
        folders: How many items each folder has.
        findings: What was noticed.
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
        """Whether nothing is lost: each entry can be read, and the list of them is complete.

        Findings that lose nothing, such as an unsafe path, are no reason to download a file again.
        """
        return self.items == self.entries and not self.findings.lost


def verify_items(
    found: Iterable[ArchiveItem | Finding],
    total: int,
    findings: Findings,
    on_progress: OnProgress | None,
) -> ArchiveCheck:
    """Read each item to its end as it comes.

    Args:
        found: The items, with findings for those that cannot be read.
        total: How many there are.
        findings: The archive's findings.
        on_progress: Called after each.
    """
    kinds, folders, content_bytes = Counter[ItemKind](), Counter[str](), 0
    for done, item in enumerate(found, 1):
        if isinstance(item, ArchiveItem) and item.finish():
            kinds[item.kind] += 1
            folders[item.folder] += 1
            content_bytes += item.size
        if on_progress is not None:
            on_progress(done, total)
    return ArchiveCheck(
        entries=total,
        items=sum(kinds.values()),
        messages=kinds[ItemKind.MESSAGE],
        calendar=kinds[ItemKind.CALENDAR],
        other=kinds[ItemKind.OTHER],
        content_bytes=content_bytes,
        folders=dict(folders),
        findings=findings,
    )
