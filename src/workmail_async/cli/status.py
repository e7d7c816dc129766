"""What the command's exit status says."""

from __future__ import annotations

from enum import IntEnum


class ExitStatus(IntEnum):
    """What came of a command."""

    DONE = 0
    """Everything that was asked for is safe on disk."""
    INCOMPLETE = 1
    """Not everything; the report names what."""
    NOT_BEGUN = 2
    """Nothing was begun: wrong usage, or a preflight error."""
    INTERRUPTED = 130
    """Ctrl-C."""
