"""A client without a server: what it is asked for is answered by a function."""

from collections.abc import Callable
from typing import Any

import anyio.lowlevel

from workmail_async import WorkMailClient
from workmail_async.runtime.options import Options


class ScriptedClient(WorkMailClient):
    """Answers each request with what `respond` returns for it, or raises it.

    Attributes:
        calls: The options that each call was made with.
    """

    def __init__(self, respond: Callable[[Any], object]) -> None:
        super().__init__()
        self.respond = respond
        self.calls: list[Options] = []

    async def send(self, request: Any) -> Any:
        """Answers as `respond` says."""
        self.calls.append(self.options)
        await anyio.lowlevel.checkpoint()
        answer = self.respond(request)
        if isinstance(answer, BaseException):
            raise answer
        return answer
