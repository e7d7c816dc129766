"""The progress of an organization's export, as listeners get it."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from workmail_async.display.html import bar, table
from workmail_async.display.units import duration, size

from .records import Status


@frozen(kw_only=True)
class RunningExport:
    """A mailbox that WorkMail is exporting.

    Attributes:
        label: Its address, or its name.
        percent: How much is done, as WorkMail estimates; None before the first estimate.
    """

    label: str
    percent: int | None


@frozen(kw_only=True)
class RunningDownload:
    """An archive that is being downloaded.

    Attributes:
        label: The mailbox's address, or its name.
        bytes: How many bytes are downloaded.
        size: How many there are; None until S3 has answered.
    """

    label: str
    bytes: int
    size: int | None


@frozen(kw_only=True)
class ExportProgress:
    """How far an export is.

    Attributes:
        counts: How many mailboxes have each status.
        running: The mailboxes that WorkMail is exporting.
        downloading: The archives that are being downloaded or verified.
        downloaded: How many bytes this run has downloaded.
        elapsed: Seconds since the run began.
        message: What happened last, in words.
        share_before: The share that was done when the run began, from 0 to 1.
    """

    counts: dict[Status, int]
    running: tuple[RunningExport, ...]
    downloading: tuple[RunningDownload, ...] = ()
    downloaded: int
    elapsed: float
    message: str
    share_before: float = 0.0

    @property
    def wanted(self) -> int:
        """How many mailboxes the export is of: all but the skipped ones."""
        return sum(self.counts.values()) - self.counts[Status.SKIPPED]

    @property
    def settled(self) -> int:
        """How many of them are safe or given up."""
        return sum(self.counts[status] for status in (Status.SAFE, Status.FAILED, Status.CANCELLED))

    @property
    def remaining_seconds(self) -> float | None:
        """Seconds left at the pace of this run; None until there is a pace."""
        done = self.share - self.share_before
        return None if done < 0.01 else self.elapsed * (1 - self.share) / done

    @property
    def share(self) -> float:
        """The share that is done, from 0 to 1; running exports count in part."""
        if not self.wanted:
            return 1.0 if self.counts[Status.SKIPPED] else 0.0
        parts = sum((export.percent or 0) / 100 for export in self.running) * 0.5
        exported = self.counts[Status.EXPORTED] * 0.5
        return min(1.0, (self.settled + exported + parts) / self.wanted)

    @property
    def bytes_per_second(self) -> float:
        """The average download rate of the run."""
        return self.downloaded / self.elapsed if self.elapsed else 0.0

    def summary(self) -> str:
        """Return counts, rate and remaining time in one line."""
        parts = [f"{self.counts[Status.SAFE]} of {self.wanted} safe"]
        parts += [
            f"{self.counts[status]} {status.value}"
            for status in (Status.RUNNING, Status.EXPORTED, Status.FAILED, Status.CANCELLED)
            if self.counts[status]
        ]
        if self.downloaded:
            parts.append(f"{size(self.downloaded)} at {size(self.bytes_per_second)}/s")
        if self.remaining_seconds is not None and self.share < 1:
            parts.append(f"about {duration(self.remaining_seconds)} left")
        return ", ".join(parts)

    def _repr_html_(self) -> str:
        rows: list[tuple[object, ...]] = [
            (
                export.label,
                "exporting",
                bar((export.percent or 0) / 100),
                f"{export.percent or 0} %",
            )
            for export in self.running
        ]
        rows += [
            (
                download.label,
                "downloading",
                bar(download.bytes / download.size if download.size else 0),
                size(download.bytes),
            )
            for download in self.downloading
        ]
        whole = ("All mailboxes", self.summary(), bar(self.share), f"{self.share:.0%}")
        return table(("Mailbox", "", "", ""), [whole, *rows], numbers=1)


#: Called after every change, on the event loop: it must not block.
ProgressListener = Callable[[ExportProgress], None]
