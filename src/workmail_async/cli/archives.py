"""Which archives `verify` and `convert` work on: those of a folder, or single files."""

from __future__ import annotations

from pathlib import Path

import click
from attrs import frozen

from workmail_async.exports import FileRow, Selection, exported_archives

from .options import Command, folder_option, option_group


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

    @property
    def selection(self) -> Selection:
        """Which mailboxes of the folder."""
        return Selection(include=self.patterns)

    def find(self) -> list[Archive]:
        """Return the archives.

        Raises:
            click.UsageError: There are none.
            ManifestError: The folder has no manifest that can be read.
        """
        self.check()
        if self.folder is None:
            return [Archive(path, path.stem) for path in self.files]
        exported = exported_archives(self.folder, self.selection)
        if not exported:
            what = f"no archive of {', '.join(self.patterns)}" if self.patterns else "no archives"
            raise click.UsageError(f"{self.folder} has {what} yet.")
        return [Archive(archive.path, archive.label, archive.file) for archive in exported]


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
