"""Runs async code that blocks on an event loop of its own, in a worker thread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import anyio
import anyio.to_thread

from .backend import on_trio
from .collector import postponed_collection

T = TypeVar("T")


async def on_own_loop(function: Callable[..., Awaitable[T]], *args: Any) -> T:
    """Run an async function that imports and reads files beside the network.

    Nothing that it returns may be bound to its loop, which is of the caller's kind and ends with
    it. When the caller is cancelled, the thread goes on and its result is dropped.

    Args:
        function: The function.
        *args: Its arguments.

    Returns:
        What it returns.
    """
    # in debug mode asyncio would warn of the loop being busy, which is what it is for
    backend, options = ("trio", None) if on_trio() else ("asyncio", {"debug": False})

    def run() -> T:
        return anyio.run(function, *args, backend=backend, backend_options=options)

    with postponed_collection():
        return await anyio.to_thread.run_sync(run, abandon_on_cancel=True)
