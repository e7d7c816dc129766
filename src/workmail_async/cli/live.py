"""The live display of an export in a terminal: overall progress, running jobs, downloads."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text
from typing_extensions import Self

from workmail_async.display.units import size
from workmail_async.exports import ExportProgress

#: The width of bars in wide and in narrow terminals, and where narrow ends.
_BAR, _SHORT_BAR, _NARROW = 30, 10, 110
#: Lines that the display needs in addition to those of jobs and downloads.
_FRAME = 4


class LiveProgress:
    """Shows the latest progress until its `with` block ends.

    Args:
        console: The terminal.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, refresh_per_second=4, vertical_overflow="crop")

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def show(self, progress: ExportProgress) -> None:
        """Show the current progress."""
        self._live.update(
            picture(
                progress,
                lines=max(1, self._console.height - _FRAME),
                bar=_BAR if self._console.width >= _NARROW else _SHORT_BAR,
            )
        )


def picture(progress: ExportProgress, lines: int, bar: int = _BAR) -> RenderableType:
    """Draw a progress.

    Args:
        progress: The progress.
        lines: How many jobs and downloads fit.
        bar: The width of its bars.
    """
    whole = Table.grid(padding=(0, 1))
    for _ in ("bar", "share"):
        whole.add_column()
    whole.add_column(no_wrap=True, overflow="ellipsis")
    whole.add_row(
        ProgressBar(total=1, completed=progress.share, width=bar),
        f"{progress.share:4.0%}",
        Text(progress.summary()),
    )
    rows: list[tuple[RenderableType, ...]] = [
        (
            Text(f"  {export.label}"),
            ProgressBar(total=100, completed=export.percent or 0, width=bar),
            f"{export.percent or 0} %",
            "exporting",
        )
        for export in progress.running
    ]
    rows += [
        (
            Text(f"  {download.label}"),
            ProgressBar(total=download.size or 1, completed=download.bytes, width=bar),
            size(download.bytes),
            "verifying" if download.bytes == download.size else "downloading",
        )
        for download in progress.downloading
    ]
    parts = Table.grid(padding=(0, 1))
    for row in rows[:lines]:
        parts.add_row(*row)
    more = [Text(f"  and {len(rows) - lines} more")] if len(rows) > lines else []
    return Group(whole, parts, *more, Text(progress.message, style="dim"))
