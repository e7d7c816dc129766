"""The fixtures that pytest-asyncio runs; they are loaded only where it is.

A client has to be closed on the loop that it was opened on, and a test chooses how long its loop
lives, so there is a fixture for each choice.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Literal

import pytest_asyncio

from workmail_async.pytest_plugin import client_of

if TYPE_CHECKING:
    from workmail_async import WorkMailClient
    from workmail_async.emulator import Emulator


def _on_loop(scope: Literal["function", "class", "module", "package", "session"]) -> Any:
    @pytest_asyncio.fixture(loop_scope=scope, name=f"_workmail_client_on_{scope}_loop")
    async def client_on_loop(workmail_emulator: Emulator) -> AsyncIterator[WorkMailClient]:
        async with client_of(workmail_emulator) as client:
            yield client

    return client_on_loop


_on_function_loop = _on_loop("function")
_on_class_loop = _on_loop("class")
_on_module_loop = _on_loop("module")
_on_package_loop = _on_loop("package")
_on_session_loop = _on_loop("session")
