"""Keeps what is not a message next to the messages, byte for byte."""

from __future__ import annotations

from pathlib import Path

from workmail_async.archives.classification import ItemKind
from workmail_async.archives.item import ArchiveItem
from workmail_async.archives.safe_names import safe_name
from workmail_async.files.atomic import replacing
from workmail_async.files.private import make_private_folder

from .contents import pieces
from .layout import Layout

CALENDAR = "calendar"
OTHER = "other"


class Extras:
    """The folders `calendar` and `other` next to the messages of a mailbox.

    They are created when there is something to put into them. A file's name says which folder it
    was in.

    Args:
        folder: Where to create them.
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
        make_private_folder(path.parent, within=self._folder)
        with replacing(path) as file:
            file.writelines(pieces(item))
        return where
