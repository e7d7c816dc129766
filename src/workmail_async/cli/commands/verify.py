"""`verify`: reads every byte of the archives on disk, and compares it with the manifest."""

from __future__ import annotations

import hashlib
import shlex
from pathlib import Path

import click
from attrs import asdict, frozen

from workmail_async.archives import ArchiveError, check_archive
from workmail_async.cli.archives import (
    MOST_FINDINGS,
    Archive,
    ArchiveNames,
    archives_options,
    why_unreadable,
)
from workmail_async.cli.exit_status import ExitStatus
from workmail_async.cli.options import output_options
from workmail_async.cli.output import Output, printable
from workmail_async.cli.running import run_sync
from workmail_async.display.units import size

_PIECE = 1024 * 1024


@frozen
class Verification:
    """What verifying an archive came to.

    Attributes:
        items: How many items it holds.
        bytes: Its size.
        problems: What is bad, in words; none for a good one.
        notes: What is worth knowing and loses nothing.
    """

    items: int
    bytes: int
    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()


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
        archives = names.find()
        bad: list[tuple[Archive, Verification]] = []
        for archive in archives:
            found = _verified(archive)
            status = "bad" if found.problems else "good"
            data = {"label": archive.label, "path": str(archive.path), "status": status}
            output.tell("archive", {**data, **asdict(found)})
            output.say(f"{archive.label}: {status}, {found.items:,} items, {size(found.bytes)}")
            if found.problems:
                bad.append((archive, found))
        problems = [
            f"{archive.path}: {problem}" for archive, found in bad for problem in found.problems
        ]
        good = len(archives) - len(bad)
        shown = [f"{good} of {len(archives)} archives are good."]
        if bad and names.folder is not None:
            again = shlex.join(["workmail-async", "download", "--folder", str(names.folder)])
            shown.append(f"Remove the bad ones, then download them again: {again}")
        counts = {"archives": len(archives), "good": good, "bad": problems}
        output.tell("report", counts, *shown, *map(printable, problems))
        return ExitStatus.INCOMPLETE if bad else ExitStatus.DONE

    context.exit(run_sync(output, work))


def _verified(archive: Archive) -> Verification:
    try:
        return _compared(archive)
    except OSError as error:
        return Verification(0, 0, (why_unreadable(error),))


def _compared(archive: Archive) -> Verification:
    """Read all of an archive and compare it with what the manifest says."""
    path, file = archive.path, archive.file
    bytes_ = path.stat().st_size
    problems: list[str] = []
    if file is not None and bytes_ != file.bytes:
        problems.append(f"it has {bytes_} bytes instead of {file.bytes}")
    elif file is not None and (sha256 := _sha256(path)) != file.sha256:
        problems.append(f"its SHA-256 is {sha256} instead of {file.sha256}")
    try:
        found = check_archive(path)
    except ArchiveError as error:
        return Verification(0, bytes_, (*problems, str(error)))
    notes = [str(finding) for finding in found.findings]
    if not found.ok:
        lost = [str(finding) for finding in found.findings if finding.lost]
        problems += lost[:MOST_FINDINGS] or ["not every item can be read"]
    if file is not None and found.items != file.items:
        problems.append(f"it has {found.items} items instead of {file.items}")
    return Verification(found.items, bytes_, tuple(problems), tuple(notes[:MOST_FINDINGS]))


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
