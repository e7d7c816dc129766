"""Writes an exported mailbox in the form that the next system reads.

Each writer writes one mailbox below one folder, so that a folder can hold a whole organization:
`write_mbox`, `write_maildir`, `write_eml_tree`, `write_eml_zip`. They block while they work; in
async code call them in a worker thread.

If one is stopped at any moment, no file looks complete that is not. Run again, it writes the same
files.
"""

from __future__ import annotations

from workmail_async.archives.verify import OnProgress

from .conversion import Conversion, Writer
from .eml_tree import write_eml_tree
from .eml_zip import write_eml_zip
from .maildir import write_maildir
from .mbox import unquoted, write_mbox

__all__ = [
    "Conversion",
    "OnProgress",
    "Writer",
    "unquoted",
    "write_eml_tree",
    "write_eml_zip",
    "write_maildir",
    "write_mbox",
]
