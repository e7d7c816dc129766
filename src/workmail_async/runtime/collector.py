"""Keeps the garbage collector from stopping the event loop while aiobotocore is imported.

Importing makes some hundred thousand objects, nearly all of which stay. A full collection in the
middle of it holds the interpreter lock for 15 to 35 ms, whichever thread runs it, and finds
nothing.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Generator
from contextlib import contextmanager

#: CPython 3.12 begins with some hundred frozen objects; who freezes for a fork has thousands.
_FROZEN_FROM_THE_START = 1_000


@contextmanager
def postponed_collection() -> Generator[None, None, None]:
    """Switch automatic collection off within the block, and count what was made there as old.

    Only once in a process, while aiobotocore is not imported: what is counted as old is looked at
    seldom, so a program that opens many clients would keep their remains for long. A program that
    switched collection off, or that froze objects for a fork, is left as it is.
    """
    froze = gc.get_freeze_count() > _FROZEN_FROM_THE_START
    if "aiobotocore.session" in sys.modules or not gc.isenabled() or froze:
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        # moves everything to the oldest generation without looking at it
        gc.freeze()
        gc.unfreeze()
        gc.enable()
