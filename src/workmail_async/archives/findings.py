"""What was odd about an archive, told without stopping: nothing may be lost in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import overload

from attrs import evolve, frozen

from .errors import ArchiveError

_LONGEST_NAME = 500


class Problem(str, Enum):
    """What can be odd about an archive or one of its entries."""

    UNSAFE_PATH = "unsafe path"
    """The name climbs out of its folder, such as `../../x`."""
    ABSOLUTE_PATH = "absolute path"
    """The name begins with `/`, a drive letter or a network share."""
    UNSAFE_NAME = "unsafe name"
    """The name is empty, a device of Windows, or has control characters."""
    LONG_NAME = "long name"
    """The name or its path is longer than file systems take, and was cut."""
    ENCODING = "encoding"
    """The name is not encoded as the archive says."""
    DUPLICATE = "duplicate"
    """An entry before has the same name; both are given."""
    OVERLAP = "overlap"
    """The entry lies in the bytes of another."""
    BAD_CRC = "bad CRC"
    """The content is not the one that was packed."""
    CORRUPT = "corrupt"
    """The packed content, or the header before it, makes no sense."""
    TRUNCATED = "truncated"
    """The file ends before the content does."""
    SIZE = "size"
    """The content is longer or shorter than declared."""
    LOCAL_HEADER = "local header"
    """The header before the content and the directory tell different things."""
    ENCRYPTED = "encrypted"
    """The content is encrypted with a password."""
    UNSUPPORTED = "unsupported"
    """The content is packed with a method that this library does not know."""
    NESTED_ARCHIVE = "nested archive"
    """The content is an archive or an mbox of its own; it is given as it is, not opened."""
    BOMB = "bomb"
    """The content is far larger than its packed form, as in an attack."""
    SPECIAL_FILE = "special file"
    """The entry is a symbolic link or a device; its content is given as an ordinary file's."""
    FOLDER_WITH_CONTENT = "folder with content"
    """The name is a folder's, yet there is content."""
    NO_DIRECTORY = "no directory"
    """The list of entries is missing, as in a file that was cut off; what is left was searched."""
    DIRECTORY = "directory"
    """The list of entries is damaged, or has more or fewer of them than declared."""
    TRAILING_BYTES = "trailing bytes"
    """Something that is no part of the archive follows it."""
    LEADING_BYTES = "leading bytes"
    """Something that is no part of the archive stands before it."""
    TOO_MANY = "too many"
    """There are more entries or folders than the limits allow."""


@frozen
class Finding:
    """Something odd about an archive.

    Attributes:
        entry: The name of the entry, as it stands in the archive, cut when it is endless; empty
            when it is about the whole.
        problem: What is odd.
        detail: What exactly, for people.
        lost: Whether an item cannot be had because of it.
    """

    entry: str
    problem: Problem
    detail: str
    lost: bool = False

    def __str__(self) -> str:
        return f"{self.entry or 'archive'}: {self.problem.value}: {self.detail}"


class ItemError(ArchiveError):
    """The content of one item cannot be had; the others can.

    Attributes:
        path: The archive.
        finding: What is wrong with the item.
    """

    def __init__(self, path: Path, finding: Finding) -> None:
        super().__init__(path, str(finding))
        self.finding = finding


class Findings(Sequence[Finding]):
    """The findings about one archive, in the order in which they were made.

    Of each problem the first ones are kept, as many as the limit says, and all are counted: an
    archive made of faults must not fill the memory.

    Attributes:
        counts: How often each problem was found.
        lost: How many findings say that an item cannot be had.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: list[Finding] = []
        self.counts: Counter[Problem] = Counter()
        self.lost: int = 0

    def add(self, finding: Finding) -> None:
        """Record a finding."""
        self.counts[finding.problem] += 1
        self.lost += finding.lost
        if self.counts[finding.problem] <= self._limit:
            if len(finding.entry) > _LONGEST_NAME:
                finding = evolve(finding, entry=f"{finding.entry[:_LONGEST_NAME]}…")
            self._kept.append(finding)

    def __len__(self) -> int:
        return len(self._kept)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> list[Finding]: ...
    def __getitem__(self, index: int | slice) -> Finding | list[Finding]:
        return self._kept[index]

    def __repr__(self) -> str:
        counts = ", ".join(f"{problem.value}: {count}" for problem, count in self.counts.items())
        return f"<Findings {counts or 'none'}>"
