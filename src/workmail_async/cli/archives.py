"""`verify` and `convert`: the commands that read the archives on disk."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click
from attrs import asdict, frozen

from workmail_async.archives import (
    ArchiveError,
    ConversionError,
    MailboxArchive,
    write_eml_tree,
    write_eml_zip,
    write_maildir,
    write_mbox,
)
from workmail_async.archives.writers import OnProgress
from workmail_async.display.units import size
from workmail_async.exports import (
    ArchiveVerification,
    FileRow,
    Selection,
    exported_archives,
    read_report,
    verify_archive,
)
from workmail_async.exports.organization.report import write_json

from .options import Command, Common, common_options, folder_option
from .output import printable
from .running import run_here
from .status import ExitStatus
from .tables import cell, new_table

_WRITERS = {
    "mbox": write_mbox,
    "maildir": write_maildir,
    "eml": write_eml_tree,
    "eml-zip": write_eml_zip,
}
_CONVERTED = ("Mailbox", "Status", "Items", "As mail", "As .ics", "As they are", "Skipped")
_COMPLETE, _FAILED = "complete", "failed"
#: How many findings of an archive are shown.
_FINDINGS = 5


@frozen
class Archive:
    """An archive that a command works on.

    Attributes:
        path: Where it lies.
        label: The mailbox's address, or its name; the file's name for one by itself.
        file: What the manifest says of it; None for one by itself.
    """

    path: Path
    label: str
    file: FileRow | None = None


def archives_options(command: Command) -> Command:
    """Give a command the archives it works on: a folder's, or some by themselves."""
    files = click.Path(exists=True, dir_okay=False, path_type=Path)
    command = click.option(
        "--mailbox",
        "patterns",
        multiple=True,
        metavar="PATTERN",
        help="Only these of the folder: address or name, with * for anything. Repeatable.",
    )(command)
    command = folder_option(required=False)(command)
    return click.argument("files", metavar="[ARCHIVE]...", nargs=-1, type=files)(command)


@click.command(short_help="Verify the archives on disk.")
@archives_options
@common_options
@click.pass_context
def verify(
    context: click.Context,
    /,
    *,
    common: Common,
    files: tuple[Path, ...],
    folder: Path | None,
    patterns: tuple[str, ...],
) -> None:
    """Verify the archives of a folder, or some by themselves.

    Reads every byte: size and SHA-256 as the manifest has them, the zip's structure, the CRC of
    each entry. Changes nothing.
    """

    def work() -> ExitStatus:
        archives = _archives(files, folder, patterns)
        bad: list[ArchiveVerification] = []
        for archive in archives:
            found = verify_archive(archive.path, label=archive.label, file=archive.file)
            status = "good" if found.good else "bad"
            data = {"status": status, **asdict(found), "path": str(archive.path)}
            common.output.tell("archive", data)
            numbers = f"{found.items:,} items, {size(found.bytes)}"
            common.output.say(f"{archive.label}: {status}, {numbers}")
            if not found.good:
                bad.append(found)
        told = [f"{each.path}: {finding}" for each in bad for finding in each.findings]
        shown = [f"{len(archives) - len(bad)} of {len(archives)} archives are good."]
        if bad and folder is not None:
            again = shlex.join(["workmail-async", "download", "--folder", str(folder)])
            shown.append(f"Remove the bad ones, then fetch them again: {again}")
        counts = {"archives": len(archives), "good": len(archives) - len(bad), "bad": told}
        common.output.tell("report", counts, *shown, *map(printable, told))
        return ExitStatus.INCOMPLETE if bad else ExitStatus.DONE

    context.exit(run_here(common, work))


