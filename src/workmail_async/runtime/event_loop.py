"""Keeps slow work off the event loop, so that other tasks run while a client is opened.

Four things would stop the loop for 3 to 100 ms each, and each has its own remedy here:

- anyio imports its side of the running loop at its first call (`load_backend`);
- a request's class is imported when the first request of its kind is made (`made`);
- opening imports aiobotocore, reads files and may fetch credentials (`on_own_loop`);
- a full garbage collection in the middle of that holds the interpreter lock, whichever thread
  runs it (`postponed_collection`).
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from importlib import import_module
from types import CodeType
from typing import Any, TypeAlias, TypeVar

import anyio
import anyio.to_thread

from .model import Request
from .operation import OutputT

T = TypeVar("T")

#: Makes a request; a lambda of a generated method.
Make: TypeAlias = Callable[[], Request[OutputT]]

#: Not 0: that would run before the timers that are due.
_NEXT_TURN = 1e-6  # seconds

#: CPython 3.12 starts with a few hundred frozen objects; a program that freezes has thousands.
_FROZEN_FROM_THE_START = 1_000

_loaded: set[str] = set()
_seen: set[CodeType] = set()


def on_trio() -> bool:
    """Return whether the caller runs on trio."""
    trio: Any = sys.modules.get("trio")
    return trio is not None and bool(trio.lowlevel.in_trio_run())


async def load_backend() -> None:
    """Load anyio's side of the running loop in a thread; after the first time it costs nothing.

    anyio would import it at its first call, on the loop, which stops for 15 ms. anyio cannot wait
    for a thread before it is loaded, so the loop's own library does.
    """
    library = "trio" if on_trio() else "asyncio"
    if library in _loaded:
        return
    running: Any = sys.modules[library]
    # The caller has just built its first request, which took some milliseconds of importing.
    # Let the tasks that are due run now, or they would also wait for the thread's first imports.
    await running.sleep(_NEXT_TURN)
    in_thread = running.to_thread.run_sync if library == "trio" else running.to_thread
    await in_thread(import_module, f"anyio._backends._{library}")
    _loaded.add(library)


async def made(make: Make[OutputT]) -> Request[OutputT]:
    """Return the request that `make` builds, without importing anything on the event loop.

    Importing the classes of one area takes 3 to 10 ms, so each method builds its first request in a
    thread.
    """
    code: CodeType = make.__code__
    if code in _seen:
        return make()
    await load_backend()
    request = await anyio.to_thread.run_sync(make)
    _seen.add(code)
    return request


async def on_own_loop(function: Callable[..., Awaitable[T]], *args: Any) -> T:
    """Run an async function that blocks on an event loop of its own, in a worker thread.

    The result must not be bound to that loop, which is of the caller's kind and ends with the
    function. If the caller is cancelled, the thread keeps running and its result is dropped.

    Args:
        function: The function.
        *args: Its arguments.

    Returns:
        What it returns.
    """
    # in debug mode asyncio would warn that the loop is busy, which is what this loop is for
    backend, options = ("trio", None) if on_trio() else ("asyncio", {"debug": False})

    def run() -> T:
        return anyio.run(function, *args, backend=backend, backend_options=options)

    with postponed_collection():
        return await anyio.to_thread.run_sync(run, abandon_on_cancel=True)


@contextmanager
def postponed_collection() -> Generator[None, None, None]:
    """Switch automatic garbage collection off within the block, then treat what it made as old.

    Importing aiobotocore makes hundreds of thousands of objects that nearly all stay. A full
    collection among them takes 15 to 35 ms and finds nothing.

    This happens only once in a process, while aiobotocore is not imported: old objects are
    collected rarely, so a program that opens many clients would keep their garbage for long. A
    program that switched collection off, or froze objects before a fork, is left as it is.
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
