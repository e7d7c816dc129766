"""Keeps what is no message beside the messages, byte for byte."""

from __future__ import annotations

from pathlib import Path

from workmail_async.archives.classification import ItemKind
from workmail_async.archives.mailbox import ArchiveItem
from workmail_async.archives.safe_names import safe_name

from .contents import pieces
from .destination import Layout, write_file

CALENDAR = "calendar"
OTHER = "other"


class Beside:
    """The folders `calendar` and `other` beside the messages of a mailbox.

    They are made when there is something for them. A file's name tells the folder it was in.

    Args:
        folder: Where to make them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._layout = Layout(0)

    def put(self, item: ArchiveItem) -> str:
        """Write an item and return the folder it went to.

        Raises:
            ItemError: It cannot be read; nothing is written.
        """
        name = " - ".join((*item.folder.split("/"), item.name)) if item.folder else item.name
        where = OTHER
        if item.kind is ItemKind.CALENDAR:
            where = CALENDAR
            name = name if name.lower().endswith(".ics") else f"{name}.ics"
        elif name.lower().endswith(".mbox"):  # importers take those for mail
            name += ".bin"
        path = self._folder / self._layout.file(where, safe_name(name)[0])
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, pieces(item))
        return where
