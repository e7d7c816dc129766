"""The rules for MIME content that replaces a message in transit.

AWS says that there are required, unique and immutable headers, but not which ones. These are the
headers that RFC 5322 requires or allows only once, and the ones that say where a message comes
from. If you know better, change `Emulator.mime_rules`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import PurePath

from attrs import define

_CRLF_LENGTH = 2
_BARE_LINE_END = re.compile(rb"(?<!\r)\n|\r(?!\n)")
# The file extensions of attachments that Amazon SES does not send.
_REFUSED = """
    ade adp app asp bas bat cer chm cmd com cpl crt csh der exe fxp gadget hlp hta inf ins isp its
    js jse ksh lib lnk mad maf mag mam maq mar mas mat mau mav maw mda mdb mde mdt mdw mdz msc msh
    msh1 msh1xml msh2 msh2xml mshxml msi msp mst ops pcd pif plg prf prg ps1 ps1xml ps2 ps2xml psc1
    psc2 reg scf scr sct shb shs sys tmp url vb vbe vbs vps vsmacros vss vst vsw vxd ws wsc wsf wsh
    xnk
"""


@define(kw_only=True)
class MimeRules:
    """The rules for new content of a message.

    Args:
        line_length: The maximum length of a line, including its CRLF.
        required: Headers that must be present.
        unique: Headers that may occur only once.
        immutable: Headers that must not change.
        refused_attachments: File extensions, without the dot, that attachments must not have.
    """

    line_length: int = 1_000
    required: tuple[str, ...] = ("From", "Date")
    unique: tuple[str, ...] = (
        "From",
        "Sender",
        "Reply-To",
        "To",
        "Cc",
        "Bcc",
        "Date",
        "Message-ID",
        "In-Reply-To",
        "References",
        "Subject",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
    )
    immutable: tuple[str, ...] = ("From", "Sender", "Date", "Message-ID", "Received", "Return-Path")
    refused_attachments: frozenset[str] = frozenset(_REFUSED.split())


def mime_faults(content: bytes, *, original: bytes, rules: MimeRules) -> list[str]:
    """Return the faults of new content as text; none if it is valid.

    Args:
        content: The new content.
        original: The content that it replaces.
        rules: The rules.
    """
    return [*_line_faults(content, rules), *_mime_faults(content, original, rules)]


def _line_faults(content: bytes, rules: MimeRules) -> Iterator[str]:
    bare = _BARE_LINE_END.search(content)
    if bare is not None:
        line = content.count(b"\r\n", 0, bare.start()) + 1
        yield f"line {line} does not end in CRLF"
    longest = rules.line_length - _CRLF_LENGTH
    for number, text in enumerate(content.split(b"\r\n"), 1):
        if len(text) > longest:
            length = len(text) + _CRLF_LENGTH
            yield f"line {number} has {length} characters; the maximum is {rules.line_length}"
            return


def _mime_faults(content: bytes, original: bytes, rules: MimeRules) -> Iterator[str]:
    message = message_from_bytes(content, EmailMessage, policy=default)
    before = message_from_bytes(original, EmailMessage, policy=default)
    for name in rules.required:
        if not message.get_all(name):
            yield f"the header {name} is required"
    for name in rules.unique:
        count = len(message.get_all(name, []))
        if count > 1:
            yield f"the header {name} occurs {count} times; it must occur once"
    for name in rules.immutable:
        if _values(message, name) != _values(before, name):
            yield f"the header {name} must not change"
    for part in message.walk():
        for defect in part.defects:
            yield f"a part of type {part.get_content_type()} is malformed: {_words(defect)}"
        ending = PurePath(part.get_filename("")).suffix.lower().removeprefix(".")
        if ending in rules.refused_attachments:
            yield f"attachments with the extension .{ending} are refused"


def _values(message: EmailMessage, name: str) -> list[str]:
    # A header that is folded differently has the same value.
    return [" ".join(str(value).split()) for value in message.get_all(name, [])]


def _words(defect: Exception) -> str:
    name = type(defect).__name__.removesuffix("Defect")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
