"""Shows an export's progress below the cell of a notebook, without being asked.

A notebook's own means are used, so nothing has to be installed for it, and it is live wherever
IPython's kernel runs: Jupyter, editors, hosted notebooks.
"""

from __future__ import annotations

import sys
import time
from importlib import import_module
from typing import Any

from .progress import ExportProgress

#: Seconds between two pictures of the same message, so that a browser keeps up.
_PAUSE = 0.25


class NotebookDisplay:
    """A listener that keeps one picture of the progress up to date below a cell."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._shown = 0.0
        self._message = ""

    def __call__(self, progress: ExportProgress) -> None:
        """Show how far it is now."""
        now = time.monotonic()
        if progress.message == self._message and now - self._shown < _PAUSE:
            return
        self._shown, self._message = now, progress.message
        if self._handle is None:
            display: Any = import_module("IPython.display").display
            self._handle = display(progress, display_id=True)
        else:
            self._handle.update(progress)


def notebook_display() -> NotebookDisplay | None:
    """Return a display when this code runs in a notebook, otherwise None."""
    ipython = sys.modules.get("IPython")  # in a notebook it is there already
    shell: Any = ipython.get_ipython() if ipython is not None else None
    return None if getattr(shell, "kernel", None) is None else NotebookDisplay()
