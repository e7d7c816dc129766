"""Mailbox exports above the raw calls: one job, a whole organization, the archives they give."""

from __future__ import annotations

from workmail_async.runtime.waiting import ProgressCallback

from .archive import (
    ArchiveCheck,
    ArchiveItem,
    Finding,
    ItemKind,
    Limits,
    MailboxArchive,
    OnProgress,
    Problem,
    check,
)
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
from .findings import Findings, ItemError
from .job import ExportJob
from .manifest import Manifest
from .options import ExportOptions
from .policies import ExportPolicies, Policy, export_policies
from .progress import ExportProgress, ProgressListener, RunningDownload, RunningExport
from .report import ExportReport, MailboxReport, report_of
from .rows import FileRow, JobRow, MailboxRow, Status
from .runner import OrganizationExport
from .selection import Choice, Entity, EntityKind, choose
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
    "EntityKind",
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
    "Findings",
    "ItemError",
    "ItemKind",
    "JobRow",
    "Limits",
    "MailboxArchive",
    "MailboxReport",
    "MailboxRow",
    "Manifest",
    "ManifestError",
    "ManifestInUseError",
    "ManifestLostError",
    "OnProgress",
    "OrganizationExport",
    "Policy",
    "PreflightFinding",
    "PreflightReport",
    "Problem",
    "ProgressCallback",
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
