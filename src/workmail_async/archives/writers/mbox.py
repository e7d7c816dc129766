"""Writes an mbox file for each folder, laid out as Google's import tool wants it."""

from __future__ import annotations

import os
import re
import time
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from attrs import define

from workmail_async.archives.errors import ConversionError
from workmail_async.archives.headers import header_block
from workmail_async.archives.item import ArchiveItem
from workmail_async.archives.mailbox import MailboxArchive
from workmail_async.archives.safe_names import one_case
from workmail_async.archives.verify import OnProgress
from workmail_async.files.atomic import unfinished
from workmail_async.files.private import create_file, make_private_folder, reopen_file

from .contents import LEADING_LINES, UNFILED, message_pieces, sender, sent
from .conversion import Conversion, convert
from .destination import claimed
from .extras import CALENDAR, OTHER, Extras
from .layout import Layout

_OPEN_FILES = 50
_LONGEST_LINE = 8 * 1024 * 1024
_TO_QUOTE = re.compile(rb"^(?=>*From )", re.MULTILINE)
_SPACED_FROM = re.compile(rb"^From[ \t]+:", re.MULTILINE)
_QUOTED = re.compile(rb"^>(?=>*From )", re.MULTILINE)


def write_mbox(
    archive: MailboxArchive,
    target: str | Path,
    address: str,
    *,
    on_progress: OnProgress | None = None,
) -> Conversion:
    """Write an mbox file for each folder: `TARGET/ADDRESS/FOLDER.mbox`.

    import-mailbox-to-gmail reads these, and makes a label of each folder. Messages keep every byte
    from their header on, line breaks included, except for what the format requires: a line that
    begins with `From `, or with that after any number of `>`, gets another `>` (`unquoted` removes
    it), and a message without a line break at its end gets one.

    Arguments, result and errors are those of `Writer`.

    Example:
        ```python
        with MailboxArchive("ana.zip") as archive:
            done = write_mbox(archive, "google", "ana@acme.example")
        print(done.messages, "messages in", len(done.folders), "folders")
        ```
    """
    with claimed(archive, Path(target), address) as (folder, notes):
        sink = _MboxFiles(folder)
        return convert(archive, sink, folder, Extras(folder), on_progress, notes)


def unquoted(message: bytes) -> bytes:
    r"""Remove the quoting of a message that was read from an mbox file.

    Args:
        message: The message, as `mailbox.mbox.get_bytes` returns it.

    Returns:
        The message as it was before.

    Example:
        ```python
        assert unquoted(b"Subject: x\n\n>From here on\n") == b"Subject: x\n\nFrom here on\n"
        ```
    """
    return _QUOTED.sub(b"", message)


@define(eq=False)
class _Mbox:
    path: Path
    size: int = 0


class _MboxFiles:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._layout = Layout(0, reserved=(CALENDAR, OTHER))
        self._boxes: dict[str, _Mbox] = {}
        self._labels: dict[str, _Mbox] = {}
        self._open: OrderedDict[Path, BinaryIO] = OrderedDict()
        self.adjusted: Counter[str] = Counter()

    def put(self, item: ArchiveItem) -> None:
        """Append a message to the mbox of its folder."""
        box = self._box(item.folder or UNFILED)
        file = self._file(box)
        try:
            adjusted = _append(file, item)
        except BaseException:
            file.seek(box.size)
            file.truncate()
            raise
        self.adjusted.update(adjusted)
        box.size = file.tell()

    def finish(self) -> None:
        """Give the files their names."""
        for box in self._labels.values():
            file = self._file(box)
            file.flush()
            os.fsync(file.fileno())
            if file.seek(0, os.SEEK_END) != box.size:
                raise ConversionError(f"{unfinished(box.path)} was changed by another program")
        self._close()
        for box in self._labels.values():
            unfinished(box.path).replace(box.path)
        self.adjusted = +self.adjusted

    def abandon(self) -> None:
        """Remove the unfinished files."""
        self._close()
        for box in self._labels.values():
            unfinished(box.path).unlink(missing_ok=True)

    def _box(self, folder: str) -> _Mbox:
        box = self._boxes.get(folder)
        if box is None:
            parent, _, name = folder.rpartition("/")
            where = self._layout.folder(parent)
            label = one_case(f"{where}/{name}")
            box = self._labels.get(label)
            if box is None:
                path = self._folder / self._layout.file(where, f"{name}.mbox")
                box = self._labels[label] = _Mbox(path)
                make_private_folder(path.parent, within=self._folder)
                create_file(unfinished(path)).close()
            self._boxes[folder] = box
        return box

    def _file(self, box: _Mbox) -> BinaryIO:
        """Open a file at its end; only some are open at a time."""
        file = self._open.pop(box.path, None)
        if file is None:
            if len(self._open) >= _OPEN_FILES:
                self._open.popitem(last=False)[1].close()
            file = reopen_file(unfinished(box.path))
            file.seek(box.size)
        self._open[box.path] = file
        return file

    def _close(self) -> None:
        while self._open:
            self._open.popitem()[1].close()


def _append(file: BinaryIO, item: ArchiveItem) -> dict[str, int]:
    """Write a message and return how it was adjusted.

    The separator is always our own. One that the message brings may lack the date by which readers
    tell a separator from text, and they would take the message for a part of the one before it.
    """
    headers = item.headers
    when = time.asctime(time.gmtime(sent(item, headers)))
    file.write(f"From {sender(headers) or 'MAILER-DAEMON'} {when}\n".encode("ascii"))
    blocks = _blocks(message_pieces(item))
    first, renamed = _without_spaced_from(next(blocks))
    quoted, at_line_start, last = False, True, b""
    for block in chain((first,), blocks):
        written = _quote(block, at_line_start=at_line_start)
        quoted = quoted or len(written) > len(block)
        file.write(written)
        at_line_start = block.endswith(b"\n")
        last = block or last
    ended = last.endswith(b"\n")
    if not ended:
        file.write(b"\r\n" if b"\r\n" in item.head else b"\n")
    file.write(b"\n")
    return {
        "quoted From": int(quoted),
        "final line break": int(not ended),
        "space in From header": int(renamed),
        LEADING_LINES: int(item.preamble > 0),
    }


def _without_spaced_from(block: bytes) -> tuple[bytes, bool]:
    """Write a field `From :`, as RFC 822 allowed, as `From:`: quoted, it would be no field."""
    header = header_block(block)
    changed, count = _SPACED_FROM.subn(b"From:", header)
    return changed + block[len(header) :], count > 0


def _blocks(content: Iterable[bytes]) -> Iterator[bytes]:
    """Cut a content at the ends of lines, except in lines of many megabytes."""
    rest = b""
    for piece in content:
        block = rest + piece
        end = block.rfind(b"\n") + 1
        if not end and len(block) > _LONGEST_LINE:
            end = len(block)
        rest = block[end:]
        if end:
            yield block[:end]
    yield rest


def _quote(block: bytes, *, at_line_start: bool) -> bytes:
    if b"From " not in block:
        return block
    if at_line_start:
        return _TO_QUOTE.sub(b">", block)
    line, end, others = block.partition(b"\n")
    return line + end + _TO_QUOTE.sub(b">", others)
