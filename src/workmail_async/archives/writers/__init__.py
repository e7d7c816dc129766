"""Writes an exported mailbox as what the next system takes.

Each writer makes something for one address below one folder, so that a folder can hold a whole
organization: `write_mbox`, `write_maildir`, `write_eml_tree`, `write_eml_zip`. They block for the
time of the work; in async code call them in a worker thread.

Stopped at any moment, they leave no file that looks whole and is not. Run again, they give the
same files again.
"""

from __future__ import annotations

from workmail_async.archives.mailbox import OnProgress

from .conversion import Conversion
from .eml_tree import write_eml_tree
from .eml_zip import write_eml_zip
from .maildir import write_maildir
from .mbox import unquoted, write_mbox

__all__ = [
    "Conversion",
    "OnProgress",
    "unquoted",
    "write_eml_tree",
    "write_eml_zip",
    "write_maildir",
    "write_mbox",
]
