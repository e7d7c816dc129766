"""Tells what an item is by its content: how a WorkMail export is laid out is not published.

The rule for messages is: what a tolerant mail reader shows as one is one. So the start may have
things before the header (see `headers`), and one field of mail is enough. Text that merely has a
colon in its first line (`Note: buy milk`) is not a message, unless its name says so: the name is a
hint that decides where the content alone does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from enum import Enum

from attrs import frozen

from .headers import header_block, is_field, mended, preamble_of


class ItemKind(str, Enum):
    """What an item of a mailbox is."""

    MESSAGE = "message"
    """A MIME message."""
    CALENDAR = "calendar"
    """A calendar item: a MIME message that is one or invites to one, or an iCalendar file."""
    OTHER = "other"
    """Anything else; its bytes are kept."""


@frozen
class Nature:
    """What a content is.

    Attributes:
        kind: The kind of item.
        mime: Whether it is written as a MIME message.
        nested: What kind of archive or mailbox it is itself; empty if it is none.
    """

    kind: ItemKind
    mime: bool
    nested: str = ""


_MESSAGE = Nature(ItemKind.MESSAGE, mime=True)
_CALENDAR_MESSAGE = Nature(ItemKind.CALENDAR, mime=True)
_CALENDAR_FILE = Nature(ItemKind.CALENDAR, mime=False)
_OTHER = Nature(ItemKind.OTHER, mime=False)

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CALENDAR_CLASSES = (
    b"urn:content-classes:appointment",
    b"urn:content-classes:calendarmessage",
)
# Nearly every message has one of these, so they are looked for first.
_USUAL = (b"\nfrom:", b"\nsubject:", b"\ndate:", b"\nreceived:")
# One of these makes a message, as does any field whose name starts with `X-`.
_FIELD = re.compile(
    rb"^(?:from|to|cc|bcc|subject|date|received|mime-version|sender|message-id|reply-to"
    rb"|in-reply-to|references|return-path|delivered-to|envelope-to|delivery-date|apparently-to"
    rb"|comments|keywords|organi[sz]ation|importance|priority|sensitivity|precedence|user-agent"
    rb"|errors-to|return-receipt-to|disposition-notification-to|mail-followup-to|followup-to"
    rb"|auto-submitted|feedback-id|accept-language|newsgroups|xref|status"
    rb"|x-[!-9;-~]+|content-[a-z-]+|resent-[a-z-]+|list-[a-z-]+|thread-[a-z-]+|arc-[a-z-]+"
    rb"|dkim-signature|domainkey-signature|received-spf|authentication-results)[ \t]*:",
    re.MULTILINE,
)
_MAIL_NAME = re.compile(r"\.(?:eml|email|msg|mht|mhtml|mim|mime|rfc822)$", re.IGNORECASE)
# The first line looks like a field, too.
_CARD = re.compile(rb"BEGIN[ \t]*:", re.IGNORECASE)
_CALENDAR = re.compile(rb"BEGIN[ \t]*:[ \t]*VCALENDAR", re.IGNORECASE)
_MBOX_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*From ")
_CONTENT = re.compile(rb"^content-(type|class)[ \t]*:[ \t\r\n]*([^\s;]*)", re.MULTILINE)
# Nothing in it can match in two ways: a line made of digits must not take quadratic time.
_NEXT_IN_MBOX = re.compile(rb"\n\r?\nFrom ([^\n]*)\n[!-9;-~]+:")
_YEAR = re.compile(rb"\d{4}")
_ARCHIVES = (
    (b"PK\x03\x04", "a zip"),
    (b"PK\x05\x06", "a zip"),
    (b"\x1f\x8b", "a gzip"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z"),
    (b"Rar!\x1a\x07", "a rar"),
    (b"BZh", "a bzip2"),
    (b"\xfd7zXZ\x00", "an xz"),
)


def classify(head: bytes, name: str = "") -> Nature:
    """Tell what a content is.

    Args:
        head: The content, or its first 64 KiB.
        name: The entry's name, for what the content leaves open.

    Returns:
        What it is; `ItemKind.OTHER` if that is not clear.
    """
    start = preamble_of(head)
    text = head[start:] if start else head
    if not is_field(text):
        return _without_fields(head, name)
    if _CARD.match(text):
        return _CALENDAR_FILE if _CALENDAR.match(text) else _OTHER
    named_mail = _MAIL_NAME.search(name) is not None
    if start and not named_mail and _MBOX_START.match(head) and _is_mbox(head):
        return Nature(ItemKind.OTHER, mime=False, nested="an mbox")
    header = header_block(text)
    lowered = b"\n" + header.lower()
    if not named_mail and not _has_mail_field(lowered):
        return _OTHER
    return _CALENDAR_MESSAGE if _is_calendar(text, lowered) else _MESSAGE


def _without_fields(head: bytes, name: str) -> Nature:
    """Tell what a content is that does not start like a message."""
    if head.startswith(_UTF16_MARKS):
        # as some calendars are saved on Windows
        start = head[:200].decode("utf-16", "replace").lstrip().encode("ascii", "replace")
        return _CALENDAR_FILE if _CALENDAR.match(start) else _OTHER
    for magic, nested in _ARCHIVES:
        if head.startswith(magic):
            return Nature(ItemKind.OTHER, mime=False, nested=nested)
    lowered = b"\n" + header_block(head).lower()
    if _MAIL_NAME.search(name) and _FIELD.search(lowered):  # after lines that are no fields
        return _CALENDAR_MESSAGE if _is_calendar(head, lowered) else _MESSAGE
    return _OTHER


def _has_mail_field(lowered: bytes) -> bool:
    return any(field in lowered for field in _USUAL) or _FIELD.search(lowered) is not None


def _is_mbox(text: bytes) -> bool:
    """Whether a text that starts like an mbox has a second message."""
    return any(_YEAR.search(line) for line in _NEXT_IN_MBOX.findall(text))


def _is_calendar(text: bytes, lowered: bytes) -> bool:
    """Whether a message is a calendar item, by its header and, for an invitation, its parts."""
    for field, value in _CONTENT.findall(lowered):
        if field == b"class" and value in _CALENDAR_CLASSES:
            return True
        if field == b"type" and value == b"text/calendar":
            return True
        if field == b"type" and value.startswith(b"multipart/"):
            return b"text/calendar" in text.lower() and _has_invitation(text)
    return False


def _has_invitation(text: bytes) -> bool:
    try:
        return any(calendar_parts(message_from_bytes(mended(text))))
    except (RecursionError, ValueError, LookupError):  # parts that make no sense
        return False


def calendar_parts(message: Message) -> Iterator[Message]:
    """Iterate over the parts of a message that make it a calendar item or an invitation.

    Those are the message itself, and alternatives of its text. A calendar that is attached is an
    attachment like any other.

    Args:
        message: The message.
    """
    waiting = [(message, True)]
    while waiting:
        part, counts = waiting.pop()
        if part.get_content_type() == "text/calendar" and not part.is_multipart():
            if counts:
                yield part
        elif part.get_content_maintype() == "multipart" and part.is_multipart():
            alternative = part.get_content_type() == "multipart/alternative"
            inner = part.get_payload()
            assert isinstance(inner, list)
            waiting += [
                (child, alternative) for child in reversed(inner) if isinstance(child, Message)
            ]
