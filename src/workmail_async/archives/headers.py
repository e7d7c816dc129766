"""Reads the header of a message: tolerantly, and only the fields that are asked for.

The standard library decodes every field into a tree of tokens. That takes several times as long as
unpacking the message, and gigabytes for a subject made of many encoded words. Here a field is found
by a search and decoded by one pass over its bytes.

What mail readers put up with is put up with here, too: what precedes the header (`preamble_of`),
spaces before a colon, lines in the header that are no fields, raw bytes in any encoding, and
encoded words that are cut in the middle of a character.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from binascii import a2b_qp
from collections.abc import Iterator
from datetime import datetime, timezone
from email.utils import getaddresses, parsedate_to_datetime
from functools import lru_cache

# In any order: marks of the encoding, empty lines, and the lines with which an mbox separates
# messages, quoted or not. `From :` is none of them but a field, written as RFC 822 allowed. Then
# perhaps spaces before the first field.
_PREAMBLE = re.compile(
    rb"(?:\xef\xbb\xbf|[ \t]*(?:\r\n?|\n)|>*From (?![ \t]*:)[^\r\n]*(?:\r\n?|\n))*[ \t]*"
)
_FIRST_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:", re.MULTILINE)
_SPACED_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]+:", re.MULTILINE)
_FIELD_OR_MORE = re.compile(rb"(?:[!-9;-~]+[ \t]*:|[ \t])")
# Each part ends where the next begins, so that nothing is tried twice.
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,100})\?([bBqQ])\?([^?]*)\?=")


def preamble_of(head: bytes) -> int:
    """Return how many bytes precede the header of a message; 0 if there is no header after them.

    Args:
        head: The start of the content.
    """
    if _FIRST_FIELD.match(head):
        return 0
    match = _PREAMBLE.match(head)
    end = match.end() if match else 0
    return end if _FIRST_FIELD.match(head, end) else 0


def is_field(text: bytes) -> bool:
    """Whether a text starts with a header field."""
    return _FIRST_FIELD.match(text) is not None


def header_block(text: bytes) -> bytes:
    """Return the header of a message, without the empty line after it.

    Args:
        text: The message or its start, without a preamble.
    """
    if text.startswith((b"\n", b"\r")):
        return b""
    end = text.find(b"\n\r\n")
    unix = text.find(b"\n\n") if end < 0 else text.find(b"\n\n", 0, end)
    end = unix if unix >= 0 else end
    if end < 0 and b"\n" not in text:  # as on old Macs
        end = text.find(b"\r\r")
    return text if end < 0 else text[:end]


def mended(message: bytes) -> bytes:
    """Return a message in the form that Python's parser takes, however its header is written."""
    message = message[preamble_of(message) :]
    header = header_block(message)
    lines = header.splitlines(keepends=True)
    if b" :" not in header and b"\t:" not in header and all(map(_FIELD_OR_MORE.match, lines)):
        return message
    if not any(map(is_field, lines)):
        return message
    lines = _SPACED_FIELD.sub(rb"\1:", header).splitlines(keepends=True)
    return b"".join(filter(_FIELD_OR_MORE.match, lines)) + message[len(header) :]


class HeaderValue(str):
    """The value of a header field, decoded, on one line.

    It is a string; what only some fields have is worked out when it is asked for.
    """

    __slots__ = ()

    @property
    def addresses(self) -> list[tuple[str, str]]:
        """The addresses in the field, as pairs of name and address."""
        return getaddresses([self])

    @property
    def datetime(self) -> datetime | None:
        """The time in the field, in UTC if it says no zone; None if there is none."""
        try:
            when = parsedate_to_datetime(self)
        except (ValueError, TypeError, IndexError, OverflowError):  # dates of a broken mailer
            return None
        return when if when.tzinfo else when.replace(tzinfo=timezone.utc)


