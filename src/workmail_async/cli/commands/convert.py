"""`convert`: turns archives into what the next mail system reads."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
from attrs import asdict, field, frozen
from rich.console import RenderableType

from workmail_async.archives import (
    ArchiveError,
    Conversion,
    ConversionError,
    MailboxArchive,
    write_eml_tree,
    write_eml_zip,
    write_maildir,
    write_mbox,
)
from workmail_async.archives.writers import OnProgress
from workmail_async.cli.archives import Archive, ArchiveNames, archives_options
from workmail_async.cli.exit_status import ExitStatus
from workmail_async.cli.options import output_options
from workmail_async.cli.output import Output, printable
from workmail_async.cli.running import run_sync
from workmail_async.cli.tables import cell, new_table
from workmail_async.exports import read_report
from workmail_async.exports.organization.report import write_json

_WRITERS = {
    "mbox": write_mbox,
    "maildir": write_maildir,
    "eml": write_eml_tree,
    "eml-zip": write_eml_zip,
}
#: How many findings of one archive are shown.
_MOST_FINDINGS = 5
_COMPLETE, _INCOMPLETE, _FAILED = "complete", "incomplete", "failed"


@frozen(kw_only=True)
class Converted:
    """What converting one archive came to.

    Attributes:
        mailbox: Its address or name.
        status: `complete`, `incomplete` or `failed`.
        items: How many items the archive has.
        messages: How many were written as messages.
        calendar: How many were written as `.ics` files.
        other: How many were written as they are.
        skipped: How many could not be read.
        bytes: The size of all items that were written.
        folders: How many messages each folder has.
        adjusted: How many messages were changed to fit the format, and how.
        problems: What went wrong, in words.
        path: The folder or file that was made; None when there is none.
    """

    mailbox: str
    status: str
    items: int = 0
    messages: int = 0
    calendar: int = 0
    other: int = 0
    skipped: int = 0
    bytes: int = 0
    folders: dict[str, int] = field(factory=dict)
    adjusted: dict[str, int] = field(factory=dict)
    problems: list[str] = field(factory=list)
    path: str | None = None


#: The columns of the table: each heading and the number below it.
_COLUMNS = {"Items": "items", "As mail": "messages", "As .ics": "calendar", "As they are": "other"}


@click.command(short_help="Convert archives to mbox, Maildir or .eml.")
@archives_options
@click.option(
    "--to",
    "form",
    type=click.Choice(list(_WRITERS)),
    required=True,
    help="mbox: Google Workspace, Thunderbird. maildir: Dovecot. eml: MigrationWiz. "
    "eml-zip: a zip of .eml files.",
)
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder that gets a subfolder or file for each mailbox.",
)
@output_options
@click.pass_context
def convert(
    context: click.Context, /, *, names: ArchiveNames, form: str, into: Path, output: Output
) -> None:
    """Convert the archives of a folder, or single files, for your next mail system.

    Counts every item in and out. Items that are not messages are written beside them: calendar
    files into `calendar`, anything else into `other`. Run it again after any interruption.
    """

    def work() -> ExitStatus:
        archives = names.find()
        results: list[Converted] = []
        with output.counting() as counting:
            for archive in archives:
                result = _converted(archive, form, into, counting(archive.label))
                results.append(result)
                output.tell("archive", asdict(result))
                output.say(f"{archive.label}: {result.status}")
        bad = [result for result in results if result.status != _COMPLETE]
        folder = names.folder
        left = _not_safe(folder) if folder is not None and not names.patterns else []
        report = {
            "to": form,
            "into": str(into),
            "archives": [asdict(result) for result in results],
            "not_safe": left,
        }
        path = folder / f"conversion-{form}.json" if folder is not None else None
        if path is not None:
            write_json(path, report)
        output.tell("report", report, *_shown(results, left, path))
        if folder is not None and bad:
            verify = shlex.join(["workmail-async", "verify", "--folder", str(folder)])
            output.say(f"To find out whether the archives are damaged: {verify}")
        return ExitStatus.INCOMPLETE if bad or left else ExitStatus.DONE

    context.exit(run_sync(output, work))


def _shown(results: list[Converted], left: list[str], report: Path | None) -> list[RenderableType]:
    """Return the report for people."""
    table = new_table("Mailbox", "Status", *_COLUMNS, numbers=_COLUMNS)
    for result in results:
        numbers = (f"{getattr(result, name):,}" for name in _COLUMNS.values())
        table.add_row(cell(result.mailbox), cell(result.status), *numbers)
    complete = sum(result.status == _COMPLETE for result in results)
    lines = [f"{complete} of {len(results)} archives were fully converted."]
    lines += [
        f"{result.mailbox}: {problem}"
        for result in results
        if result.status != _COMPLETE
        for problem in result.problems
    ]
    lines += [f"{label}: not converted because it is not safe on disk yet" for label in left]
    if report is not None:
        lines.append(f"Full report: {report}")
    return [table, "", *map(printable, lines)]


def _converted(archive: Archive, form: str, into: Path, on_progress: OnProgress) -> Converted:
    """Convert one archive; an error in it does not stop the others."""
    try:
        opened = MailboxArchive(archive.path)
    except FileNotFoundError:
        return _failed(archive, "the file is gone")
    except OSError as error:
        return _failed(archive, f"the file cannot be read: {error.strerror or error}")
    except ArchiveError as error:
        return _failed(archive, str(error))
    # An OSError from here on is that of the disk written to, and would stop the others too.
    try:
        with opened:
            done = _WRITERS[form](opened, into, archive.label, on_progress=on_progress)
    except (ArchiveError, ConversionError) as error:
        return _failed(archive, str(error))
    return _counted(archive, done)


def _failed(archive: Archive, problem: str) -> Converted:
    return Converted(mailbox=archive.label, status=_FAILED, problems=[problem])


def _counted(archive: Archive, done: Conversion) -> Converted:
    problems = [str(finding) for finding in done.findings if finding.lost][:_MOST_FINDINGS]
    expected = done.items if archive.file is None else archive.file.items
    if done.written != expected:
        problems.append(f"{done.written} items were written instead of {expected}")
    return Converted(
        mailbox=archive.label,
        status=_COMPLETE if done.complete and not problems else _INCOMPLETE,
        items=done.items,
        messages=done.messages,
        calendar=done.calendar_files,
        other=done.other_files,
        skipped=sum(done.skipped.values()),
        bytes=done.bytes,
        folders=done.folders,
        adjusted=done.adjusted,
        problems=problems,
        path=str(done.path),
    )


def _not_safe(folder: Path) -> list[str]:
    return [mailbox.label for mailbox in read_report(folder).missing]
