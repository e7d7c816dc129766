"""What can go wrong with an export beside the errors of the services."""

from __future__ import annotations

from pathlib import Path

from workmail_async.runtime.base_error import WorkMailError


class ExportError(WorkMailError):
    """Base of the errors of this package."""


class DownloadError(ExportError):
    """A finished export could not be brought to disk whole.

    What was downloaded so far is kept beside the target and gone on with next time.
    """


class BadExportError(DownloadError):
    """The file of a finished export is missing in S3, or is no good there.

    Fetching it once more does not help; exporting the mailbox anew does.
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
    """Another process exports with this manifest at the moment."""


class ExportAbortedError(ExportError):
    """An export stopped since nothing of it can go on.

    No rights, no answers, or the organization is gone.

    What was done until then is in the manifest; run it again when the cause is mended.
    """


class ManifestLostError(ExportAbortedError):
    """An export stopped since its manifest can be written, or read, no more.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path, message: str) -> None:
        self.path = path
        super().__init__(f"{path}: {message}")
