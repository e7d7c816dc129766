"""One item of an exported mailbox, of which no more is read than is asked for."""

from __future__ import annotations

from base64 import encodebytes
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import EmailPolicy
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from attrs import define

from .classification import ItemKind, header_block
from .zip_content import ContentStream
from .zip_directory import Entry

if TYPE_CHECKING:
    from .mailbox import MailboxArchive

    _Policy = EmailPolicy[EmailMessage]
else:
    _Policy = EmailPolicy  # takes no parameter when it runs

_LONGEST_HEADER = 1024 * 1024
_DOS_EPOCH = 1 << 21 | 1 << 16
_CALENDAR_HEADER = (
    b"MIME-Version: 1.0\nContent-Type: text/calendar; charset=utf-8\n"
    b"Content-Transfer-Encoding: base64\n\n"
)


class _Tolerant(_Policy):
    """The default policy, but for fields that make Python's own parser fail: those are empty.

    A field deep within parts within parts fails, too, by which their nesting has an end.
    """

    def header_fetch_parse(self, name: str, value: str) -> Any:
        try:
            return super().header_fetch_parse(name, value)
        except Exception:  # noqa: BLE001  (IndexError, RecursionError and more; versions differ)
            return self.header_factory(name, "")


_POLICY = _Tolerant()


@define(eq=False, repr=False)
class ArchiveItem:
    """One item of a mailbox.

    What it holds is read on demand, as long as its archive is open.

    Attributes:
        folder: Its folder, such as `Inbox` or `Archive/2024`: a relative path that is safe on
            every system. Empty when the archive names none.
        name: Its name in the folder, safe as well; not always unique.
        entry: Its name as it stands in the archive, path included.
        kind: What it is, told by its content.
        mime: Whether its content is a MIME message; calendar items come in both forms.
        size: The length of its content in bytes.
        index: Its place in the archive, from 0.

    Example:
        ```python
        with MailboxArchive("ana.zip") as archive:
            for item in archive:
                print(item.folder, item.kind.value, item.headers["Subject"])
        ```
    """

    _archive: MailboxArchive
    _record: Entry
    entry: str
    folder: str
    name: str
    kind: ItemKind
    mime: bool

    def __repr__(self) -> str:
        return f"<ArchiveItem {self.entry!r}, {self.kind.value}, {self.size} bytes>"

    @property
    def size(self) -> int:
        """The length of its content in bytes."""
        return self._record.size

    @property
    def index(self) -> int:
        """Its place in the archive, from 0."""
        return self._record.number

    @property
    def stamp(self) -> int:
        """Date and time of the entry as MS-DOS writes them."""
        return self._record.stamp or _DOS_EPOCH

    @property
    def head(self) -> bytes:
        """The first 64 KiB of its content.

        Raises:
            ItemError: It cannot be unpacked.
        """
        return self._archive.head_of(self._record, self.entry)

    @property
    def headers(self) -> EmailMessage:
        """The header fields alone, decoded when asked for; only the begin of the item is read.

        Empty for what is no message, as is a field that makes no sense at all.

        Raises:
            ItemError: It cannot be unpacked.
        """
        if self.kind is ItemKind.CALENDAR and not self.mime:
            return _header(_CALENDAR_HEADER)
        if not self.mime:
            return EmailMessage(_POLICY)
        head = without_envelope(self.head)
        block = header_block(head)
        if len(block) == len(head) < self.size:
            with self.open() as stream:
                block = header_block(without_envelope(stream.read(_LONGEST_HEADER)))
        return _header(block)

    def open(self) -> BinaryIO:
        """Return the content as a stream of bytes, from its begin, in little memory.

        Returns:
            A stream to read once; reading raises `ItemError` when the content turns out to be
            corrupt, at its end at the latest.

        Raises:
            ItemError: It cannot be unpacked.
        """
        stream = ContentStream(
            self._archive.content_of(self._record, self.entry),
            lambda error: self._archive.lost(self._record, error),
        )
        return cast("BinaryIO", stream)

    def raw(self) -> bytes:
        """Return the content, byte for byte.

        Raises:
            ItemError: It is corrupt, or larger than `Limits.in_memory`: use `open`.
        """
        return self._archive.raw_of(self._record, self.entry)

    def message(self) -> EmailMessage:
        """Return the content as a message.

        An iCalendar file is given as a message around it. What is no message at all gives one with
        `defects`. Parts within parts are told apart to a depth of a few hundred.

        Raises:
            ItemError: It is corrupt, or larger than `Limits.in_memory`.
        """
        raw = self.raw()
        if self.kind is ItemKind.CALENDAR and not self.mime:
            raw = _CALENDAR_HEADER + encodebytes(raw)
        return message_from_bytes(without_envelope(raw), policy=_POLICY)


def _header(text: bytes) -> EmailMessage:
    """Read a message whose body is not looked into."""
    return BytesHeaderParser(policy=_POLICY).parsebytes(text)


def without_envelope(text: bytes) -> bytes:
    """Leave out the line with which an mbox begins a message."""
    return text.partition(b"\n")[2] if text.startswith(b"From ") else text
