"""Keeps conversions apart: what a person, or another export, put into a folder is not touched."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from workmail_async.archives.errors import ConversionError
from workmail_async.archives.mailbox import MailboxArchive
from workmail_async.archives.safe_names import safe_name
from workmail_async.files.atomic import replacing
from workmail_async.files.locks import FileLock, LockHeldError, NoLocksError
from workmail_async.files.private import make_private_folder, readable_by_others

_LAYOUT = 1


@contextmanager
def claimed(
    archive: MailboxArchive, target: Path, address: str, suffix: str = ""
) -> Generator[tuple[Path, list[str]], None, None]:
    """Reserve a path below a folder for the conversion of one archive, while in the block.

    A small file beside it, `.NAME.json`, says which archive it is, and `.NAME.lock` keeps other
    processes out.

    Args:
        archive: The archive.
        target: The folder that holds the conversions; created if missing.
        address: The address of the mailbox.
        suffix: What follows the address in the path's name.

    Yields:
        The path, in the folder and named by the address, and notes about the place.

    Raises:
        ConversionError: Something else is at this path, or another export of the mailbox, or
            another process is converting to it.
        OSError: The folder or a file in it cannot be written.
    """
    path = target / f"{safe_name(address)[0]}{suffix}"
    make_private_folder(target)
    notes = [f"other users can read {target}"] if readable_by_others(target) else []
    note, lock = path.with_name(f".{path.name}.json"), path.with_name(f".{path.name}.lock")
    for own in (path, note, lock):
        if own.is_symlink():
            raise ConversionError(f"{own} is a link, and links are not followed: remove it")
    try:
        guard = FileLock(lock)
    except LockHeldError as error:
        raise ConversionError(f"another process converts to {path}: wait for it") from error
    except NoLocksError:
        notes.append(f"the file system of {target} has no locks: convert once at a time")
        _claim(archive, path, note)
        yield path, notes
        return
    with guard:
        _claim(archive, path, note)
        yield path, notes


def _claim(archive: MailboxArchive, path: Path, note: Path) -> None:
    content = json.dumps({"layout": _LAYOUT, "fingerprint": archive.fingerprint}).encode()
    if note.is_file():
        if note.read_bytes() != content:
            raise ConversionError(
                f"{path} was converted from another export: convert into another folder, or "
                f"remove it together with {note.name}"
            )
    elif path.is_file() or (path.is_dir() and any(path.iterdir())):
        raise ConversionError(
            f"{path} already exists and is not a conversion: choose another folder"
        )
    else:
        with replacing(note) as file:
            file.write(content)
