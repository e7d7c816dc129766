"""The fixtures for pytest-asyncio, loaded only if it is there.

A client must be closed on the event loop that opened it. A test chooses the scope of its loop, so
there is one fixture for each scope.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Literal

import pytest_asyncio

from workmail_async.pytest_plugin import Clients

if TYPE_CHECKING:
    from workmail_async.emulator import Emulator


def _on_loop(scope: Literal["function", "class", "module", "package", "session"]) -> Any:
    @pytest_asyncio.fixture(loop_scope=scope, name=f"_workmail_clients_on_{scope}_loop")
    async def clients_on_loop(workmail_emulator: Emulator) -> AsyncIterator[Clients]:
        async with aclosing(Clients(workmail_emulator)) as clients:
            yield clients

    return clients_on_loop


_on_function_loop = _on_loop("function")
_on_class_loop = _on_loop("class")
_on_module_loop = _on_loop("module")
_on_package_loop = _on_loop("package")
_on_session_loop = _on_loop("session")
