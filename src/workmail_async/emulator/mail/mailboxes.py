"""The content of mailboxes: folders with real MIME messages and calendar items."""

from __future__ import annotations

import mailbox as mailbox_files
from collections.abc import Callable, Iterator
from datetime import datetime
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
from email.policy import SMTP
from functools import lru_cache
from itertools import repeat
from pathlib import Path

from attrs import define, field, frozen

from .synthetic import SyntheticMail

INBOX = "Inbox"
CALENDAR = "Calendar"

MESSAGE = "message"
# The kind of an item by its content type. WorkMail exports messages and calendar items only.
_KINDS = {
    "text/calendar": "calendar",
    "text/vcard": "contact",
    "text/directory": "contact",
}
_EXPORTED_KINDS = (MESSAGE, "calendar")

Content = bytes | bytearray | str | Path | Message


@frozen
class Item:
    """One item of a mailbox.

    Args:
        folder: The path of its folder, separated by `/`.
        kind: `message`, `calendar`, `contact`, `task` or `note`.
        size: Its size in bytes.
        content: Returns its bytes.
    """

    folder: str
    kind: str
    size: int
    content: Callable[[], bytes] = field(repr=False)

    @property
    def exported(self) -> bool:
        """Whether WorkMail exports items of this kind."""
        return self.kind in _EXPORTED_KINDS


@define(kw_only=True, eq=False)
class Mailbox:
    """The mailbox of a user or a resource.

    Args:
        address: The last primary address of its owner.
        quota: Its maximum size, in MB.
        released: When its owner was disabled, or None.
    """

    address: str
    quota: int
    released: datetime | None = None
    _items: list[Item] = field(factory=list, init=False)
    _export_failures: Iterator[str] = field(factory=lambda: iter(()), init=False)

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        return iter(list(self._items))

    @property
    def size(self) -> int:
        """The size of all items, in bytes."""
        return sum(item.size for item in self)

    @property
    def folders(self) -> list[str]:
        """The folders that have items, in the order in which they were first used."""
        return list(dict.fromkeys(item.folder for item in self))

    def add(self, content: Content, *, folder: str = INBOX, kind: str | None = None) -> None:
        """Add one item to a folder.

        Args:
            content: Raw MIME as bytes or text, an email message, or the path of an .eml file.
            folder: The path of the folder, separated by `/`.
            kind: The kind of item. Defaults to what its content type says.
        """
        self._items.append(_item(content, folder, kind))

    def add_lazily(
        self, make: Callable[[], bytes], *, size: int, folder: str = INBOX, kind: str = MESSAGE
    ) -> None:
        """Add an item whose bytes are created when they are needed.

        Args:
            make: Returns the bytes, always the same ones.
            size: Their number.
            folder: The path of the folder, separated by `/`.
            kind: The kind of item.
        """
        self._items.append(Item(folder, kind, size, make))

    def add_mbox(self, path: str | Path, *, folder: str = INBOX) -> int:
        """Add every message of an .mbox file and return their number.

        Args:
            path: The file.
            folder: The path of the folder, separated by `/`.
        """
        box = mailbox_files.mbox(Path(path), create=False)
        try:
            keys = box.keys()
            for key in keys:
                self.add(box.get_bytes(key), folder=folder)
            return len(keys)
        finally:
            box.close()

    def add_tree(self, path: str | Path, *, folder: str = "") -> int:
        """Add every .eml file below a directory and return their number.

        Args:
            path: The directory; its subdirectories become folders.
            folder: The folder for the directory itself. Without one, its files go to the Inbox.
        """
        root = Path(path)
        files = sorted(root.rglob("*.eml"))
        for file in files:
            parts = [*([folder] if folder else []), *file.relative_to(root).parent.parts]
            self.add(file, folder="/".join(parts) or INBOX)
        return len(files)

    def add_synthetic(self, count: int, *, seed: int = 0) -> None:
        """Add synthetic mail and calendar items, spread over the usual folders.

        Args:
            count: The number of items.
            seed: The same seed creates the same mail.
        """
        self._items += (_synthetic_item(seed, self.address, index) for index in range(count))

    def fail_exports(self, error_info: str, *, times: int | None = None) -> None:
        """Make the next exports of this mailbox fail.

        Args:
            error_info: The ErrorInfo of those jobs.
            times: How many exports fail. All by default.
        """
        self._export_failures = repeat(error_info) if times is None else repeat(error_info, times)

    def next_export_failure(self) -> str | None:
        """Return why the export that starts now must fail, if the test asked for that."""
        return next(self._export_failures, None)


def _item(content: Content, folder: str, kind: str | None = None) -> Item:
    raw = raw_mime(content)
    return Item(folder, kind or _kind(raw), len(raw), lambda: raw)


# Creating one takes a millisecond, and each reset loads the seed again.
@lru_cache(maxsize=4_096)
def _synthetic_item(seed: int, owner: str, index: int) -> Item:
    folder, message = SyntheticMail(seed, owner=owner).item(index)
    return _item(message, folder)


def raw_mime(content: Content) -> bytes:
    """Return the raw MIME of a message in any of the accepted forms."""
    if isinstance(content, EmailMessage):
        return content.as_bytes(policy=content.policy.clone(linesep="\r\n"))
    if isinstance(content, Message):
        return content.as_bytes()
    if isinstance(content, Path):
        return content.read_bytes()
    if isinstance(content, str):
        return content.encode()
    return bytes(content)


def _kind(raw: bytes) -> str:
    headers = BytesHeaderParser(policy=SMTP).parsebytes(raw)
    kind = _KINDS.get(headers.get_content_type(), MESSAGE)
    if kind == "calendar":
        if b"BEGIN:VTODO" in raw:
            return "task"
        if b"BEGIN:VJOURNAL" in raw:
            return "note"
    return kind
