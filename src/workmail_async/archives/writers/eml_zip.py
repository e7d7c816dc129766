"""A zip that holds .eml files and nothing else."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from workmail_async.archives.errors import ConversionError
from workmail_async.archives.mailbox import ArchiveItem, MailboxArchive, OnProgress

from .beside import Beside
from .contents import pieces
from .conversion import Conversion, convert
from .destination import Layout, claimed, unfinished
from .eml_tree import eml_name
from .mbox import UNFILED
from .zip_stream import ZipStream


def write_eml_zip(
    archive: MailboxArchive,
    target: str | Path,
    address: str,
    *,
    on_progress: OnProgress | None = None,
) -> Conversion:
    """Write a zip of .eml files in their folders: `TARGET/ADDRESS.zip`.

    That is what Mithi LegacyFlo reads. Messages keep every byte. What is no message goes into the
    folders `calendar` and `other` of `TARGET/ADDRESS`.

    Args:
        archive: The archive.
        target: The folder that holds the conversions of all mailboxes.
        address: The address of the mailbox.
        on_progress: Is called with the number of entries done, and of all.

    Returns:
        What became of the items.

    Raises:
        ConversionError: There is something else at this place.
        OSError: A file cannot be written.

    Example:
        ```python
        with MailboxArchive("ana.zip") as archive:
            print(write_eml_zip(archive, "legacyflo", "ana@acme.example").path)
        ```
    """
    with (
        claimed(archive, Path(target), address) as folder,
        claimed(archive, Path(target), address, ".zip") as path,
    ):
        return convert(archive, _EmlZip(path, len(archive)), path, Beside(folder), on_progress)


class _EmlZip:
    def __init__(self, path: Path, most: int) -> None:
        self._path = path
        self._layout = Layout(most)
        self._file = unfinished(path).open("w+b")
        self._zip = ZipStream(self._file)
        self.adjusted: Counter[str] = Counter()

    def put(self, item: ArchiveItem) -> None:
        """Add a message."""
        name = self._layout.file(self._layout.folder(item.folder or UNFILED), eml_name(item))
        self._zip.add(name, pieces(item), size=item.size, stamp=item.stamp)

    def finish(self) -> None:
        """Write the list of entries and give the file its name."""
        count = self._zip.finish()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        with MailboxArchive(unfinished(self._path)) as written:
            if len(written) != count or written.findings:
                raise ConversionError(f"{unfinished(self._path)} was changed by another program")
        unfinished(self._path).replace(self._path)

    def abandon(self) -> None:
        """Remove the unfinished file."""
        self._zip.close()
        self._file.close()
        unfinished(self._path).unlink(missing_ok=True)
