"""Opens an archive: finds its entries, and what is wrong with the list of them."""

from __future__ import annotations

import hashlib
import struct
from array import array
from collections.abc import Iterator
from enum import IntFlag

from .errors import ArchiveError
from .findings import Finding, Findings, Problem
from .limits import Limits
from .seen_names import SeenNames
from .zip_directory import CentralDirectory, Directory, find_directory
from .zip_file import ZipBytes
from .zip_format import LOCAL_HEADER, MAX16, Entry
from .zip_salvage import salvage

_MAX64 = 2**64 - 1


class Mark(IntFlag):
    """What is remembered of each entry, in one byte."""

    DUPLICATE = 1
    OVERLAP = 2
    NAME_REPORTED = 4
    LOSS_REPORTED = 8


class Entries:
    """The entries of an archive, as many as its limits allow.

    Args:
        file: The zip.
        limits: How much it may ask for.
        findings: Gets what is wrong with the list.

    Attributes:
        count: How many entries there are, folders left out.
        marks: What is remembered of each entry, folders included.

    Raises:
        ArchiveError: The file is not a zip.
    """

    def __init__(self, file: ZipBytes, limits: Limits, findings: Findings) -> None:
        self._file, self._limits, self._findings = file, limits, findings
        self.count: int = 0
        self.marks: bytearray = bytearray()
        self._directory: Directory = find_directory(file) or self._salvaged()
        self._scan()
        if isinstance(self._directory, CentralDirectory):
            self._compare(self._directory)

    def __iter__(self) -> Iterator[Entry]:
        for entry in self._directory:
            if entry.number >= self._limits.entries:
                return
            yield entry

    @property
    def fingerprint(self) -> str:
        """A hash over names, sizes and CRCs of all entries: the same for the same content."""
        digest = hashlib.sha256()
        for entry in self:
            digest.update(entry.name + struct.pack("<IQ", entry.crc, entry.size))
        return digest.hexdigest()

    def _compare(self, directory: CentralDirectory) -> None:
        """Compare the list with what the end of the zip says about it."""
        listed = len(self.marks)
        declared = directory.declared if listed < self._limits.entries else None
        # Tools that cannot count beyond 16 bits start again from 0.
        if declared is not None and declared & MAX16 != listed & MAX16:
            detail = f"it has {listed} entries but declares {declared}"
            self._find(Problem.DIRECTORY, detail, lost=True)
            rest = salvage(self._file)
            if rest is not None and rest.most > listed:
                self._directory = rest
                self._scan()
        if directory.leading:
            self._find(Problem.LEADING_BYTES, f"{directory.leading} bytes precede the zip")
        if directory.trailing:
            self._find(Problem.TRAILING_BYTES, f"{directory.trailing} bytes follow the zip")

    def _salvaged(self) -> Directory:
        if not self._file.size:
            raise ArchiveError(self._file.path, "it is not a zip: it is empty")
        directory = salvage(self._file)
        if directory is None:
            raise ArchiveError(
                self._file.path, "it is not a zip: it neither starts nor ends like one"
            )
        detail = "the list of entries does not end as it should, or the zip was cut off"
        if isinstance(directory, CentralDirectory):
            detail = "the end of the list of entries is damaged, or too much follows it"
        self._find(Problem.NO_DIRECTORY, detail, lost=True)
        return directory

    def _find(self, problem: Problem, detail: str, *, lost: bool = False) -> None:
        self._findings.add(Finding("", problem, detail, lost=lost))

    def _scan(self) -> None:
        """Count the entries, and mark those with a name, or a place in the file, used before."""
        most = min(self._directory.most, self._limits.entries)
        marks, seen = bytearray(), SeenNames(most)
        starts, ends = array("Q"), array("Q")
        count = highest = 0
        in_order = True
        for entry in self:
            start = entry.offset
            end = start + LOCAL_HEADER.size + len(entry.name) + entry.packed
            in_order = in_order and start >= highest
            highest = max(highest, end)
            starts.append(min(start, _MAX64))
            ends.append(min(end, _MAX64))
            marks.append(0)
            if not entry.is_folder:
                count += 1
                if not seen.add(entry.name):
                    marks[-1] = Mark.DUPLICATE
        if not in_order:
            highest = 0
            for index in sorted(range(len(marks)), key=starts.__getitem__):
                if starts[index] < highest:
                    marks[index] |= Mark.OVERLAP
                highest = max(highest, ends[index])
        if len(marks) == self._limits.entries < self._directory.most:
            self._find(Problem.TOO_MANY, f"only {len(marks)} entries are read", lost=True)
        self.count = count
        self.marks = marks