@click.command(short_help="Convert archives to mbox, Maildir or .eml.")
@archives_options
@click.option(
    "--to",
    "form",
    type=click.Choice(list(_WRITERS)),
    required=True,
    help="mbox: Google Workspace, Thunderbird. maildir: Dovecot. eml: MigrationWiz. "
    "eml-zip: a zip of .eml.",
)
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder that gets a part for each mailbox.",
)
@common_options
@click.pass_context
def convert(
    context: click.Context,
    /,
    *,
    common: Common,
    files: tuple[Path, ...],
    folder: Path | None,
    patterns: tuple[str, ...],
    form: str,
    into: Path,
) -> None:
    """Convert the archives of a folder, or some by themselves, for the next system.

    Every item is counted in and out. What is no message lies beside the messages: calendar files
    in `calendar`, anything else in `other`. Run it again after whatever stopped it.
    """

    def work() -> ExitStatus:
        archives = _archives(files, folder, patterns)
        results: list[dict[str, Any]] = []
        table = new_table(*_CONVERTED, numbers=_CONVERTED[2:])
        with common.output.counting() as counting:
            for archive in archives:
                result = _converted(archive, form, into, counting(archive.label))
                results.append(result)
                common.output.tell("archive", result)
                common.output.say(f"{archive.label}: {result['status']}")
                table.add_row(*(cell(result[head.lower()]) for head in _CONVERTED))
        bad = [result for result in results if result["status"] != _COMPLETE]
        left = _not_safe(folder) if folder is not None and not patterns else []
        report = {"to": form, "into": str(into), "archives": results, "not_safe": left}
        shown = [f"{result['mailbox']}: {text}" for result in bad for text in result["problems"]]
        shown += [f"{label}: not converted, since it is not safe on disk yet" for label in left]
        if folder is not None:
            path = folder / f"conversion-{form}.json"
            write_json(path, report)
            shown.append(f"The whole report: {path}")
            if bad:
                again = shlex.join(["workmail-async", "verify", "--folder", str(folder)])
                shown.append(f"Whether it is the archives: {again}")
        good = f"{len(results) - len(bad)} of {len(results)} archives were converted whole."
        common.output.tell("report", report, table, "", good, *map(printable, shown))
        return ExitStatus.INCOMPLETE if bad or left else ExitStatus.DONE

    context.exit(run_here(common, work))


def _converted(archive: Archive, form: str, into: Path, counted: OnProgress) -> dict[str, Any]:
    """Convert one archive; what is wrong with it does not stop the others."""
    result: dict[str, Any] = dict.fromkeys((head.lower() for head in _CONVERTED), 0)
    result |= {"mailbox": archive.label, "status": _FAILED, "problems": [], "path": None}
    try:
        opened = MailboxArchive(archive.path)
    except OSError as error:
        return {**result, "problems": [_unreadable(error)]}
    except ArchiveError as error:
        return {**result, "problems": [str(error)]}
    try:
        with opened:
            done = _WRITERS[form](opened, into, archive.label, on_progress=counted)
    except ConversionError as error:
        return {**result, "problems": [str(error)]}
    problems = [str(finding) for finding in done.findings if finding.lost][:_FINDINGS]
    expected = done.items if archive.file is None else archive.file.items
    if done.written != expected:
        problems.append(f"{done.written} items were written instead of {expected}")
    return {
        **result,
        "status": _COMPLETE if done.complete and not problems else "incomplete",
        "items": done.items,
        "messages": done.messages,
        "calendar": done.calendar_files,
        "other": done.other_files,
        "skipped": sum(done.skipped.values()),
        "bytes": done.bytes,
        "folders": done.folders,
        "adjusted": done.adjusted,
        "problems": problems,
        "path": str(done.path),
    }


def _not_safe(folder: Path) -> list[str]:
    return [mailbox.label for mailbox in read_report(folder).missing]


def _archives(
    files: tuple[Path, ...], folder: Path | None, patterns: tuple[str, ...]
) -> list[Archive]:
    """Return the archives that the command line names."""
    if bool(files) == bool(folder):
        raise click.UsageError("Name archives or --folder, and not both.")
    if folder is None:
        if patterns:
            raise click.UsageError("--mailbox chooses among the archives of a --folder.")
        return [Archive(path, path.stem) for path in files]
    found = [
        Archive(each.path, each.label, each.file)
        for each in exported_archives(folder, Selection(include=patterns))
    ]
    if not found:
        what = f"no archive of {', '.join(patterns)}" if patterns else "no archive yet"
        raise click.UsageError(f"{folder} has {what}.")
    return found


def _unreadable(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "the file is gone"
    return f"the file cannot be read: {error.strerror or error}"
