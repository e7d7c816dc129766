"""Makes names from an archive safe: on this system and any other, and for the people who open them.

Safe means: a file system takes the name, the path stays in its folder, and what a person sees is
what is there. The rules are those of the strictest system, Windows, wherever this runs, because a
converted mailbox gets copied. They come in this order, since each could undo the one before it:

1. Unicode is composed (NFC), so that one name has one form: macOS writes accents apart.
2. Control characters are replaced, among them those that reverse the direction of text, by which
   `exe.txt` can be shown for what ends in `.exe`.
3. Characters that Windows forbids are replaced, and dots and spaces at the end removed, which
   Windows would ignore.
4. A dot at the start is replaced: hidden files are unfinished ones here.
5. Names of devices (`CON`, `nul.txt`) get a `_` in front. Windows would open the device.
6. Long names are cut last, because everything above can change the length.

What is replaced can make two names one. `Places` keeps their folders apart.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zlib

from attrs import frozen

from .findings import Detail, Problem
from .zip_format import UNICODE_PATH_EXTRA, UTF8, extra_field

_LONGEST_NAME = 120
_LONGEST_SUFFIX = 10
_LONGEST_FOLDER = 400
# More of a name is not looked at: normalising can take quadratic time.
_LONGEST_READ = 1_000
_DEEPEST_FOLDER = 20
# What tools on Windows write without saying so.
_LEGACY = ("cp437", "cp850", "cp1252")

_DEVICES = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"]
    + [f"{port}{digit}" for port in ("COM", "LPT") for digit in "0123456789¹²³"]
)
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_@+=,() -]*(?:\.[A-Za-z0-9_@+=,() -]*[A-Za-z0-9_])*")
_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')


@frozen
class Place:
    """Where an entry goes.

    Attributes:
        folder: The folder, its parts separated by `/`; empty for the top.
        name: The name in the folder.
        findings: What is wrong with the name in the archive.
    """

    folder: str
    name: str
    findings: tuple[Detail, ...] = ()


def decode_name(raw: bytes, flags: int, extra: bytes) -> tuple[str, str]:
    """Decode the name of an entry.

    Args:
        raw: The name as it is in the archive.
        flags: The entry's flags.
        extra: The entry's extra fields.

    Returns:
        The name, and what is wrong with its encoding; empty if nothing is.
    """
    # First, because the name itself may be a stand-in in ASCII, such as `Gr__e.eml`.
    unicode_path = extra_field(extra, UNICODE_PATH_EXTRA) if extra else None
    if unicode_path and unicode_path[1:5] == zlib.crc32(raw).to_bytes(4, "little"):
        try:
            return unicode_path[5:].decode("utf-8"), ""
        except UnicodeDecodeError:
            pass
    if raw.isascii():
        return raw.decode("ascii"), ""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        said = "it says UTF-8 but is not" if flags & UTF8 else "its encoding is not given"
        return raw.decode("cp437"), f"{said}: read as code page 437"
    return text, "" if flags & UTF8 else "it is UTF-8 but does not say so"


def same_name(first: tuple[bytes, int, bytes], second: tuple[bytes, int, bytes]) -> bool:
    """Whether two records name the same entry, each by name, flags and extra fields.

    A zip has each name twice, and tools write them differently: with `/` or the backslash of
    Windows, composed or not, as UTF-8 here and in a code page there.
    """
    if first[0] == second[0]:
        return True
    return bool(_readings(*first) & _readings(*second))


def _readings(raw: bytes, flags: int, extra: bytes) -> set[str]:
    if len(raw) > _LONGEST_READ:
        return {raw.decode("latin-1")}
    readings = {decode_name(raw, flags, extra)[0]}
    if not flags & UTF8:
        readings |= {raw.decode(encoding, "replace") for encoding in _LEGACY}
    return {unicodedata.normalize("NFC", text).replace("\\", "/") for text in readings}


class Places:
    """Finds safe places for the entries of one archive.

    The same names in the same order get the same places. Folders whose names become the same only
    because characters are replaced stay two: the later one gets a number.

    Args:
        most: How many folders there may be; entries of further ones go to the top.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._folders: dict[str, tuple[str, tuple[Detail, ...]]] = {}
        # By safe path, in one case: the name in the archive that it was made of.
        self._origins: dict[str, str] = {}

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
            if len(self._folders) < self._most:
                known = self._folders[key] = self._separate(folder)
            else:
                finding = (Problem.TOO_MANY, f"there are more than {self._most} folders")
                known = ("", (*safe_folder(folder)[1], finding))
        findings = known[1]
        if _ABSOLUTE.match(path):
            findings = ((Problem.ABSOLUTE_PATH, "the name is an absolute path"), *findings)
        if _PLAIN.fullmatch(name) and len(name) <= _LONGEST_NAME and not _is_device(name):
            return Place(known[0], name, findings)
        safe, more = safe_name(name)
        return Place(known[0], safe, (*findings, *more))

    def _separate(self, folder: str) -> tuple[str, tuple[Detail, ...]]:
        """Make a folder's path safe, and different from that of every other folder."""
        safe, findings = safe_folder(folder)
        parts = safe.split("/") if safe else []
        originals = [part for part in folder.split("/") if part.strip(" ") not in ("", ".")]
        if len(parts) != len(originals):  # too deep, so its name is made of all of them
            parts, originals = [safe], [folder]
        path = ""
        for part, original in zip(parts, originals, strict=True):
            path, number = self._free(path, part, original)
            if number > 1:
                detail = f"another folder's safe name is the same: it is {path!r} here"
                findings = (*findings, (Problem.SAME_NAME, detail))
        return path, findings

    def _free(self, parent: str, part: str, original: str) -> tuple[str, int]:
        """Return the path of a folder in its parent, and which one of its name it is."""
        if len(original) > _LONGEST_READ:
            original = _identity(original)
        origin = one_case(unicodedata.normalize("NFC", original))
        start = f"{parent}/" if parent else ""
        path, number = f"{start}{part}", 1
        while self._origins.setdefault(one_case(path), origin) != origin:
            number += 1
            path = f"{start}{part}~{number}"
        return path, number


