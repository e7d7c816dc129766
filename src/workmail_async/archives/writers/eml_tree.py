"""An .eml file for each message, in folders as MigrationWiz wants them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from workmail_async.archives.mailbox import ArchiveItem, MailboxArchive, OnProgress

from .beside import Beside
from .contents import pieces, sent
from .conversion import Conversion, convert
from .destination import Layout, claimed, write_file
from .mbox import UNFILED

_ROOT = "Mail"


def write_eml_tree(
    archive: MailboxArchive,
    target: str | Path,
    address: str,
    *,
    on_progress: OnProgress | None = None,
) -> Conversion:
    """Write an .eml file for each message: `TARGET/ADDRESS/Mail/FOLDER/NAME.eml`.

    That is what MigrationWiz reads. Messages keep every byte; a file's time is the message's date.

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
            write_eml_tree(archive, "migrationwiz", "ana@acme.example")
        ```
    """
    with claimed(archive, Path(target), address) as folder:
        sink = _EmlFiles(folder / _ROOT, len(archive))
        return convert(archive, sink, folder, Beside(folder), on_progress)


class _EmlFiles:
    def __init__(self, root: Path, most: int) -> None:
        self._root = root
        self._layout = Layout(most)
        self._made: set[str] = set()
        self.adjusted: Counter[str] = Counter()
        root.mkdir(parents=True, exist_ok=True)

    def put(self, item: ArchiveItem) -> None:
        """Write a message into a file of its own."""
        folder = self._layout.folder(item.folder or UNFILED)
        if folder not in self._made:
            (self._root / folder).mkdir(parents=True, exist_ok=True)
            self._made.add(folder)
        path = self._root / self._layout.file(folder, eml_name(item))
        write_file(path, pieces(item), modified=sent(item))

    def finish(self) -> None:
        """Do nothing: each file has its name already."""

    def abandon(self) -> None:
        """Do nothing: each file is whole."""


def eml_name(item: ArchiveItem) -> str:
    """Return the name of an item with the suffix `.eml`."""
    return item.name if item.name.lower().endswith(".eml") else f"{item.name}.eml"
