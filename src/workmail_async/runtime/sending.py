"""What pagers, waiters and streamed contents need of a client: a way to send requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from .model import Request
from .operation import OutputT
from .options import Options

if TYPE_CHECKING:
    from typing_extensions import Self


class Sender(Protocol):
    """Sends requests; every client is one."""

    @property
    def options(self) -> Options:
        """The options that requests are sent with."""
        ...

    def with_options(self, *, timeout: float | None = ...) -> Self:
        """Return a sender with another time limit over the same connections."""
        ...

    async def send(self, request: Request[OutputT]) -> OutputT:
        """Send a request and return its typed response."""
        ...
