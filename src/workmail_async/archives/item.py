"""One item of an exported mailbox. No more of it is read than you ask for."""

from __future__ import annotations

from base64 import encodebytes
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from attrs import define

from .classification import ItemKind
from .headers import ItemHeaders, decoded, header_block, mended, preamble_of
from .reader import Reader
from .zip_format import Entry

if TYPE_CHECKING:
    _Policy = EmailPolicy[EmailMessage]
else:
    _Policy = EmailPolicy  # takes no parameter when it runs

_LONGEST_HEADER = 1024 * 1024
# Of a field, for the standard library's parser, which takes quadratic time and more.
_LONGEST_PARSED = 16 * 1024
_DOS_EPOCH = 1 << 21 | 1 << 16
_CALENDAR_HEADER = (
    b"MIME-Version: 1.0\nContent-Type: text/calendar; charset=utf-8\n"
    b"Content-Transfer-Encoding: base64\n\n"
)


class _Tolerant(_Policy):
    """The default policy, except for fields that Python's own parser cannot cope with.

    Those which make it fail are empty. A field in parts nested very deeply fails too, which is what
    ends their nesting. Those which would take it minutes and gigabytes are decoded as in
    `ArchiveItem.headers`.
    """

    def header_fetch_parse(self, name: str, value: str) -> Any:
        if len(value) > _LONGEST_PARSED:
            if name.lower().startswith("content-"):  # the parser needs what it makes of those
                value = value[:_LONGEST_PARSED]
            else:
                line = value.replace("\r", "").replace("\n", "")
                return decoded(line.encode("utf-8", "surrogateescape"))
        try:
            return super().header_fetch_parse(name, value)
        except Exception:  # noqa: BLE001  (IndexError, RecursionError and more; versions differ)
            return self.header_factory(name, "")


_POLICY = _Tolerant()


@define(eq=False, repr=False)
class ArchiveItem:
    """One item of a mailbox.

    Its content is read on demand, as long as its archive is open.

    Attributes:
        folder: Its folder, such as `Inbox` or `Archive/2024`: a relative path that is safe on
            every system. Empty if the archive names none.
        name: Its name in the folder, safe as well; not always unique.
        entry: Its name as it is in the archive, path included.
        kind: What it is, judged by its content.
        mime: Whether its content is a MIME message; calendar items come in both forms.

    Example:
        ```python
        with MailboxArchive("ana.zip") as archive:
            for item in archive:
                print(item.folder, item.kind.value, item.headers["Subject"])
        ```
    """

    _reader: Reader
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
        """Its position in the archive, from 0."""
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
        return self._reader.head_of(self._record, self.entry)

    @property
    def preamble(self) -> int:
        """How many bytes precede the header, such as empty lines or a byte order mark.

        Raises:
            ItemError: It cannot be unpacked.
        """
        return preamble_of(self.head) if self.mime else 0

    @property
    def headers(self) -> ItemHeaders:
        """The header fields alone, decoded when asked for; only the start of the item is read.

        Empty for what is not a message.

        Raises:
            ItemError: It cannot be unpacked.
        """
        if self.kind is ItemKind.CALENDAR and not self.mime:
            return ItemHeaders(_CALENDAR_HEADER)
        if not self.mime:
            return ItemHeaders(b"")
        head = self.head
        text = head[preamble_of(head) :]
        block = header_block(text)
        if len(block) == len(text) and len(head) < self.size:
            with self.open() as stream:
                head = stream.read(_LONGEST_HEADER)
            block = header_block(head[preamble_of(head) :])
        return ItemHeaders(block)

    def open(self) -> BinaryIO:
        """Return the content as a stream of bytes, in little memory.

        Returns:
            A stream to read once. Reading raises `ItemError` if the content turns out to be
            corrupt, at its end at the latest.

        Raises:
            ItemError: It cannot be unpacked.
        """
        return cast("BinaryIO", self._reader.stream_of(self._record, self.entry))

    def raw(self) -> bytes:
        """Return the content, byte for byte.

        Raises:
            ItemError: It is corrupt, or larger than `Limits.in_memory`: use `open`.
        """
        return self._reader.raw_of(self._record, self.entry)

    def finish(self) -> bool:
        """Read what is left of the item that the archive yielded last, and keep nothing of it.

        Returns:
            Whether all of it is sound; if not, the archive has a finding.
        """
        return self._reader.finish(self._record)

    def message(self) -> EmailMessage:
        """Return the content as a message.

        An iCalendar file gets a message around it. What is not a message at all becomes one with
        `defects`. Nested parts are parsed to a depth of a few hundred.

        Raises:
            ItemError: It is corrupt, or larger than `Limits.in_memory`.
        """
        raw = self.raw()
        if self.kind is ItemKind.CALENDAR and not self.mime:
            raw = _CALENDAR_HEADER + encodebytes(raw)
        return message_from_bytes(mended(raw), policy=_POLICY)
