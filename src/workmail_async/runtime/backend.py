"""Loads anyio's side of the running event loop without stopping that loop.

anyio loads it at its first call, on the loop itself, which then stands still for 15 ms. So before
that call it is loaded in a thread, and since anyio cannot wait for the thread yet, the loop's own
library does.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

#: Not 0, which would come before the timers that are due.
_NEXT_TURN = 1e-6  # seconds

_loaded: set[str] = set()


def on_trio() -> bool:
    """Return whether the caller runs on trio."""
    trio: Any = sys.modules.get("trio")
    return trio is not None and bool(trio.lowlevel.in_trio_run())


async def load_backend() -> None:
    """Make anyio ready for the running loop; once done, it costs nothing."""
    library = "trio" if on_trio() else "asyncio"
    if library in _loaded:
        return
    running: Any = sys.modules[library]
    # The caller has just made its request, the first of its kind: some milliseconds of importing.
    # What waits for the loop goes first, or it would wait for the thread's first imports as well.
    await running.sleep(_NEXT_TURN)
    in_thread = running.to_thread.run_sync if library == "trio" else running.to_thread
    await in_thread(import_module, f"anyio._backends._{library}")
    _loaded.add(library)
