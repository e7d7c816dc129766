"""`preflight`: checks everything that an export depends on."""

from __future__ import annotations

from pathlib import Path

import click
from attrs import asdict

from workmail_async.cli import service_end
from workmail_async.cli.exit_status import ExitStatus
from workmail_async.cli.export_setup import export_setup
from workmail_async.cli.options import (
    Connection,
    TargetNames,
    connection_options,
    folder_option,
    output_options,
    target_options,
)
from workmail_async.cli.output import Output
from workmail_async.cli.running import run
from workmail_async.cli.tables import preflight_table
from workmail_async.exports import PreflightReport, Verdict
from workmail_async.exports import preflight as check_export


@click.command(short_help="Check what an export depends on.")
@folder_option(required=False)
@target_options
@connection_options
@output_options
@click.pass_context
def preflight(
    context: click.Context,
    /,
    *,
    folder: Path | None,
    names: TargetNames,
    connection: Connection,
    output: Output,
) -> None:
    """Check what an export depends on: bucket, prefix, key, role, permissions, disk.

    Changes nothing. What you have no permission to look at is reported as unknown.
    """
    setup = export_setup(folder, connection, names)
    setup.check()

    async def work() -> ExitStatus:
        async with setup.client() as workmail:
            org = workmail.organization(setup.organization)
            report = await check_export(org, setup.target, folder, setup.selection)
        today = service_end.today()
        data = {
            "ok": report.ok,
            "days_left": service_end.days_left(today),
            "findings": [asdict(finding) for finding in report.findings],
        }
        shown = (preflight_table(report.findings), "", _conclusion(report))
        output.tell("preflight", data, *shown, service_end.countdown(today))
        return ExitStatus.DONE if report.ok else ExitStatus.NOT_STARTED

    status = run(output, work, backend=connection.backend)
    context.exit(ExitStatus.NOT_STARTED if status is ExitStatus.INCOMPLETE else status)


def _conclusion(report: PreflightReport) -> str:
    if not report.ok:
        return "Exports would fail. Fix the errors first."
    if any(finding.verdict is Verdict.UNKNOWN for finding in report.findings):
        return "Exports can start, unless something that could not be checked is wrong."
    return "Exports can start."
