"""`status`: shows how far an export is."""

from __future__ import annotations

from pathlib import Path

import click

from workmail_async.cli.exit_status import ExitStatus
from workmail_async.cli.options import folder_option, output_options
from workmail_async.cli.output import Output
from workmail_async.cli.running import run_sync
from workmail_async.cli.tables import report_table
from workmail_async.exports import Manifest, read_report


@click.command(short_help="Show how far an export is.")
@folder_option()
@click.option("--all", "all_rows", is_flag=True, help="Show every mailbox.")
@output_options
@click.pass_context
def status(context: click.Context, /, *, folder: Path, all_rows: bool, output: Output) -> None:
    """Show how far an export is, also while another process runs it.

    Reads the folder only, and calls no service.
    """

    def work() -> ExitStatus:
        with Manifest.read(folder) as manifest:
            report = read_report(manifest)
            jobs = {job.entity_id: job for job in manifest.jobs()}
        table = report_table(report, all_rows=all_rows, jobs=jobs)
        output.tell("report", report.to_dict(), *table)
        return ExitStatus.DONE if report.complete else ExitStatus.INCOMPLETE

    context.exit(run_sync(output, work))
