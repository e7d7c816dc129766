"""How much an archive may ask for, so that a hostile one does no harm."""

from __future__ import annotations

from attrs import frozen

_MEBIBYTE = 1024 * 1024


@frozen(kw_only=True)
class Limits:
    """How much an archive may ask for. The defaults are far above any real mailbox.

    Attributes:
        entries: How many entries are read.
        folders: How many different folders are kept; items of further ones go to the top.
        findings: How many findings of each kind are kept; all are counted.
        in_memory: The largest item that `ArchiveItem.raw` and `ArchiveItem.message` load, in bytes.
            WorkMail itself takes messages up to 40 MB.
        ratio: From which ratio of unpacked to packed size on an entry of more than 1 MiB may be a
            bomb.
        suspicious: The size up to which such an entry is read all the same, in bytes.
        suspicious_total: The size up to which all entries of such a ratio, whatever their size, and
            those that overlap, are read; `ratio` times the file's size if that is more.
    """

    entries: int = 20_000_000
    folders: int = 10_000
    findings: int = 1_000
    in_memory: int = 256 * _MEBIBYTE
    ratio: int = 100
    suspicious: int = 64 * _MEBIBYTE
    suspicious_total: int = 1024 * _MEBIBYTE
