"""What is wrong with an archive, recorded without stopping: nothing may be lost silently."""

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
    """What can be wrong with an archive or one of its entries."""

    UNSAFE_PATH = "unsafe path"
    """The name leads out of its folder, such as `../../x`."""
    ABSOLUTE_PATH = "absolute path"
    """The name begins with `/`, a drive letter or a network share."""
    UNSAFE_NAME = "unsafe name"
    """The name is empty, that of a device on Windows, or has control characters."""
    SAME_NAME = "same name"
    """Another folder gets the same safe name, so this one gets a number."""
    LONG_NAME = "long name"
    """The name or its path is longer than file systems allow, and was cut."""
    ENCODING = "encoding"
    """The name is not encoded as the archive says."""
    DUPLICATE = "duplicate"
    """An earlier entry has the same name; both are returned."""
    OVERLAP = "overlap"
    """The entry uses bytes that belong to another."""
    BAD_CRC = "bad CRC"
    """The content is not the one that was packed."""
    CORRUPT = "corrupt"
    """The packed content, or the header before it, makes no sense."""
    TRUNCATED = "truncated"
    """The file ends before the content does."""
    SIZE = "size"
    """The content is longer or shorter than declared."""
    LOCAL_HEADER = "local header"
    """The header before the content contradicts the directory."""
    ENCRYPTED = "encrypted"
    """The content is encrypted with a password."""
    UNSUPPORTED = "unsupported"
    """The content is packed by a method that this library does not support."""
    NESTED_ARCHIVE = "nested archive"
    """The content is itself an archive or an mbox; it is kept as it is, not opened."""
    BOMB = "bomb"
    """The content is far larger than its packed form, as in an attack."""
    SPECIAL_FILE = "special file"
    """The entry is a symbolic link or a device; its content is read like an ordinary file's."""
    FOLDER_WITH_CONTENT = "folder with content"
    """The name is that of a folder, but there is content."""
    NO_DIRECTORY = "no directory"
    """The list of entries is missing, as in a file that was cut off; the rest was searched."""
    DIRECTORY = "directory"
    """The list of entries is damaged, or has more or fewer of them than declared."""
    TRAILING_BYTES = "trailing bytes"
    """Something that does not belong to the archive follows it."""
    LEADING_BYTES = "leading bytes"
    """Something that does not belong to the archive precedes it."""
    TOO_MANY = "too many"
    """There are more entries or folders than the limits allow."""


Detail = tuple[Problem, str]
"""A finding of which it is not yet said what entry it is about."""


@frozen
class Finding:
    """Something that a check noticed about an archive.

    Attributes:
        entry: The name of the entry, as it is in the archive, cut if it is very long; empty if the
            finding is about the whole archive.
        problem: The kind of problem.
        detail: What exactly, for people.
        lost: Whether an item cannot be read because of it.
    """

    entry: str
    problem: Problem
    detail: str
    lost: bool = False

    def __str__(self) -> str:
        return f"{self.entry or 'archive'}: {self.problem.value}: {self.detail}"


class ItemError(ArchiveError):
    """The content of one item cannot be read; the other items can.

    Attributes:
        path: The archive.
        finding: What is wrong with the item.
    """

    def __init__(self, path: Path, finding: Finding) -> None:
        super().__init__(path, str(finding))
        self.finding = finding


class Findings(Sequence[Finding]):
    """The findings about one archive, in the order in which they were made.

    All are counted, but of each problem only the first ones are kept, as many as the limit says:
    an archive full of problems must not fill the memory.

    Attributes:
        counts: How often each problem was found.
        lost: How many findings say that an item cannot be read.
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
