"""The measurements. Each function runs in a fresh interpreter that has imported nothing yet.

So this module imports inside functions only: an import at its top would save time for the clients
that need the same module. `benchmarks.rounds` starts the interpreters.
"""

from __future__ import annotations

import gc
import sys
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from benchmarks.peers import Peer

    #: The results of a measurement, by the keys of `benchmarks.figures`.
    Found = dict[str, float]

_MICROSECONDS = 1e6
_MILLISECONDS = 1e3
_MEGABYTE = 1e6
_TICK = 0.001  # seconds between two readings of the clock
_IDLE = 0.1  # seconds of doing nothing, to measure the machine's own noise


def cpu(peer: Peer, *, calls: int, pages: int) -> Found:
    """Measure the CPU time of this process, kernel included, for one call of each kind."""

    async def time(call: Callable[[], Awaitable[Any]], times: int) -> float:
        for _ in range(max(1, times // 10)):  # opens connections and fills caches
            await call()
        began = process_time()
        for _ in range(times):
            await call()
        return (process_time() - began) / times * _MICROSECONDS

    async def main() -> Found:
        async with peer:
            await _check(peer)
            return {
                "describe_user": await time(peer.describe_user, calls),
                "list_users": await time(peer.list_users, pages),
            }

    return _run(main())


def first_answer(peer: Peer, *, inside: bool, started: float) -> Found:
    """Measure the time from nothing to the first answer, and how long the event loop stalled.

    During the call another task reads the clock every millisecond. If it is late, the loop stalled:
    because of the call, the interpreter lock or noise of the machine. `busy`, the CPU time that all
    threads of this process used in between, tells noise from the other two.

    Args:
        peer: The client.
        inside: Whether to import the library in the running loop, not before it.
        started: When the interpreter started to run our code.
    """

    async def main() -> Found:
        import asyncio  # noqa: TID251  (see _run)

        lateness: list[float] = []
        busyness: list[float] = []

        async def tick() -> None:
            last, last_cpu = perf_counter(), process_time()
            while True:
                await asyncio.sleep(_TICK)
                now, cpu = perf_counter(), process_time()
                lateness.append(now - last - _TICK)
                busyness.append(cpu - last_cpu)
                last, last_cpu = now, cpu

        ticking = asyncio.create_task(tick())
        await asyncio.sleep(_IDLE)
        idle = max(lateness)
        lateness.clear()
        began = perf_counter()
        if inside:
            exec(peer.client, {})
        async with peer:
            await peer.describe_user()
            ended = perf_counter()
            await asyncio.sleep(2 * _TICK)  # lets the ticker see the end of the last stall
            ticking.cancel()
            await _check(peer)
        return {
            "time": (prepared + ended - began) * _MILLISECONDS,
            "stall": max(lateness) * _MILLISECONDS,
            "busy": max(busyness) * _MILLISECONDS,
            "idle": idle * _MILLISECONDS,
        }

    if not inside:
        exec(peer.client, {})
    prepared = perf_counter() - started
    return _run(main())


def memory(peer: Peer, *, users: int, traced: bool) -> Found:
    """Measure the memory of users that were fetched and are kept.

    Args:
        peer: The client.
        users: How many users the server has.
        traced: Whether to ask Python's own allocator, which is exact but sees only its own memory.
            Otherwise ask the operating system for the resident set, which counts whole pages of
            memory, including those that the interpreter no longer uses.
    """
    import tracemalloc

    def occupied() -> float:
        gc.collect()
        return float(tracemalloc.get_traced_memory()[0]) if traced else _resident()

    async def main() -> Found:
        async with peer:
            await _check(peer)  # what the first page allocates for good does not count
            if traced:
                tracemalloc.start()
            before = occupied()
            kept = await peer.all_users()
            after = occupied()
            assert len(kept) == users, f"{len(kept)} users of {users}"
        return {"traced" if traced else "resident": (after - before) / _MEGABYTE}

    return _run(main())


def _resident() -> float:
    import resource
    from pathlib import Path

    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return float(pages * resource.getpagesize())


async def _check(peer: Peer) -> None:
    """Make sure that the client returns real answers before its figures count."""
    assert peer.name_of(await peer.describe_user()) == "ana"
    assert len(peer.users_of(await peer.list_users())) == 100


def _run(main: Coroutine[Any, Any, Found]) -> Found:
    # not anyio, which some of the clients do without: they would be charged for importing it
    import asyncio  # noqa: TID251

    return asyncio.run(main)


def run(started: float) -> None:
    """Run one measure and print what it found; what to run stands on the command line as JSON.

    Args:
        started: When the interpreter began to run our code, by `time.perf_counter()`.
    """
    import json

    from benchmarks.peers import peer_named

    order: dict[str, Any] = json.loads(sys.argv[1])
    peer = peer_named(order["peer"])(order["url"])
    options: dict[str, Any] = order["options"]
    if order["measure"] == "cpu":
        found = cpu(peer, **options)
    elif order["measure"] == "memory":
        found = memory(peer, **options)
    else:
        found = first_answer(peer, started=started, **options)
    print(json.dumps(found))
