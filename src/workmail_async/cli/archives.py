"""Which archives `verify` and `convert` work on: those of a folder, or single files."""

from __future__ import annotations

from pathlib import Path

import click
from attrs import frozen

from workmail_async.exports import FileRow, Manifest, Selection

from .export_setup import manifest_of
from .options import Command, folder_option, option_group

#: How many findings of one archive are shown.
MOST_FINDINGS = 5


@frozen
class Archive:
    """An archive that a command works on.

    Attributes:
        path: Its path.
        label: The mailbox's address or name; for a single file, the name of the file.
        file: What the manifest says about it; None for a single file.
    """

    path: Path
    label: str
    file: FileRow | None = None


@frozen(kw_only=True)
class ArchiveNames:
    """The archives that the command line names.

    Attributes:
        files: Single files.
        folder: The folder of an export.
        patterns: Which mailboxes of the folder; none means all.
    """

    files: tuple[Path, ...]
    folder: Path | None
    patterns: tuple[str, ...]

    def check(self) -> None:
        """Check that the options fit together.

        Raises:
            click.UsageError: They do not.
        """
        if bool(self.files) == bool(self.folder):
            raise click.UsageError("Name either archives or --folder.")
        if self.folder is None and self.patterns:
            raise click.UsageError("--mailbox needs --folder.")

    def find(self) -> list[Archive]:
        """Return the archives.

        Raises:
            click.UsageError: There are none.
            ManifestError: The folder's manifest cannot be read.
        """
        self.check()
        if self.folder is None:
            return [Archive(path, path.stem) for path in self.files]
        with Manifest(manifest_of(self.folder), read_only=True) as manifest:
            files = manifest.files()
            rows = manifest.mailboxes()
        chosen = Selection(include=self.patterns)
        found = [
            Archive(self.folder / file.path, row.label, file)
            for row in rows
            if (file := files.get(row.entity_id)) is not None and chosen.matches(row)
        ]
        if not found:
            what = f"no archive of {', '.join(self.patterns)}" if self.patterns else "no archives"
            raise click.UsageError(f"{self.folder} has {what} yet.")
        return found


def archives_options(command: Command) -> Command:
    """Give a command the archives it works on, as `names`."""
    files = click.Path(exists=True, dir_okay=False, path_type=Path)
    return option_group(
        "names",
        ArchiveNames,
        click.argument("files", metavar="[ARCHIVE]...", nargs=-1, type=files),
        folder_option(required=False),
        click.option(
            "--mailbox",
            "patterns",
            multiple=True,
            metavar="PATTERN",
            help="Only these mailboxes of the folder: address, name or id; * matches anything. "
            "Repeatable.",
        ),
    )(command)


def why_unreadable(error: OSError) -> str:
    """Return in words why a file cannot be read."""
    if isinstance(error, FileNotFoundError):
        return "the file is missing"
    return f"the file cannot be read: {error.strerror or error}"
