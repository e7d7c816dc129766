"""Runs the examples as users do, in processes of their own, and leaves none behind."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"

_LONGEST_RUN = 120.0  # seconds; only a test that hangs gets there


def python(*arguments: str | Path) -> list[str]:
    """A command that also shows what was not closed."""
    return [sys.executable, "-W", "default::ResourceWarning", *map(str, arguments)]


@contextmanager
def started(
    *command: str, cwd: Path, env: dict[str, str] | None = None
) -> Generator["subprocess.Popen[str]"]:
    """A process with a group of its own; killed with all that it started when the block ends."""
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    watchdog = threading.Timer(_LONGEST_RUN, _kill_group, [process.pid])
    watchdog.start()
    try:
        with process:
            yield process
            _kill_group(process.pid)
    finally:
        watchdog.cancel()


def finished(
    *command: str, cwd: Path, env: dict[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Runs a command to its end."""
    with started(*command, cwd=cwd, env=env) as process:
        output, errors_shown = process.communicate()
    return subprocess.CompletedProcess(command, process.returncode, output, errors_shown)


def read_until(process: "subprocess.Popen[str]", text: str) -> list[str]:
    """Reads lines up to the first that holds a text."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if text in line:
            return lines
    _, errors_shown = process.communicate()
    raise AssertionError(f"ended without {text!r}:\n{lines}\n{errors_shown}")


def has_members(group: int) -> bool:
    """Whether any process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _kill_group(group: int) -> None:
    if has_members(group):
        os.killpg(group, signal.SIGKILL)
