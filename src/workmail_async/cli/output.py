"""Where a command's results go: to a terminal, as plain lines, or as JSON lines."""

from __future__ import annotations

import errno
import json
import logging
import os
import sys
import time
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime, timezone
from typing import IO, Any, ClassVar

import click
from rich.console import Console, RenderableType
from rich.progress import Progress

from workmail_async.exports import ExportProgress, ProgressListener

from .exit_status import ExitStatus
from .live import LiveProgress

#: The width of tables that do not go to a terminal, in characters.
_PAGE = 160
#: Seconds after which progress is printed again although nothing changed.
_HEARTBEAT = 60.0
_JSON_PAUSE = 1.0
#: How many items are read before a bar moves; drawing it for each would slow reading down.
_EACH = 50

#: Takes the name of a file; returns a function to call with how many of how many items are done.
Counting = Callable[[str], Callable[[int, int], None]]


class OutputLost(click.ClickException):
    """The output cannot be written: its reader has exited, or the disk is full.

    Args:
        error: Why; None when the reader has exited.
    """

    exit_code: ClassVar[int] = ExitStatus.INCOMPLETE

    def __init__(self, error: OSError | None) -> None:
        super().__init__(f"cannot write the output: {error.strerror or error}" if error else "")

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the error unless the reader just exited; discard what Python would still flush."""
        if self.message:
            super().show(file)
        with suppress(OSError, ValueError), open(os.devnull, "w") as nothing:
            os.dup2(nothing.fileno(), sys.stdout.fileno())


@contextmanager
def _writing() -> Generator[None, None, None]:
    try:
        yield
    except SystemExit as error:  # how rich reacts to a broken pipe
        raise OutputLost(None) from error
    except OSError as error:
        raise OutputLost(None if error.errno == errno.EPIPE else error) from error


class Output(ABC):
    """Where a command's results go.

    Args:
        verbose: How much more to print than usual: 0, 1 or 2.
    """

    def __init__(self, verbose: int) -> None:
        self.verbose = verbose

    def show_log(self) -> None:
        """Print the library's log on standard error when `--verbose` asks for it."""
        log = logging.getLogger("workmail_async")
        for handler in [each for each in log.handlers if isinstance(each, _LogHandler)]:
            log.removeHandler(handler)
        if self.verbose:
            log.addHandler(_LogHandler())
            log.setLevel(logging.INFO if self.verbose == 1 else logging.DEBUG)

    @abstractmethod
    def say(self, text: str) -> None:
        """Print a line for people; programs do not need it."""

    @abstractmethod
    def tell(self, event: str, data: Mapping[str, Any], *shown: RenderableType) -> None:
        """Print a result.

        Args:
            event: The name of the result, for programs.
            data: Its content as JSON holds it, for programs.
            *shown: The same for people.
        """

    @abstractmethod
    def error(self, kind: str, message: str, advice: str, error: BaseException) -> None:
        """Print an error.

        Args:
            kind: The name of its class.
            message: What happened.
            advice: What to do, when the message does not say it.
            error: The error, for its traceback.
        """

    @abstractmethod
    def watching(self) -> AbstractContextManager[ProgressListener]:
        """Show an export's progress inside a `with` block."""

    @contextmanager
    def counting(self) -> Generator[Counting, None, None]:
        """Show how far files have been read inside a `with` block.

        Yields:
            A function that takes a file's name and returns its progress callback.
        """
        yield _uncounted

    def _show_traceback(self, error: BaseException) -> None:
        if self.verbose:
            lines = traceback.format_exception(type(error), error, error.__traceback__)
            click.echo("".join(lines), err=True, nl=False)


