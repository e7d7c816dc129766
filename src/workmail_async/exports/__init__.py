"""Mailbox exports: one job, a whole organization, and the checks and policies they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workmail_async.runtime.waiting import ProgressCallback as ProgressCallback

    from .checks.findings import PreflightFinding as PreflightFinding
    from .checks.findings import PreflightReport as PreflightReport
    from .checks.findings import Verdict as Verdict
    from .checks.policies import ExportPolicies as ExportPolicies
    from .checks.policies import Policy as Policy
    from .checks.policies import export_policies as export_policies
    from .checks.preflight import preflight as preflight
    from .download import Download as Download
    from .errors import BadExportError as BadExportError
    from .errors import DownloadError as DownloadError
    from .errors import ExportAbortedError as ExportAbortedError
    from .errors import ExportError as ExportError
    from .errors import ManifestError as ManifestError
    from .errors import ManifestInUseError as ManifestInUseError
    from .errors import ManifestLostError as ManifestLostError
    from .job import ExportJob as ExportJob
    from .organization.manifest import Manifest as Manifest
    from .organization.options import ExportOptions as ExportOptions
    from .organization.progress import ExportProgress as ExportProgress
    from .organization.progress import ProgressListener as ProgressListener
    from .organization.progress import RunningDownload as RunningDownload
    from .organization.progress import RunningExport as RunningExport
    from .organization.records import FileRow as FileRow
    from .organization.records import JobEnd as JobEnd
    from .organization.records import JobRow as JobRow
    from .organization.records import MailboxRow as MailboxRow
    from .organization.records import Status as Status
    from .organization.report import ExportReport as ExportReport
    from .organization.report import MailboxReport as MailboxReport
    from .organization.report import read_report as read_report
    from .organization.run import OrganizationExport as OrganizationExport
    from .organization.selection import Choice as Choice
    from .organization.selection import Entity as Entity
    from .organization.selection import EntityKind as EntityKind
    from .organization.selection import Selection as Selection
    from .organization.selection import choose_mailboxes as choose_mailboxes
    from .organization.selection import matches as matches
    from .organization.verification import ArchiveVerification as ArchiveVerification
    from .organization.verification import ExportedArchive as ExportedArchive
    from .organization.verification import ExportVerification as ExportVerification
    from .organization.verification import exported_archives as exported_archives
    from .organization.verification import verify_archive as verify_archive
    from .organization.verification import verify_export as verify_export
    from .target import ExportTarget as ExportTarget

__all__ = [
    "ArchiveVerification",
    "BadExportError",
    "Choice",
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
    "ExportVerification",
    "ExportedArchive",
    "FileRow",
    "JobEnd",
    "JobRow",
    "MailboxReport",
    "MailboxRow",
    "Manifest",
    "ManifestError",
    "ManifestInUseError",
    "ManifestLostError",
    "OrganizationExport",
    "Policy",
    "PreflightFinding",
    "PreflightReport",
    "ProgressCallback",
    "ProgressListener",
    "RunningDownload",
    "RunningExport",
    "Selection",
    "Status",
    "Verdict",
    "choose_mailboxes",
    "export_policies",
    "exported_archives",
    "matches",
    "preflight",
    "read_report",
    "verify_archive",
    "verify_export",
]

if not TYPE_CHECKING:  # a type checker would accept any misspelled name
    from workmail_async._lazy import lazy_names

    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "ArchiveVerification": "organization.verification",
            "BadExportError": "errors",
            "Choice": "organization.selection",
            "Download": "download",
            "DownloadError": "errors",
            "Entity": "organization.selection",
            "EntityKind": "organization.selection",
            "ExportAbortedError": "errors",
            "ExportError": "errors",
            "ExportJob": "job",
            "ExportOptions": "organization.options",
            "ExportPolicies": "checks.policies",
            "ExportProgress": "organization.progress",
            "ExportReport": "organization.report",
            "ExportTarget": "target",
            "ExportVerification": "organization.verification",
            "ExportedArchive": "organization.verification",
            "FileRow": "organization.records",
            "JobEnd": "organization.records",
            "JobRow": "organization.records",
            "MailboxReport": "organization.report",
            "MailboxRow": "organization.records",
            "Manifest": "organization.manifest",
            "ManifestError": "errors",
            "ManifestInUseError": "errors",
            "ManifestLostError": "errors",
            "OrganizationExport": "organization.run",
            "Policy": "checks.policies",
            "PreflightFinding": "checks.findings",
            "PreflightReport": "checks.findings",
            "ProgressCallback": "workmail_async.runtime.waiting",
            "ProgressListener": "organization.progress",
            "RunningDownload": "organization.progress",
            "RunningExport": "organization.progress",
            "Selection": "organization.selection",
            "Status": "organization.records",
            "Verdict": "checks.findings",
            "choose_mailboxes": "organization.selection",
            "export_policies": "checks.policies",
            "exported_archives": "organization.verification",
            "matches": "organization.selection",
            "preflight": "checks.preflight",
            "read_report": "organization.report",
            "verify_archive": "organization.verification",
            "verify_export": "organization.verification",
        },
    )
