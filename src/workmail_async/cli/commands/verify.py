"""`verify`: reads every byte of the archives on disk, and prints which are damaged."""

from __future__ import annotations

import shlex

import click
from attrs import asdict

from workmail_async.cli.archives import ArchiveNames, archives_options
from workmail_async.cli.exit_status import ExitStatus
from workmail_async.cli.options import output_options
from workmail_async.cli.output import Output, printable
from workmail_async.cli.running import run_sync
from workmail_async.display.units import size
from workmail_async.exports import ArchiveVerification, verify_archive


@click.command(short_help="Verify the archives on disk.")
@archives_options
@output_options
@click.pass_context
def verify(context: click.Context, /, *, names: ArchiveNames, output: Output) -> None:
    """Verify the archives of a folder, or single files.

    Reads every byte and compares it with the manifest: size, SHA-256, the structure of the zip, the
    checksum of each item. Changes nothing.
    """

    def work() -> ExitStatus:
        results: list[ArchiveVerification] = []
        for archive in names.find():
            results.append(verify_archive(archive.path, label=archive.label, file=archive.file))
            _print_result(results[-1], output)
        bad = [result for result in results if not result.good]
        findings = [f"{result.path}: {finding}" for result in bad for finding in result.findings]
        good = len(results) - len(bad)
        lines = [f"{good} of {len(results)} archives are good.", *findings]
        if bad and names.folder is not None:
            download = shlex.join(["workmail-async", "download", "--folder", str(names.folder)])
            lines.append(f"Remove the bad archives, then download them again: {download}")
        counts = {"archives": len(results), "good": good, "bad": findings}
        output.tell("report", counts, *map(printable, lines))
        return ExitStatus.INCOMPLETE if bad else ExitStatus.DONE

    context.exit(run_sync(output, work))


def _print_result(result: ArchiveVerification, output: Output) -> None:
    status = "good" if result.good else "bad"
    data = {**asdict(result), "path": str(result.path), "status": status}
    output.tell("archive", data)
    output.say(f"{result.label}: {status}, {result.items:,} items, {size(result.bytes)}")
