"""Verifies the archives of an export on disk: reads every byte and compares it with the manifest.

Everything here blocks while it reads. In async code, call it in a worker thread:
`await anyio.to_thread.run_sync(verify_export, folder)`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from attrs import frozen

from workmail_async.archives import ArchiveError, check_archive

from .manifest import Manifest
from .records import FileRow
from .selection import Selection

_PIECE = 1024 * 1024
#: How many findings of one archive are kept.
_KEPT = 5


@frozen(kw_only=True)
class ExportedArchive:
    """An archive in the folder of an export.

    Attributes:
        path: Where it is.
        label: The mailbox's address, or its name.
        file: What the manifest says about it.
    """

    path: Path
    label: str
    file: FileRow


@frozen(kw_only=True)
class ArchiveVerification:
    """The result of verifying one archive.

    Attributes:
        path: Where the archive is.
        label: The mailbox's address, or its name; the file's name for an archive by itself.
        items: How many items it holds.
        bytes: Its size.
        findings: What is wrong with it; empty for a good archive.
        notes: What is worth knowing about it, although nothing is lost.
    """

    path: Path
    label: str
    items: int = 0
    bytes: int = 0
    findings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether every item is there and the file is the one that was downloaded."""
        return not self.findings


@frozen(kw_only=True)
class ExportVerification:
    """The result of verifying the archives of an export.

    Attributes:
        archives: The result for each archive, sorted by address.
    """

    archives: tuple[ArchiveVerification, ...]

    @property
    def bad(self) -> tuple[ArchiveVerification, ...]:
        """The archives that are damaged, changed or gone."""
        return tuple(archive for archive in self.archives if not archive.good)

    @property
    def good(self) -> bool:
        """Whether all archives are good."""
        return not self.bad


def exported_archives(
    folder: str | Path, selection: Selection | None = None
) -> tuple[ExportedArchive, ...]:
    """List the archives that an export has downloaded.

    Args:
        folder: The folder of the export.
        selection: Which mailboxes; None for all.

    Returns:
        The archives, sorted by address. They were verified when they were downloaded and may have
        changed since.

    Raises:
        ManifestError: The folder has no manifest that can be read.
    """
    folder, selection = Path(folder), selection or Selection()
    with Manifest.read(folder) as manifest:
        files, rows = manifest.files(), manifest.mailboxes()
    return tuple(
        ExportedArchive(path=folder / files[row.entity_id].path, label=row.label, file=file)
        for row in rows
        if (file := files.get(row.entity_id)) is not None and selection.matches(row)
    )


def verify_export(
    folder: str | Path,
    selection: Selection | None = None,
    *,
    on_archive: Callable[[ArchiveVerification], None] | None = None,
) -> ExportVerification:
    """Verify the archives of an export; blocks while it reads all of them.

        result = verify_export("acme-mail")
        for archive in result.bad:
            print(archive.label, *archive.findings)

    Compares each file's size and SHA-256 with the manifest, and checks the structure of the zip
    and the CRC of every entry.

    Args:
        folder: The folder of the export.
        selection: Which mailboxes to verify; None for all.
        on_archive: Called with the result for each archive as soon as it is known.

    Returns:
        The results.

    Raises:
        ManifestError: The folder has no manifest that can be read.
    """
    results: list[ArchiveVerification] = []
    for archive in exported_archives(folder, selection):
        results.append(verify_archive(archive.path, label=archive.label, file=archive.file))
        if on_archive is not None:
            on_archive(results[-1])
    return ExportVerification(archives=tuple(results))


def verify_archive(
    path: str | Path, *, label: str | None = None, file: FileRow | None = None
) -> ArchiveVerification:
    """Verify one archive; blocks while it reads all of it.

    Args:
        path: The archive.
        label: How the result names it; the file's name when left out.
        file: What the manifest says about it, to be compared with the file; None for an archive
            by itself.

    Returns:
        The result; an archive that cannot be read is a bad one.
    """
    path = Path(path)
    label = label if label is not None else path.stem
    try:
        return _verified(path, label, file)
    except FileNotFoundError:
        return ArchiveVerification(path=path, label=label, findings=("the file is gone",))
    except OSError as error:
        finding = f"the file cannot be read: {error.strerror or error}"
        return ArchiveVerification(path=path, label=label, findings=(finding,))


def _verified(path: Path, label: str, file: FileRow | None) -> ArchiveVerification:
    size = path.stat().st_size
    findings: list[str] = []
    if file is not None and size != file.bytes:
        findings.append(f"it has {size} bytes instead of {file.bytes}")
    elif file is not None and (sha256 := sha256_of(path)) != file.sha256:
        findings.append(f"its SHA-256 is {sha256} instead of {file.sha256}")
    try:
        found = check_archive(path)
    except ArchiveError as error:
        return ArchiveVerification(
            path=path, label=label, bytes=size, findings=(*findings, str(error))
        )
    lost = [str(finding) for finding in found.findings if finding.lost][:_KEPT]
    if not found.ok:
        findings += lost or [f"only {found.items} of {found.entries} entries can be read"]
    if file is not None and found.items != file.items:
        findings.append(f"it has {found.items} items instead of {file.items}")
    notes = [str(finding) for finding in found.findings if not finding.lost]
    return ArchiveVerification(
        path=path,
        label=label,
        items=found.items,
        bytes=size,
        findings=tuple(findings),
        notes=tuple(notes[:_KEPT]),
    )


def sha256_of(path: Path, on_piece: Callable[[int], None] | None = None) -> str:
    """Return the SHA-256 of a file, in hexadecimal.

    Args:
        path: The file.
        on_piece: Called with the number of bytes of each piece; what it raises ends the reading.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            if on_piece is not None:
                on_piece(len(piece))
    return digest.hexdigest()
