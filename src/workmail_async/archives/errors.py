"""The errors of reading an archive, and of converting one."""

from __future__ import annotations

from pathlib import Path

from workmail_async.runtime.base_error import WorkMailError


class ArchiveError(WorkMailError):
    """A file is not a zip that can be read.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path, message: str) -> None:
        self.path = path
        super().__init__(f"{path}: {message}")


class ConversionError(WorkMailError):
    """An archive cannot be converted into a folder, because of what is in that folder."""
