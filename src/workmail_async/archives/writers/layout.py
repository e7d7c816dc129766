"""Gives every folder and file of a tree a path of its own."""

from __future__ import annotations

from collections.abc import Iterable

from workmail_async.archives.safe_names import one_case
from workmail_async.archives.seen_names import SeenNames


class Layout:
    """Paths that are different on every file system.

    Some file systems cannot tell `Inbox` from `INBOX`. So folders that differ only in case become
    one here, and files that do get different names. The same items in the same order get the same
    paths.

    Args:
        most: How many files are expected.
        reserved: Names at the top that are taken.
    """

    def __init__(self, most: int, reserved: Iterable[str] = ()) -> None:
        self._taken = SeenNames(most)
        self._paths = {"": ""}
        self._spellings: dict[str, str] = {}
        for name in reserved:
            self._taken.add(one_case(name))

    def folder(self, folder: str) -> str:
        """Return the path of a folder, its parts separated by `/`."""
        known = self._paths.get(folder)
        if known is None:
            parent, _, name = folder.rpartition("/")
            path = _joined(self.folder(parent), name)
            key = one_case(path)
            known = self._spellings.get(key)
            if known is None:
                known = self._spellings[key] = self._free(path, "")
            self._paths[folder] = known
        return known

    def file(self, folder: str, name: str) -> str:
        """Return the path of a new file.

        Args:
            folder: The path of its folder, as `folder` returned it.
            name: Its name, if it is free.
        """
        stem, dot, suffix = name.rpartition(".")
        if not stem:
            return self._free(_joined(folder, name), "")
        return self._free(_joined(folder, stem), dot + suffix)

    def _free(self, stem: str, suffix: str) -> str:
        path, number = stem + suffix, 1
        while not self._taken.add(one_case(path)):
            number += 1
            path = f"{stem}~{number}{suffix}"
        return path


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