class ItemHeaders:
    """The header fields of an item, found and decoded when they are asked for.

    It works like the header part of `email.message.EmailMessage`: names are compared without regard
    to case, and a field that is missing is None.

    Args:
        block: The header, not decoded.
    """

    def __init__(self, block: bytes) -> None:
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        self._block = block

    def __repr__(self) -> str:
        return f"<ItemHeaders {', '.join(self)}>"

    def __getitem__(self, name: str) -> HeaderValue | None:
        """Return the first field of a name, decoded; None if there is none."""
        raw = self.raw(name)
        return None if raw is None else decoded(raw)

    def get(self, name: str, default: str = "") -> str:
        """Return the first field of a name, decoded; the default if there is none."""
        found = self[name]
        return default if found is None else found

    def get_all(self, name: str) -> list[HeaderValue]:
        """Return all fields of a name, decoded."""
        return [decoded(raw) for raw in self.raw_all(name)]

    def items(self) -> list[tuple[str, HeaderValue]]:
        """Return all fields, decoded, each name as it is written."""
        return [
            (match[1].decode("ascii"), decoded(self._value(match)))
            for match in _FIELD.finditer(self._block)
        ]

    def raw(self, name: str) -> bytes | None:
        """Return the first field of a name, on one line but not decoded; None if there is none."""
        return next(self.raw_all(name), None)

    def raw_all(self, name: str) -> Iterator[bytes]:
        """Iterate over the fields of a name, on one line each but not decoded."""
        return map(self._value, _pattern(name.lower()).finditer(self._block))

    def __contains__(self, name: str) -> bool:
        return self.raw(name) is not None

    def __iter__(self) -> Iterator[str]:
        return (match[1].decode("ascii") for match in _FIELD.finditer(self._block))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _value(self, field: re.Match[bytes]) -> bytes:
        """Return what follows a field's colon, with its continuation lines."""
        block, start = self._block, field.end()
        end = block.find(b"\n", start)
        while end >= 0 and block[end + 1 : end + 2] in (b" ", b"\t"):
            end = block.find(b"\n", end + 1)
        value = block[start:] if end < 0 else block[start:end]
        return value.replace(b"\n", b"").strip()


@lru_cache(maxsize=64)
def _pattern(name: str) -> re.Pattern[bytes]:
    field = re.escape(name.encode("ascii", "replace"))
    return re.compile(rb"^(" + field + rb")[ \t]*:", re.MULTILINE | re.IGNORECASE)


def decoded(raw: bytes) -> HeaderValue:
    """Decode the value of a header field.

    Args:
        raw: The value, on one line.

    Returns:
        The value with its encoded words decoded (RFC 2047), as far as they make sense.
    """
    text = _text(raw)
    if "=?" not in text:
        return HeaderValue(text)
    pieces: list[str] = []
    charset, pending, at = "", bytearray(), 0
    for word in _ENCODED_WORD.finditer(text):
        between = text[at : word.start()]
        # Space between encoded words is there to fold the line. And some mailers cut a character
        # in two, so that what is in one charset has to be put together first.
        if not at or between.strip() or word[1].lower() != charset:
            pieces.append(_as_text(pending, charset))
            pieces.append(between if not at or between.strip() else "")
            charset, pending = word[1].lower(), bytearray()
        pending += _content(word[2], word[3])
        at = word.end()
    pieces += (_as_text(pending, charset), text[at:])
    return HeaderValue("".join(pieces))


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _content(encoding: str, text: str) -> bytes:
    if encoding in "qQ":
        return a2b_qp(text.encode("utf-8", "replace"), header=True)
    data = text.encode("ascii", "ignore").rstrip(b"=")
    try:
        return b64decode(data + b"=" * (-len(data) % 4))
    except Base64Error:
        return data


def _as_text(data: bytes | bytearray, charset: str) -> str:
    if not data:
        return ""
    try:  # a language may follow the charset (RFC 2231)
        return data.decode(charset.partition("*")[0], "replace")
    except (LookupError, ValueError):  # no such charset, or one that is not of text
        return _text(bytes(data))
