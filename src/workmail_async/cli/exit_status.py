"""What the exit status of a command means."""

from __future__ import annotations

from enum import IntEnum


class ExitStatus(IntEnum):
    """How a command ended."""

    DONE = 0
    """Everything you asked for is done."""
    INCOMPLETE = 1
    """Something is missing or failed; the report names it."""
    NOT_STARTED = 2
    """Nothing was started: wrong usage, or a preflight error."""
    INTERRUPTED = 130
    """Ctrl-C."""
