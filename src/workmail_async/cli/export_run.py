"""What `export` and `download` share: running an export with its progress, and the report after."""

from __future__ import annotations

import shlex
from collections.abc import Awaitable, Callable

from workmail_async.exports import (
    ExportError,
    ExportOptions,
    ExportReport,
    OrganizationExport,
    Status,
    read_report,
)
from workmail_async.exports.organization.report import REPORT_NAME
from workmail_async.workmail.organization import Organization

from .exit_status import ExitStatus
from .export_setup import ExportSetup
from .output import Output
from .running import failed
from .tables import report_table


async def run_export(
    organization: Organization,
    setup: ExportSetup,
    options: ExportOptions,
    output: Output,
    act: Callable[[OrganizationExport], Awaitable[ExportReport]],
) -> ExitStatus:
    """Run an export while its progress is shown.

    Args:
        organization: The organization.
        setup: What is exported to where.
        options: How to export.
        output: Where the progress goes.
        act: What to do with the export.
    """
    assert setup.folder is not None
    with output.watching() as listener:
        exporter = OrganizationExport(
            organization,
            setup.target,
            setup.folder,
            options=options,
            listener=listener,
            display=False,
        )
        report = await act(exporter)
    return ExitStatus.DONE if report.complete else ExitStatus.INCOMPLETE


def finish(status: ExitStatus, setup: ExportSetup, output: Output) -> ExitStatus:
    """Write and show the report, and say how to resume when something is missing.

    Args:
        status: How the export ended.
        setup: What was exported to where.
        output: Where the report goes.

    Returns:
        The status to exit with.
    """
    assert setup.folder is not None
    if status is ExitStatus.NOT_STARTED or not setup.has_manifest:
        return status
    try:
        report = read_report(setup.folder)
        report.write(setup.folder / REPORT_NAME)
    except (OSError, ExportError) as error:
        return failed(output, error)
    output.tell("report", report.to_dict(), *report_table(report, all_rows=False))
    output.say(f"Full report: {setup.folder / REPORT_NAME}")
    resume = shlex.join(["workmail-async", "export", "--folder", str(setup.folder)])
    if status is ExitStatus.INTERRUPTED:
        output.say(f"Stopped. {_kept(report)} To resume: {resume}")
    elif report.missing:
        output.say(f"Some mailboxes are not safe on disk yet. To resume: {resume}")
        stuck = [mailbox for mailbox in report.of(Status.EXPORTED) if mailbox.reason]
        if stuck or report.of(Status.FAILED, Status.CANCELLED):
            output.say(
                "Add --retry-failed to export mailboxes again that failed, or whose archive in S3 "
                "is missing or damaged."
            )
    return status


def _kept(report: ExportReport) -> str:
    running = report.counts[Status.RUNNING]
    if not running:
        return "Nothing is lost."
    jobs = "1 export job keeps" if running == 1 else f"{running} export jobs keep"
    return f"{jobs} running at WorkMail, and nothing is lost."
