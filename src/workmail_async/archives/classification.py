"""Tells what an item is by its content: how a WorkMail export is laid out is not published."""

from __future__ import annotations

import re
from enum import Enum

from attrs import frozen


class ItemKind(str, Enum):
    """What an item of a mailbox is."""

    MESSAGE = "message"
    """A MIME message."""
    CALENDAR = "calendar"
    """A calendar item: a MIME message that is nothing else, or an iCalendar file."""
    OTHER = "other"
    """Anything else; its bytes are kept."""


@frozen
class Nature:
    """What a content is.

    Attributes:
        kind: The kind of item.
        mime: Whether it is written as a MIME message.
        nested: What kind of archive or mailbox it is itself; empty when it is none.
    """

    kind: ItemKind
    mime: bool
    nested: str = ""


_MESSAGE = Nature(ItemKind.MESSAGE, mime=True)
_CALENDAR_MESSAGE = Nature(ItemKind.CALENDAR, mime=True)
_CALENDAR_FILE = Nature(ItemKind.CALENDAR, mime=False)
_OTHER = Nature(ItemKind.OTHER, mime=False)

_UTF8_MARK = b"\xef\xbb\xbf"
_FIRST_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
# A message has one of these at least; most have the first.
_FIELDS = tuple(
    b"\n" + name + b":"
    for name in (
        b"from",
        b"subject",
        b"date",
        b"to",
        b"message-id",
        b"received",
        b"mime-version",
        b"content-type",
        b"return-path",
        b"delivered-to",
        b"sender",
        b"cc",
        b"bcc",
    )
)
# Nothing in it can match in two ways: a line made of digits must not take quadratic time.
_NEXT_IN_MBOX = re.compile(rb"\n\r?\nFrom ([^\n]*)\n[!-9;-~]+:")
_YEAR = re.compile(rb"\d{4}")
_ARCHIVES = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
)


def classify(head: bytes) -> Nature:
    """Tell what a content is.

    Args:
        head: The content, or its first 64 KiB.

    Returns:
        What it is; `ItemKind.OTHER` when that is not clear.
    """
    text = head.removeprefix(_UTF8_MARK)
    if not _FIRST_FIELD.match(text):
        if text.startswith(b"From "):
            return _enveloped(text)
        return Nature(ItemKind.OTHER, mime=False, nested=_archive(head))
    if text[:15].upper() == b"BEGIN:VCALENDAR":
        return _CALENDAR_FILE
    # the line break lets the first field be found like the others
    fields = b"\n" + header_block(text).lower()
    for field in _FIELDS:
        if field in fields:
            break
    else:
        return _OTHER
    if _value(fields, b"content-type").startswith(b"text/calendar"):
        return _CALENDAR_MESSAGE
    if _value(fields, b"content-class") == b"urn:content-classes:appointment":
        return _CALENDAR_MESSAGE
    return _MESSAGE


def _enveloped(text: bytes) -> Nature:
    """Tell a message with the first line of an mbox from an mbox with several messages."""
    if any(_YEAR.search(line) for line in _NEXT_IN_MBOX.findall(text)):
        return Nature(ItemKind.OTHER, mime=False, nested="mbox")
    _, _, message = text.partition(b"\n")
    return classify(message) if _FIRST_FIELD.match(message) else _OTHER


def _archive(head: bytes) -> str:
    for magic, name in _ARCHIVES:
        if head.startswith(magic):
            return name
    return ""


def header_block(head: bytes) -> bytes:
    """Return the header of a message, up to the empty line, from the begin of its content."""
    if head.startswith((b"\n", b"\r\n")):
        return b""
    ends = [end for end in (head.find(b"\r\n\r\n"), head.find(b"\n\n")) if end >= 0]
    return head[: min(ends)] if ends else head


def header_value(head: bytes, name: bytes) -> str:
    """Return the first value of a header field, on one line and not decoded.

    Args:
        head: The begin of a message.
        name: The field's name in lower case.

    Returns:
        The value; empty when there is no such field.
    """
    block = b"\n" + header_block(head)
    at = block.lower().find(b"\n" + name + b":")
    if at < 0:
        return ""
    rest = block[at + len(name) + 2 :]
    value = re.split(rb"\r?\n(?![ \t])", rest, maxsplit=1)[0]
    return " ".join(value.decode("latin-1").split())


def _value(fields: bytes, name: bytes) -> bytes:
    """Return the begin of a field's value, from fields in lower case."""
    at = fields.find(b"\n" + name + b":")
    if at < 0:
        return b""
    begin = at + len(name) + 2
    return fields[begin : begin + 80].strip().partition(b"\n")[0].rstrip()
