"""Shows the progress of an export below the cell of a notebook.

It needs nothing but IPython, and updates live in Jupyter, in editors and in hosted notebooks.
"""

from __future__ import annotations

import sys
import time
from importlib import import_module
from typing import Any

from .progress import ExportProgress

#: Seconds between two updates with the same message, so that the browser keeps up.
_PAUSE = 0.25


class NotebookDisplay:
    """A listener that keeps the progress below a cell up to date."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._shown = 0.0
        self._message = ""

    def __call__(self, progress: ExportProgress) -> None:
        """Show the progress."""
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
    ipython = sys.modules.get("IPython")  # a notebook has imported it
    shell: Any = ipython.get_ipython() if ipython is not None else None
    return None if getattr(shell, "kernel", None) is None else NotebookDisplay()
