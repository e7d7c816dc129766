"""Writes a Maildir with the folders of a mailbox, as Dovecot reads it."""

from __future__ import annotations

import hashlib
import os
from base64 import b64encode
from collections import Counter
from pathlib import Path

from workmail_async.archives.item import ArchiveItem
from workmail_async.archives.mailbox import MailboxArchive
from workmail_async.archives.verify import OnProgress
from workmail_async.files.atomic import replacing
from workmail_async.files.private import create_file, make_private_folder

from .contents import LEADING_LINES, UNFILED, message_pieces, sent
from .conversion import Conversion, convert
from .destination import claimed
from .extras import Extras

_ROOT = "Maildir"
_INBOX = "inbox"
_HOST = "workmail"
# What separates a file's name from its flags; Windows keeps the colon for itself.
_FLAGS = ("!" if os.name == "nt" else ":") + "2,S"
_LONGEST_NAME = 240


def write_maildir(
    archive: MailboxArchive,
    target: str | Path,
    address: str,
    *,
    on_progress: OnProgress | None = None,
) -> Conversion:
    """Write a Maildir with its folders: `TARGET/ADDRESS/Maildir`.

    The layout is Maildir++, as Dovecot and Python's `mailbox.Maildir` read it: the folder `Inbox`
    is the Maildir itself, any other is a folder in it such as `.Archive.2024`. Messages keep every
    byte from their header on. They are marked as seen, because an export does not say which ones
    were. A file's time, which Dovecot shows as the time of arrival, is the message's date.

    Arguments, result and errors are those of `Writer`.

    Example:
        ```python
        with MailboxArchive("ana.zip") as archive:
            write_maildir(archive, "dovecot", "ana@acme.example")
        ```
    """
    with claimed(archive, Path(target), address) as (folder, notes):
        sink = _Maildir(folder / _ROOT)
        return convert(archive, sink, folder, Extras(folder), on_progress, notes)


class _Maildir:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._folders: dict[str, Path] = {}
        self._names: dict[str, str] = {"": ""}
        self._taken: set[str] = set()
        self.adjusted: Counter[str] = Counter()
        self._make(root)

    def put(self, item: ArchiveItem) -> None:
        """Write a message into `tmp` of its folder, then move it into `cur`."""
        folder = self._folder(item.folder or UNFILED)
        when = sent(item, item.headers)
        size = item.size - item.preamble
        name = f"{when}.M{item.index}.{_HOST},S={size}{_FLAGS}"
        part = folder / "tmp" / f"{item.index}.{_HOST}"
        with replacing(folder / "cur" / name, modified=when, part=part) as file:
            file.writelines(message_pieces(item))
        self.adjusted[LEADING_LINES] += item.preamble > 0

    def finish(self) -> None:
        """Make the counts ready; each file has its name already."""
        self.adjusted = +self.adjusted

    def abandon(self) -> None:
        """Do nothing: each file is complete."""

    def _folder(self, folder: str) -> Path:
        path = self._folders.get(folder)
        if path is None:
            name = self._name(folder)
            path = self._root / f".{name}" if name != "INBOX" else self._root
            self._make(path)
            if path != self._root:
                create_file(path / "maildirfolder").close()
            self._folders[folder] = path
        return path

    def _name(self, folder: str) -> str:
        """Return the name of a folder with dots between its parts, one for each."""
        key = folder.casefold()
        known = self._names.get(key)
        if known is None:
            parent, _, part = folder.rpartition("/")
            if parent or part.casefold() != _INBOX:
                part = modified_utf7(part.replace(".", "_"))
            else:
                part = "INBOX"
            above = self._name(parent)
            wanted = known = _shortened(f"{above}.{part}" if above else part)
            number = 1
            while known.casefold() in self._taken:
                number += 1
                known = f"{wanted}~{number}"
            self._taken.add(known.casefold())
            self._names[key] = known
        return known

    def _make(self, path: Path) -> None:
        for part in ("cur", "new", "tmp"):
            make_private_folder(path / part, within=self._root.parent)


def _shortened(name: str) -> str:
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[: _LONGEST_NAME - 20]}~{hashlib.sha256(name.encode()).hexdigest()[:10]}"


def modified_utf7(text: str) -> str:
    """Encode the name of a folder as IMAP servers keep it.

    Args:
        text: The name.

    Returns:
        The name in ASCII, other characters in base64 between `&` and `-`.
    """
    encoded: list[str] = []
    pending = ""
    for character in f"{text}\0":
        if character.isascii():
            if pending:
                base64 = b64encode(pending.encode("utf-16-be")).decode().rstrip("=")
                encoded.append(f"&{base64.replace('/', ',')}-")
                pending = ""
            encoded.append("&-" if character == "&" else character)
        else:
            pending += character
    return "".join(encoded[:-1])
