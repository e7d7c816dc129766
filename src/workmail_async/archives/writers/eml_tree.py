"""Writes an .eml file for each message, in folders as MigrationWiz wants them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from workmail_async.archives.item import ArchiveItem
from workmail_async.archives.mailbox import MailboxArchive
from workmail_async.archives.verify import OnProgress
from workmail_async.files.atomic import replacing
from workmail_async.files.private import make_private_folder

from .contents import LEADING_LINES, UNFILED, eml_name, message_pieces, sent
from .conversion import Conversion, convert
from .destination import claimed
from .extras import Extras
from .layout import Layout

_ROOT = "Mail"


def write_eml_tree(
    archive: MailboxArchive,
    target: str | Path,
    address: str,
    *,
    on_progress: OnProgress | None = None,
) -> Conversion:
    """Write an .eml file for each message: `TARGET/ADDRESS/Mail/FOLDER/NAME.eml`.

    MigrationWiz reads these. Messages keep every byte from their header on; a file's time is the
    message's date.

    Arguments, result and errors are those of `Writer`.

    Example:
        ```python
        with MailboxArchive("ana.zip") as archive:
            write_eml_tree(archive, "migrationwiz", "ana@acme.example")
        ```
    """
    with claimed(archive, Path(target), address) as (folder, notes):
        sink = _EmlFiles(folder, len(archive))
        return convert(archive, sink, folder, Extras(folder), on_progress, notes)


class _EmlFiles:
    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._root = folder, folder / _ROOT
        self._layout = Layout(most)
        self._made: set[str] = set()
        self.adjusted: Counter[str] = Counter()
        make_private_folder(self._root, within=folder)

    def put(self, item: ArchiveItem) -> None:
        """Write a message into a file of its own."""
        folder = self._layout.folder(item.folder or UNFILED)
        if folder not in self._made:
            make_private_folder(self._root / folder, within=self._folder)
            self._made.add(folder)
        path = self._root / self._layout.file(folder, eml_name(item))
        with replacing(path, modified=sent(item, item.headers)) as file:
            file.writelines(message_pieces(item))
        self.adjusted[LEADING_LINES] += item.preamble > 0

    def finish(self) -> None:
        """Make the counts ready; each file has its name already."""
        self.adjusted = +self.adjusted

    def abandon(self) -> None:
        """Do nothing: each file is complete."""
