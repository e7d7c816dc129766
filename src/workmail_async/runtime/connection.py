"""Opens an aiobotocore client once, off the event loop, and closes it.

Importing aiobotocore, reading service models and looking for credentials take some 200 ms of
blocking work. They run in a worker thread, which has an event loop of its own for those
credentials that come over the network. Nothing that is bound to that loop survives it: HTTP
sessions are made at the first request, on the caller's loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from anyio.lowlevel import current_token

from .errors import ClientClosedError, ConfigurationError
from .event_loop import on_own_loop
from .observers import Call, Observer
from .operation import Service
from .settings import Settings

if TYPE_CHECKING:
    from .transport import Transport


class Connection:
    """One connection pool to one service; clients made by `with_options` share it.

    Args:
        service: The service.
        settings: Where and as whom to connect.
        observers: Who watches attempts.
    """

    def __init__(
        self, service: Service, settings: Settings, observers: tuple[Observer, ...]
    ) -> None:
        self.settings = settings
        self._service = service
        self._observers = observers
        self._transport: Transport | None = None
        self._loop: object = None
        self._opening: anyio.Lock | None = None
        self._closed = False

    @property
    def is_open(self) -> bool:
        """Whether a call was made already, so that nothing is left to be loaded."""
        return self._transport is not None

    async def transport(self, call: Call) -> Transport:
        """Return the open transport, opening it at the first call.

        Args:
            call: The call that needs it; what it needs to be decoded is prepared in passing.

        Returns:
            The transport.

        Raises:
            ClientClosedError: The connection was closed.
            ConfigurationError: The settings do not fit, or the caller is on another event loop
                than the one that opened the connection.
        """
        if self._transport is not None:
            if current_token() != self._loop:
                raise ConfigurationError(
                    "this client was opened on another event loop: make one client for each; "
                    "every asyncio.run() or anyio.run() begins a new loop"
                )
            return self._transport
        if self._opening is None:
            self._opening = anyio.Lock()
        async with self._opening:
            if self._closed:
                raise ClientClosedError(
                    "this client is closed: make a new one, or keep it open for longer"
                )
            if self._transport is None:
                self._transport = await self._open(call)
                self._loop = current_token()
            return self._transport

    async def _open(self, call: Call) -> Transport:
        transport = await on_own_loop(self._make_transport, call)
        if self._closed:
            await transport.aclose()
            raise ClientClosedError("this client was closed while it was being opened")
        return transport

    async def _make_transport(self, call: Call) -> Transport:
        # imported here, in the worker thread: these load aiobotocore
        from .decoding import prepare
        from .opening import OURS, open_client
        from .transport import AiobotocoreTransport

        prepare(call)
        client = await open_client(self._service, self.settings, OURS)
        return await AiobotocoreTransport.over(client, self._observers)

    async def aclose(self) -> None:
        """Close the connections; closing twice is no fault."""
        self._closed = True
        transport, self._transport = self._transport, None
        if transport is not None:
            with anyio.CancelScope(shield=True):
                await transport.aclose()
