"""The errors of exports. Those of the services themselves are in `workmail_async.errors`."""

from __future__ import annotations

from pathlib import Path

from workmail_async.runtime.base_error import WorkMailError


class ExportError(WorkMailError):
    """Base of the errors of this package."""


class DownloadError(ExportError):
    """A finished export could not be downloaded completely.

    The bytes downloaded so far are kept next to the target, and the next download resumes there.
    """


class BadExportError(DownloadError):
    """The file of a finished export is missing in S3, or damaged there.

    Downloading it again does not help; exporting the mailbox again does.
    """


class ManifestError(ExportError):
    """The manifest of an export cannot be used.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path, message: str) -> None:
        self.path = path
        super().__init__(f"{path}: {message}")


class ManifestInUseError(ManifestError):
    """Another process is exporting with this manifest."""


class ExportAbortedError(ExportError):
    """An export stopped because none of its mailboxes can be exported any more.

    Permission is missing, WorkMail does not answer, or the organization is gone. The manifest has
    everything that was done so far; run the export again when the cause is fixed.
    """


class ManifestLostError(ExportAbortedError):
    """An export stopped because its manifest can no longer be written or read.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path, message: str) -> None:
        self.path = path
        super().__init__(f"{path}: {message}")