def one_case(text: str) -> str:
    """Return a name in the form in which file systems that ignore case compare it.

    They map character by character (Unicode's simple case folding). `str.casefold` does not: for
    it, `Maße` and `Masse` are the same.
    """
    if text.isascii():
        return text.lower()
    return "".join(map(_folded, text))


def _folded(character: str) -> str:
    for folded in (character.casefold(), character.lower()):
        if len(folded) == 1:
            return folded
    return character


def safe_folder(path: str) -> tuple[str, tuple[Detail, ...]]:
    """Make the path of a folder safe.

    Args:
        path: The path, its parts separated by `/`.

    Returns:
        The safe path, relative and normalised, and what is wrong with the one given.
    """
    findings: list[Detail] = []
    parts: list[str] = []
    for part in path.split("/"):
        if part.strip(" ") in ("", "."):
            continue
        if not part.strip(". ") and len(part.strip(" ")) > 1:
            findings.append((Problem.UNSAFE_PATH, "the path leaves its folder"))
            parts.append("_")
            continue
        safe, more = safe_name(part)
        parts.append(safe)
        findings += more
    if len(parts) > _DEEPEST_FOLDER or len("/".join(parts).encode()) > _LONGEST_FOLDER:
        findings.append((Problem.LONG_NAME, "the path of the folder is too long"))
        parts = [_shortened(parts[0], "/".join(parts))]
    return "/".join(parts), tuple(dict.fromkeys(findings))


def safe_name(name: str) -> tuple[str, tuple[Detail, ...]]:
    """Make a name safe for Linux, macOS and Windows.

    Args:
        name: One part of a path.

    Returns:
        The safe name, always the same for the same name, and what is wrong with the one given.
    """
    findings: list[Detail] = []
    endless = len(name) > _LONGEST_READ
    safe = name[:_LONGEST_READ] + name[-_LONGEST_SUFFIX:] if endless else name
    safe = unicodedata.normalize("NFC", safe)
    if _CONTROL.search(safe):
        findings.append((Problem.UNSAFE_NAME, "the name has control characters"))
        safe = _CONTROL.sub("_", safe)
    if safe.strip(" ") in (".", ".."):
        findings.append((Problem.UNSAFE_PATH, "the name is that of a folder above"))
    safe = _FORBIDDEN.sub("_", safe).strip(" ").rstrip(". ")
    if safe.startswith("."):
        safe = f"_{safe[1:]}"
    if not safe:
        if not name.strip(". "):
            findings.append((Problem.UNSAFE_NAME, "the name is empty"))
        safe = "_"
    if _is_device(safe):
        findings.append((Problem.UNSAFE_NAME, "the name is that of a device on Windows"))
        safe = f"_{safe}"
    if endless or len(safe.encode()) > _LONGEST_NAME:
        findings.append((Problem.LONG_NAME, "the name is too long"))
        safe = _shortened(safe, name)
    return safe, tuple(findings)


def _is_device(name: str) -> bool:
    return name.partition(".")[0].rstrip(" ").upper() in _DEVICES


def _shortened(safe: str, whole: str) -> str:
    """Cut a name in the middle, keeping its start, its suffix and what tells it from others."""
    stem, dot, suffix = safe.rpartition(".")
    if not dot or len(suffix) > _LONGEST_SUFFIX or not suffix.isascii():
        stem, suffix = safe, ""
    start = stem.encode()[: _LONGEST_NAME - 30].decode("utf-8", "ignore").rstrip(". ")
    return f"{start}~{_identity(whole)[:10]}{dot if suffix else ''}{suffix}"


def _identity(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
