"""Makes requests beside the event loop while their classes have yet to be imported.

To import the classes of one area takes 3 to 10 ms. So the first request that each method makes is
made in a thread.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import TypeAlias

import anyio.to_thread

from .backend import load_backend
from .model import Request
from .operation import OutputT

#: Makes a request; a lambda of a generated method.
Make: TypeAlias = Callable[[], Request[OutputT]]

_seen: set[CodeType] = set()


async def made(make: Make[OutputT]) -> Request[OutputT]:
    """Return the request that `make` makes, without importing anything on the event loop."""
    code: CodeType = make.__code__
    if code in _seen:
        return make()
    await load_backend()
    request = await anyio.to_thread.run_sync(make)
    _seen.add(code)
    return request
