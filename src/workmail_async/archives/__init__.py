"""Reads, checks and converts the zips of exported mailboxes.

Nothing here needs AWS, and importing the package loads only what you use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .classification import ItemKind as ItemKind
    from .errors import ArchiveError as ArchiveError
    from .errors import ConversionError as ConversionError
    from .findings import Finding as Finding
    from .findings import Findings as Findings
    from .findings import ItemError as ItemError
    from .findings import Problem as Problem
    from .headers import HeaderValue as HeaderValue
    from .headers import ItemHeaders as ItemHeaders
    from .item import ArchiveItem as ArchiveItem
    from .limits import Limits as Limits
    from .mailbox import MailboxArchive as MailboxArchive
    from .mailbox import check_archive as check_archive
    from .verify import ArchiveCheck as ArchiveCheck
    from .verify import OnProgress as OnProgress
    from .writers.conversion import Conversion as Conversion
    from .writers.conversion import Writer as Writer
    from .writers.eml_tree import write_eml_tree as write_eml_tree
    from .writers.eml_zip import write_eml_zip as write_eml_zip
    from .writers.maildir import write_maildir as write_maildir
    from .writers.mbox import write_mbox as write_mbox

__all__ = [
    "ArchiveCheck",
    "ArchiveError",
    "ArchiveItem",
    "Conversion",
    "ConversionError",
    "Finding",
    "Findings",
    "HeaderValue",
    "ItemError",
    "ItemHeaders",
    "ItemKind",
    "Limits",
    "MailboxArchive",
    "OnProgress",
    "Problem",
    "Writer",
    "check_archive",
    "write_eml_tree",
    "write_eml_zip",
    "write_maildir",
    "write_mbox",
]

if not TYPE_CHECKING:  # a type checker would accept any misspelled name
    from workmail_async._lazy import lazy_names

    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "ArchiveCheck": "verify",
            "ArchiveError": "errors",
            "ArchiveItem": "item",
            "Conversion": "writers.conversion",
            "ConversionError": "errors",
            "Finding": "findings",
            "Findings": "findings",
            "HeaderValue": "headers",
            "ItemError": "findings",
            "ItemHeaders": "headers",
            "ItemKind": "classification",
            "Limits": "limits",
            "MailboxArchive": "mailbox",
            "OnProgress": "verify",
            "Problem": "findings",
            "Writer": "writers.conversion",
            "check_archive": "mailbox",
            "write_eml_tree": "writers.eml_tree",
            "write_eml_zip": "writers.eml_zip",
            "write_maildir": "writers.maildir",
            "write_mbox": "writers.mbox",
        },
    )
