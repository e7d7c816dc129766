"""Opens an aiobotocore client once, off the event loop, and closes it.

Importing aiobotocore, reading service models and looking for credentials block for about 200 ms.
This happens in a worker thread, which has an event loop of its own for credentials that come over
the network. Nothing bound to that loop survives it: the HTTP session is created by the first
request, on the caller's loop.
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
        settings: The Region, endpoint and credentials.
        observers: The observers of attempts.
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
        """Whether a first call has opened it, so nothing is left to load."""
        return self._transport is not None

    async def transport(self, call: Call) -> Transport:
        """Return the transport; the first call opens it.

        Args:
            call: The call that needs it. Opening also prepares the decoding of its answer.

        Returns:
            The transport.

        Raises:
            ClientClosedError: The connection was closed.
            ConfigurationError: The settings are wrong, or the connection was opened on another
                event loop.
        """
        if self._transport is not None:
            if current_token() != self._loop:
                raise ConfigurationError(
                    "this client was opened on another event loop: create a client on each loop; "
                    "every asyncio.run() and anyio.run() starts a new one"
                )
            return self._transport
        if self._opening is None:
            self._opening = anyio.Lock()
        async with self._opening:
            if self._closed:
                raise ClientClosedError(
                    "this client is closed: create a new one, or keep this one open for longer"
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
        # these import aiobotocore, so import them here, in the worker thread
        from .decoding import prepare
        from .opening import OURS, open_client
        from .transport import AiobotocoreTransport

        prepare(call)
        client = await open_client(self._service, self.settings, OURS)
        return await AiobotocoreTransport.over(client, self._observers)

    async def aclose(self) -> None:
        """Close the connections; closing twice does no harm."""
        self._closed = True
        transport, self._transport = self._transport, None
        if transport is not None:
            with anyio.CancelScope(shield=True):
                await transport.aclose()