class TextOutput(Output):
    """For people: a live display in a terminal, otherwise a line for each change."""

    def __init__(self, verbose: int) -> None:
        super().__init__(verbose)
        self.console: Console = Console(highlight=False, markup=False, emoji=False, soft_wrap=False)
        if not self.console.is_terminal:
            self.console.width = _PAGE
        self._printed, self._message = 0.0, ""

    def say(self, text: str) -> None:
        """Print a line."""
        with _writing():
            self.console.print(printable(text), soft_wrap=True)

    def tell(self, event: str, data: Mapping[str, Any], *shown: RenderableType) -> None:
        """Print the result for people."""
        with _writing():
            for each in shown:
                self.console.print(each, soft_wrap=isinstance(each, str))

    def error(self, kind: str, message: str, advice: str, error: BaseException) -> None:
        """Print the error on standard error."""
        self._show_traceback(error)
        line = f"workmail-async: {message if message.endswith('.') else message + '.'} {advice}"
        click.echo(printable(line).rstrip(), err=True)

    @contextmanager
    def watching(self) -> Generator[ProgressListener, None, None]:
        """Show a live display, or print a line for each change."""
        if not self.console.is_terminal or self.console.is_dumb_terminal:
            yield self._line
            return
        with LiveProgress(self.console) as live:
            yield live.show

    @contextmanager
    def counting(self) -> Generator[Counting, None, None]:
        """In a terminal, show a bar for the file that is being read."""
        if not self.console.is_terminal or self.console.is_dumb_terminal:
            yield _uncounted
            return
        with Progress(console=self.console, transient=True) as bars:
            task = bars.add_task("", total=None)

            def begin(name: str) -> Callable[[int, int], None]:
                bars.reset(task, description=printable(name), total=None)
                return show

            def show(done: int, total: int) -> None:
                if done % _EACH == 0 or done == total:
                    bars.update(task, completed=done, total=total)

            yield begin

    def _line(self, progress: ExportProgress) -> None:
        now = time.monotonic()
        if progress.message == self._message and now - self._printed < _HEARTBEAT:
            return
        self._printed, self._message = now, progress.message
        stamp = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S")
        self.say(f"{stamp}  {progress.message}  ({progress.summary()})")


class JsonOutput(Output):
    """For programs: one JSON object on each line."""

    def __init__(self, verbose: int) -> None:
        super().__init__(verbose)
        self._printed, self._message = 0.0, ""

    def say(self, text: str) -> None:
        """Print nothing: programs do not need it."""

    def tell(self, event: str, data: Mapping[str, Any], *shown: RenderableType) -> None:
        """Print the result as a JSON object."""
        moment = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        with _writing():
            click.echo(json.dumps({"event": event, "time": moment, **data}))

    def error(self, kind: str, message: str, advice: str, error: BaseException) -> None:
        """Print the error as a JSON object; a traceback goes to standard error."""
        self._show_traceback(error)
        self.tell("error", {"error": kind, "message": message, "advice": advice})

    @contextmanager
    def watching(self) -> Generator[ProgressListener, None, None]:
        """Print an object for each change, and about one a second during downloads."""
        yield self._print_progress

    def _print_progress(self, progress: ExportProgress) -> None:
        now = time.monotonic()
        if progress.message == self._message and now - self._printed < _JSON_PAUSE:
            return
        self._printed, self._message = now, progress.message
        self.tell("progress", as_json(progress))


def as_json(progress: ExportProgress) -> dict[str, Any]:
    """Return progress as JSON holds it."""
    return {
        "message": progress.message,
        "counts": {status.value: count for status, count in progress.counts.items()},
        "wanted": progress.wanted,
        "share": round(progress.share, 4),
        "elapsed": round(progress.elapsed, 3),
        "remaining_seconds": progress.remaining_seconds,
        "running": [{"label": one.label, "percent": one.percent} for one in progress.running],
        "downloading": [
            {"label": one.label, "bytes": one.bytes, "size": one.size}
            for one in progress.downloading
        ],
        "downloaded": progress.downloaded,
        "bytes_per_second": round(progress.bytes_per_second),
    }


def printable(text: str) -> str:
    """Return a text without anything that controls a terminal; names in a zip may hold it."""
    return "".join(
        char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text
    )


def _uncounted(_: str) -> Callable[[int, int], None]:
    def ignore(_: int, __: int) -> None:
        pass

    return ignore


class _LogHandler(logging.Handler):
    """Writes to whatever `sys.stderr` is at the time: a live display redirects it."""

    def emit(self, record: logging.LogRecord) -> None:
        text = f"{record.levelname.lower()}: {record.getMessage()}"
        click.echo(printable(text), file=sys.stderr)
