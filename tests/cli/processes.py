"""Runs the command as a process, as users do, in a pipe or in a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import workmail_async

COMMAND = [sys.executable, "-W", "error", "-m", "workmail_async.cli"]
SOURCE = str(Path(workmail_async.__file__).parents[1])

_LONGEST_RUN = 120.0  # seconds; only a test that hangs gets there


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that finds the package."""
    return {**os.environ, "PYTHONPATH": SOURCE, "PYTHONUNBUFFERED": "1", **more}


@contextmanager
def started(*command: str, cwd: Path) -> Generator[subprocess.Popen[str], None, None]:
    """A process in a pipe; killed when the block ends before it did."""
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def read_until(process: subprocess.Popen[str], text: str) -> None:
    """Read a process's lines up to the first that holds a text."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if text in line:
            return
    raise AssertionError(f"ended without {text!r}:\n{''.join(lines)}")


def in_terminal(
    *command: str, cwd: Path, on_sight: tuple[str, Callable[[], object]] | None = None
) -> tuple[int, str]:
    """Run a command in a terminal.

    Args:
        *command: The command.
        cwd: Where to run it.
        on_sight: A text, and what to do when it has been printed.

    Returns:
        Its exit status and what it wrote.
    """
    import fcntl
    import pty
    import struct
    import termios

    lines, columns = 40, 120
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=environment(TERM="xterm-256color", COLUMNS=str(columns), LINES=str(lines)),
        stdin=its,
        stdout=its,
        stderr=its,
    )
    os.close(its)
    written = bytearray()
    try:
        while piece := _read(ours):
            written += piece
            if on_sight and on_sight[0] in written.decode(errors="ignore"):
                on_sight[1]()
                on_sight = None
        return process.wait(_LONGEST_RUN), written.decode()
    finally:
        os.close(ours)
        if process.poll() is None:
            process.kill()
            process.wait()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # on Linux, the end of a terminal
        return b""
