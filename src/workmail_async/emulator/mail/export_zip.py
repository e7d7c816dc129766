"""What an export writes: a zip of MIME files, and a log of what the zip holds.

AWS publishes neither the layout of the zip nor the name of the log. This layout fits everything
that is known about them.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from attrs import frozen

from .mailboxes import Item

_HASH_BLOCK = 1024 * 1024
# Characters of a folder's name that are unsafe in a file name: separators, control characters.
_UNSAFE = re.compile(r"[\\:\x00-\x1f\x7f]")
_FIRST_DOS_YEAR = 1980
_LAST_DOS_YEAR = 2107


@frozen
class Summary:
    """What an archive holds.

    Args:
        messages: The number of items.
        skipped: The number of items that WorkMail does not export: contacts, tasks, notes.
        folders: The number of folders.
        size: The size of the items, in bytes.
        sha384: The SHA-384 hash of the zip, in hexadecimal.
    """

    messages: int
    skipped: int
    folders: int
    size: int
    sha384: str

    def log(self, *, start: datetime, end: datetime) -> bytes:
        """Return the output log: JSON in which numbers are strings.

        Args:
            start: When the export started.
            end: When it ended.
        """
        return json.dumps(
            {
                "totalNonExportableItems": str(self.skipped),
                "totalMessages": str(self.messages),
                "sha384Hash": self.sha384,
                "totalBytes": str(self.size),
                "totalFolders": str(self.folders),
                "startTime": str(int(start.timestamp())),
                "endTime": str(int(end.timestamp())),
            }
        ).encode()


def write_archive(items: Iterable[Item], path: Path, *, stamp: datetime) -> Summary:
    """Write a zip with one directory per folder and one .eml file per item.

    Args:
        items: The mailbox's items.
        path: The path of the zip.
        stamp: The modification time of its entries.
    """
    messages = skipped = size = 0
    folders: dict[str, str] = {}
    year = min(max(stamp.year, _FIRST_DOS_YEAR), _LAST_DOS_YEAR)
    date_time = (year, stamp.month, stamp.day, stamp.hour, stamp.minute, stamp.second)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for item in items:
            if not item.exported:
                skipped += 1
                continue
            if item.folder not in folders:
                folders[item.folder] = _directory(item.folder)
            content = item.content()
            messages += 1
            size += len(content)
            name = f"{folders[item.folder]}/{messages:08d}.eml"
            entry = zipfile.ZipInfo(name, date_time)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    with path.open("rb") as file:
        sha384 = hashlib.sha384()
        while block := file.read(_HASH_BLOCK):
            sha384.update(block)
    return Summary(messages, skipped, len(folders), size, sha384.hexdigest())


def _directory(folder: str) -> str:
    parts = (_UNSAFE.sub("_", part).strip() for part in folder.split("/"))
    return "/".join(part if part not in {".", ".."} else "_" for part in parts if part) or "_"
