"""Keeps conversions apart: what a person, or another export, put into a folder is not touched."""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Iterable
from contextlib import closing, contextmanager
from pathlib import Path

from workmail_async.archives.errors import ConversionError
from workmail_async.archives.mailbox import MailboxArchive
from workmail_async.archives.safe_names import SeenNames, safe_name

_LAYOUT = 1


@contextmanager
def claimed(
    archive: MailboxArchive, target: Path, address: str, suffix: str = ""
) -> Generator[Path, None, None]:
    """Take a path below a folder for the conversion of one archive, while in the block.

    A small file beside it, `.NAME.json`, says of which, and `.NAME.lock` keeps others out.

    Args:
        archive: The archive.
        target: The folder that holds the conversions; made when it is not there.
        address: The address of the mailbox.
        suffix: What follows it in the name of the path.

    Yields:
        The path: in the folder, named by the address.

    Raises:
        ConversionError: There is something else at this path, or another export of the mailbox, or
            another process makes the same.
    """
    path = target / f"{safe_name(address)[0]}{suffix}"
    target.mkdir(parents=True, exist_ok=True)
    with _locked(path):
        _claim(archive, path)
        yield path


@contextmanager
def _locked(path: Path) -> Generator[None, None, None]:
    """Hold a lock that ends with the process, however it ends."""
    import sqlite3  # for whoever converts, not for whoever only reads

    lock = path.with_name(f".{path.name}.lock")
    lock.touch()  # what forbids that is told better than by SQLite
    with closing(sqlite3.connect(lock, timeout=0, isolation_level=None)) as guard:
        try:
            guard.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):  # anything else is a file system that has no locks
                raise ConversionError(f"another process converts to {path}: wait for it") from error
        yield


def _claim(archive: MailboxArchive, path: Path) -> None:
    note = path.with_name(f".{path.name}.json")
    told = json.dumps({"layout": _LAYOUT, "fingerprint": archive.fingerprint}).encode()
    if note.is_file():
        if note.read_bytes() != told:
            raise ConversionError(
                f"{path} was converted from another export: convert into another folder, or "
                f"remove it together with {note.name}"
            )
    elif path.is_file() or (path.is_dir() and any(path.iterdir())):
        raise ConversionError(
            f"{path} already exists and is not a conversion: choose another folder"
        )
    else:
        write_file(note, [told])


def unfinished(path: Path) -> Path:
    """Return the name that a file has until it is complete: hidden, with the suffix `.part`."""
    return path.with_name(f".{path.name}.part")


def write_file(path: Path, content: Iterable[bytes], *, modified: int = 0) -> None:
    """Write a file that has its name only when it is complete.

    Args:
        path: The file; replaced when it is there.
        content: Its bytes.
        modified: Its time of modification, in seconds since the epoch; 0 for now.
    """
    part = unfinished(path)
    try:
        with part.open("wb") as file:
            file.writelines(content)
        if modified:
            os.utime(part, (modified, modified))
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


class Layout:
    """Gives every folder and file of a tree a path of its own.

    File systems differ in whether they tell `Inbox` from `INBOX`: here, folders that differ in case
    alone are one, and files of which that holds get different names. The same items in the same
    order get the same paths.

    Args:
        most: How many files are expected.
        reserved: Names at the top that are taken.
    """

    def __init__(self, most: int, reserved: Iterable[str] = ()) -> None:
        self._taken = SeenNames(most)
        self._paths = {"": ""}
        self._spellings: dict[str, str] = {}
        for name in reserved:
            self._taken.add(name.casefold())

    def folder(self, folder: str) -> str:
        """Return the path of a folder, its parts separated by `/`."""
        known = self._paths.get(folder)
        if known is None:
            parent, _, name = folder.rpartition("/")
            path = _joined(self.folder(parent), name)
            key = path.casefold()
            known = self._spellings.get(key)
            if known is None:
                known = self._spellings[key] = self._free(path, "")
            self._paths[folder] = known
        return known

    def file(self, folder: str, name: str) -> str:
        """Return the path of a new file.

        Args:
            folder: The path of its folder, as `folder` gave it.
            name: Its name, if it is free.
        """
        stem, dot, suffix = name.rpartition(".")
        if not stem:
            return self._free(_joined(folder, name), "")
        return self._free(_joined(folder, stem), dot + suffix)

    def _free(self, stem: str, suffix: str) -> str:
        path, number = stem + suffix, 1
        while not self._taken.add(path.casefold()):
            number += 1
            path = f"{stem}~{number}{suffix}"
        return path


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
