"""Writes a zip that contains .eml files and nothing else."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from workmail_async.archives.errors import ConversionError
from workmail_async.archives.item import ArchiveItem
from workmail_async.archives.mailbox import MailboxArchive
from workmail_async.archives.verify import OnProgress
from workmail_async.files.atomic import unfinished
from workmail_async.files.private import create_file

from .contents import LEADING_LINES, UNFILED, eml_name, message_pieces
from .conversion import Conversion, convert
from .destination import claimed
from .extras import Extras
from .layout import Layout
from .zip_stream import ZipStream


def write_eml_zip(
    archive: MailboxArchive,
    target: str | Path,
    address: str,
    *,
    on_progress: OnProgress | None = None,
) -> Conversion:
    """Write a zip of .eml files in their folders: `TARGET/ADDRESS.zip`.

    Mithi LegacyFlo reads this. Messages keep every byte from their header on. What is not a
    message goes into the folders `calendar` and `other` of `TARGET/ADDRESS`.

    Arguments, result and errors are those of `Writer`.

    Example:
        ```python
        with MailboxArchive("ana.zip") as archive:
            print(write_eml_zip(archive, "legacyflo", "ana@acme.example").path)
        ```
    """
    with (
        claimed(archive, Path(target), address) as (folder, notes),
        claimed(archive, Path(target), address, ".zip") as (path, more),
    ):
        sink = _EmlZip(path, len(archive))
        both = dict.fromkeys((*notes, *more))
        return convert(archive, sink, path, Extras(folder), on_progress, both)


class _EmlZip:
    def __init__(self, path: Path, most: int) -> None:
        self._path = path
        self._layout = Layout(most)
        self._file = create_file(unfinished(path))
        self._zip = ZipStream(self._file)
        self.adjusted: Counter[str] = Counter()

    def put(self, item: ArchiveItem) -> None:
        """Add a message."""
        name = self._layout.file(self._layout.folder(item.folder or UNFILED), eml_name(item))
        size = item.size - item.preamble
        self._zip.add(name, message_pieces(item), size=size, stamp=item.stamp)
        self.adjusted[LEADING_LINES] += item.preamble > 0

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
        self.adjusted = +self.adjusted

    def abandon(self) -> None:
        """Remove the unfinished file."""
        self._zip.close()
        self._file.close()
        unfinished(self._path).unlink(missing_ok=True)
