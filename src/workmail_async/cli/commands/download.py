"""`download`: fetches finished exports, and starts none."""

from __future__ import annotations

from pathlib import Path

import click

from workmail_async.cli.exit_status import ExitStatus
from workmail_async.cli.export_run import finish, run_export
from workmail_async.cli.export_setup import export_setup
from workmail_async.cli.options import (
    Connection,
    connection_options,
    downloads_option,
    folder_option,
    output_options,
)
from workmail_async.cli.output import Output
from workmail_async.cli.running import run
from workmail_async.exports import ExportOptions, OrganizationExport


@click.command(short_help="Download finished exports; start none.")
@folder_option()
@downloads_option(ExportOptions().downloads)
@connection_options
@output_options
@click.pass_context
def download(
    context: click.Context,
    /,
    *,
    folder: Path,
    downloads: int,
    connection: Connection,
    output: Output,
) -> None:
    """Download and verify finished exports that are not on disk; start no export.

    Also restores archives that were removed from the folder, as long as S3 still has them.
    """
    setup = export_setup(folder, connection)
    if not setup.has_manifest:
        raise click.UsageError(
            f"{folder} is not the folder of an export: start one with `workmail-async export`."
        )
    setup.check()
    options = ExportOptions(downloads=downloads)

    async def work() -> ExitStatus:
        async with setup.client() as workmail:
            org = workmail.organization(setup.organization)
            return await run_export(org, setup, options, output, OrganizationExport.download)

    context.exit(finish(run(output, work, backend=connection.backend), setup, output))
