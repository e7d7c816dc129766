"""Makes names from an archive safe: for this system and any other, and for whoever opens them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zlib
from array import array

from attrs import frozen

from .findings import Problem
from .zip_directory import UTF8, extra_field

_LONGEST_NAME = 120
_LONGEST_SUFFIX = 10
_LONGEST_FOLDER = 400
# More of a name is not looked at: normalising can take quadratic time.
_LONGEST_READ = 1_000
_DEEPEST_FOLDER = 20
_UNICODE_PATH = 0x7075
_AT_ONCE = 100_000

_DEVICES = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"]
    + [f"{port}{digit}" for port in ("COM", "LPT") for digit in "0123456789¹²³"]
)
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_@+=,() -]*(?:\.[A-Za-z0-9_@+=,() -]*[A-Za-z0-9_])*")
_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')

Oddity = tuple[Problem, str]


@frozen
class Place:
    """Where an entry goes.

    Attributes:
        folder: The folder, its parts separated by `/`; empty for the top.
        name: The name in the folder.
        oddities: What was odd about the name in the archive.
    """

    folder: str
    name: str
    oddities: tuple[Oddity, ...] = ()


def decode_name(raw: bytes, flags: int, extra: bytes) -> tuple[str, str]:
    """Decode the name of an entry.

    Args:
        raw: The name as it stands in the archive.
        flags: The entry's flags.
        extra: The entry's extra fields.

    Returns:
        The name, and what is odd about its encoding; empty when nothing is.
    """
    if raw.isascii():
        return raw.decode("ascii"), ""
    unicode_path = extra_field(extra, _UNICODE_PATH)
    if unicode_path and unicode_path[1:5] == zlib.crc32(raw).to_bytes(4, "little"):
        try:
            return unicode_path[5:].decode("utf-8"), ""
        except UnicodeDecodeError:
            pass
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("cp437")
        told = "it says UTF-8 and is not: read as code page 437"
        return (
            text,
            told if flags & UTF8 else "it does not tell its encoding: read as code page 437",
        )
    return text, "" if flags & UTF8 else "it is UTF-8 and does not say so"


class Places:
    """Finds safe places for the entries of one archive.

    Args:
        most: How many folders there may be; entries of further ones go to the top.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._folders: dict[str, tuple[str, tuple[Oddity, ...]]] = {}

    def place(self, path: str) -> Place:
        """Find a safe place for an entry.

        Args:
            path: Its name in the archive, decoded.
        """
        folder, separator, name = path.replace("\\", "/").rpartition("/")
        if separator and not name:  # a folder's name, yet with content
            folder, _, name = folder.rpartition("/")
        key = folder if len(folder) <= _LONGEST_READ else _identity(folder)
        known = self._folders.get(key)
        if known is None:
            known = safe_folder(folder)
            if len(self._folders) < self._most:
                self._folders[key] = known
            else:
                oddity = (Problem.TOO_MANY, f"there are more than {self._most} folders")
                known = ("", (*known[1], oddity))
        oddities = known[1]
        if _ABSOLUTE.match(path):
            oddities = ((Problem.ABSOLUTE_PATH, "the name is an absolute path"), *oddities)
        if _PLAIN.fullmatch(name) and len(name) <= _LONGEST_NAME and not _is_device(name):
            return Place(known[0], name, oddities)
        safe, more = safe_name(name)
        return Place(known[0], safe, (*oddities, *more))


def safe_folder(path: str) -> tuple[str, tuple[Oddity, ...]]:
    """Make the path of a folder safe.

    Args:
        path: The path, its parts separated by `/`.

    Returns:
        The safe path, relative and normalised, and what was odd about it.
    """
    oddities: list[Oddity] = []
    parts: list[str] = []
    for part in path.split("/"):
        if part.strip(" ") in ("", "."):
            continue
        if not part.strip(". ") and len(part.strip(" ")) > 1:
            oddities.append((Problem.UNSAFE_PATH, "the path leaves its folder"))
            parts.append("_")
            continue
        safe, more = safe_name(part)
        parts.append(safe)
        oddities += more
    if len(parts) > _DEEPEST_FOLDER or len("/".join(parts).encode()) > _LONGEST_FOLDER:
        oddities.append((Problem.LONG_NAME, "the path of the folder is too long"))
        parts = [_shortened(parts[0], "/".join(parts))]
    return "/".join(parts), tuple(dict.fromkeys(oddities))


def safe_name(name: str) -> tuple[str, tuple[Oddity, ...]]:
    """Make a name safe for Linux, macOS and Windows.

    Args:
        name: One part of a path.

    Returns:
        The safe name, always the same for the same name, and what was odd about it.
    """
    oddities: list[Oddity] = []
    endless = len(name) > _LONGEST_READ
    safe = name[:_LONGEST_READ] + name[-_LONGEST_SUFFIX:] if endless else name
    safe = unicodedata.normalize("NFC", safe)
    if _CONTROL.search(safe):
        oddities.append((Problem.UNSAFE_NAME, "the name has control characters"))
        safe = _CONTROL.sub("_", safe)
    if safe.strip(" ") in (".", ".."):
        oddities.append((Problem.UNSAFE_PATH, "the name is that of a folder above"))
    safe = _FORBIDDEN.sub("_", safe).strip(" ").rstrip(". ")
    if safe.startswith("."):  # hidden, as only unfinished files are
        safe = f"_{safe[1:]}"
    if not safe:
        if not name.strip(". "):
            oddities.append((Problem.UNSAFE_NAME, "the name is empty"))
        safe = "_"
    if _is_device(safe):
        oddities.append((Problem.UNSAFE_NAME, "the name is that of a device on Windows"))
        safe = f"_{safe}"
    if endless or len(safe.encode()) > _LONGEST_NAME:
        oddities.append((Problem.LONG_NAME, "the name is too long"))
        safe = _shortened(safe, name)
    return safe, tuple(oddities)


def _is_device(name: str) -> bool:
    return name.partition(".")[0].rstrip(" ").upper() in _DEVICES


def _shortened(safe: str, whole: str) -> str:
    """Cut a name in the middle, so that its begin, its suffix and its identity stay."""
    stem, dot, suffix = safe.rpartition(".")
    if not dot or len(suffix) > _LONGEST_SUFFIX or not suffix.isascii():
        stem, suffix = safe, ""
    begin = stem.encode()[: _LONGEST_NAME - 30].decode("utf-8", "ignore").rstrip(". ")
    return f"{begin}~{_identity(whole)[:10]}{dot if suffix else ''}{suffix}"


def _identity(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class SeenNames:
    """Remembers which names were seen, in some 16 bytes for each.

    A set of as many names would need ten times that.

    Args:
        most: How many names are expected; more make it grow. A zip may lie about that, so no more
            than some of them get their room at once.
    """

    def __init__(self, most: int) -> None:
        self._slots = array("Q", [0]) * (2 * min(most, _AT_ONCE) + 64)
        self._count = 0

    def add(self, name: str | bytes) -> bool:
        """Remember a name and return whether it is new."""
        new = self._put(hash(name) & 0xFFFF_FFFF_FFFF_FFFF or 1)
        if new:
            self._count += 1
            if 3 * self._count > 2 * len(self._slots):
                seen, self._slots = self._slots, array("Q", [0]) * (2 * len(self._slots))
                for value in seen:
                    if value:
                        self._put(value)
        return new

    def _put(self, value: int) -> bool:
        slots, count = self._slots, len(self._slots)
        at = value % count
        while seen := slots[at]:
            if seen == value:
                return False
            at = (at + 1) % count
        slots[at] = value
        return True
