"""Mailbox exports above the raw calls: one job, a whole organization, the archives they give."""

from __future__ import annotations

from .archive import ArchiveCheck, ArchiveItem, Finding, ItemKind, MailboxArchive, check
from .checks import PreflightFinding, PreflightReport, Verdict, preflight
from .download import Download
from .errors import (
    ArchiveError,
    BadExportError,
    DownloadError,
    ExportAbortedError,
    ExportError,
    ManifestError,
    ManifestInUseError,
    ManifestLostError,
)
from .job import ExportJob
from .manifest import Manifest
from .options import ExportOptions
from .policies import ExportPolicies, export_policies
from .progress import ExportProgress, ProgressListener, RunningDownload, RunningExport
from .report import ExportReport, MailboxReport, report_of
from .rows import FileRow, JobRow, MailboxRow, Status
from .runner import OrganizationExport
from .selection import Choice, Entity, choose
from .target import ExportTarget
from .writers import Conversion, write_eml_tree, write_eml_zip, write_maildir, write_mbox

__all__ = [
    "ArchiveCheck",
    "ArchiveError",
    "ArchiveItem",
    "BadExportError",
    "Choice",
    "Conversion",
    "Download",
    "DownloadError",
    "Entity",
    "ExportAbortedError",
    "ExportError",
    "ExportJob",
    "ExportOptions",
    "ExportPolicies",
    "ExportProgress",
    "ExportReport",
    "ExportTarget",
    "FileRow",
    "Finding",
    "ItemKind",
    "JobRow",
    "MailboxArchive",
    "MailboxReport",
    "MailboxRow",
    "Manifest",
    "ManifestError",
    "ManifestInUseError",
    "ManifestLostError",
    "OrganizationExport",
    "PreflightFinding",
    "PreflightReport",
    "ProgressListener",
    "RunningDownload",
    "RunningExport",
    "Status",
    "Verdict",
    "check",
    "choose",
    "export_policies",
    "preflight",
    "report_of",
    "write_eml_tree",
    "write_eml_zip",
    "write_maildir",
    "write_mbox",
]
