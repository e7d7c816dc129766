"""Makes zips of any shape, byte by byte: what no honest tool would write is easy here."""

from __future__ import annotations

import bz2
import struct
import zlib
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from attrs import Factory, field, frozen

LOCAL = struct.Struct("<4s2B4HIII2H")
CENTRAL = struct.Struct("<4s4BHHIIIIHHHHHII")
END = struct.Struct("<4s4H2IH")

STORED, DEFLATED, BZIP2 = 0, 8, 12
ENCRYPTED, SIZES_FOLLOW, UTF8 = 0x0001, 0x0008, 0x0800


def _from(make: Callable[[Member], Any]) -> Any:
    return field(default=Factory(make, takes_self=True))


@frozen(kw_only=True)
class Member:
    """An entry. What is left out is filled in honestly."""

    name: bytes
    content: bytes = b""
    method: int = DEFLATED
    flags: int = 0
    packed: bytes = _from(lambda member: packed(member.content, member.method))
    crc: int = _from(lambda member: zlib.crc32(member.content))
    size: int = _from(lambda member: len(member.content))
    packed_size: int = _from(lambda member: len(member.packed))
    local_name: bytes = _from(lambda member: member.name)
    local_flags: int = _from(lambda member: member.flags)
    local_method: int = _from(lambda member: member.method)
    offset: int | None = None
    mode: int = 0
    extra: bytes = b""
    local_extra: bytes = b""
    stamp: int = 0x58286000  # 2024-01-08 12:00

    def local(self) -> bytes:
        """Return the local header, the packed content and the sizes after it."""
        follow = bool(self.local_flags & SIZES_FOLLOW)
        told = (self.crc, self.packed_size & 0xFFFFFFFF, self.size & 0xFFFFFFFF)
        header = LOCAL.pack(
            b"PK\x03\x04",
            20,
            0,
            self.local_flags,
            self.local_method,
            self.stamp & 0xFFFF,
            self.stamp >> 16,
            *((0, 0, 0) if follow else told),
            len(self.local_name),
            len(self.local_extra),
        )
        after = struct.pack("<4s3I", b"PK\x07\x08", *told) if follow else b""
        return header + self.local_name + self.local_extra + self.packed + after

    def central(self, offset: int) -> bytes:
        """Return the entry of the list."""
        values, extra = [self.size, self.packed_size, offset], self.extra
        wide = [value for value in values if value >= 0xFFFFFFFF]
        if wide:
            extra += struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide)
        size, packed_size, offset = (min(value, 0xFFFFFFFF) for value in values)
        header = CENTRAL.pack(
            b"PK\x01\x02",
            20,
            3,
            20,
            0,
            self.flags,
            self.method,
            self.stamp,
            self.crc,
            packed_size,
            size,
            len(self.name),
            len(extra),
            0,
            0,
            0,
            self.mode << 16,
            offset,
        )
        return header + self.name + extra


def zip_of(
    *members: Member,
    leading: bytes = b"",
    trailing: bytes = b"",
    comment: bytes = b"",
    declared: int | None = None,
    with_list: bool = True,
    shift: int = 0,
) -> bytes:
    """Return a zip.

    Args:
        members: Its entries.
        leading: What stands before it.
        trailing: What follows it.
        comment: Its comment.
        declared: How many entries it says it has.
        with_list: Whether it has its list of entries and the record after it.
        shift: By how much the record lies about where the list begins.
    """
    body, listed = b"", b""
    for member in members:
        offset = len(body) if member.offset is None else member.offset
        listed += member.central(offset)
        if member.offset is None:
            body += member.local()
    if not with_list:
        return leading + body + trailing
    count = len(members) if declared is None else declared
    end = END.pack(b"PK\x05\x06", 0, 0, count, count, len(listed), len(body) + shift, len(comment))
    return leading + body + listed + end + comment + trailing


def packed(content: bytes, method: int) -> bytes:
    if method == BZIP2:
        return bz2.compress(content)
    return deflated(content) if method == DEFLATED else content


def deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(6, wbits=-15)
    return packer.compress(content) + packer.flush()


def letter(number: int = 1, *, body: str = "", subject: str = "") -> bytes:
    """Return a message as WorkMail would export it."""
    message = EmailMessage()
    message["From"] = "Ana Sousa <ana@acme.example>"
    message["To"] = "bruno@acme.example"
    message["Subject"] = subject or f"Grüße {number}"
    message["Date"] = "Mon, 08 Jan 2024 07:30:00 +0000"
    message["Message-ID"] = f"<{number}@acme.example>"
    message.set_content(body or f"Letter number {number}.\n")
    return message.as_bytes(policy=message.policy.clone(linesep="\r\n"))


def invitation(number: int = 1) -> bytes:
    """Return a calendar item as a message."""
    text = calendar_file(number).decode()
    message = EmailMessage()
    message["From"] = "ana@acme.example"
    message["Subject"] = f"Meeting {number}"
    message["Date"] = "Tue, 09 Jan 2024 07:30:00 +0000"
    message.set_content(text, subtype="calendar")
    return message.as_bytes(policy=message.policy.clone(linesep="\r\n"))


def calendar_file(number: int = 1) -> bytes:
    """Return a calendar item as an iCalendar file."""
    lines = ("BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", f"UID:{number}", "END:VEVENT")
    return "\r\n".join((*lines, "END:VCALENDAR", "")).encode()


def saved(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
