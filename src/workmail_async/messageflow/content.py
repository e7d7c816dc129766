"""The content of a message in transit, as a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator
from email import policy
from email.parser import BytesParser
from types import TracebackType
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
from anyio.lowlevel import checkpoint_if_cancelled

from workmail_async.runtime.errors import ClientClosedError

if TYPE_CHECKING:
    from email.message import EmailMessage

    from typing_extensions import Self

    from workmail_async.runtime.transport import BodyStream

_CHUNK = 64 * 1024


class MessageContent:
    """The raw MIME content of a message, read as it arrives.

    Iterate over it for chunks of at most 64 KiB, or read all of it with `read()` or `message()`;
    a content is read once. Close it, or leave its `async with`, to free the connection.
    """

    def __init__(self, stream: BodyStream) -> None:
        self._stream = stream
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        chunk = await self._read(_CHUNK)
        if not chunk:
            raise StopAsyncIteration
        return chunk

    async def read(self) -> bytes:
        """Read the rest of the content into memory.

        Returns:
            The raw MIME bytes; WorkMail's messages have 40 MB at most.

        Raises:
            TransportError: The connection broke before the end.
            ClientClosedError: The content was closed.
        """
        return b"".join([chunk async for chunk in self])

    async def message(self) -> EmailMessage:
        """Read the rest of the content and parse it, in a worker thread.

        Returns:
            The message, with Python's default email policy.

        Raises:
            TransportError: The connection broke before the end.
            ClientClosedError: The content was closed.
        """
        raw = await self.read()
        parser = BytesParser(policy=policy.default)
        return await anyio.to_thread.run_sync(parser.parsebytes, raw)

    async def aclose(self) -> None:
        """Discard what was not read and free the connection; closing twice is harmless."""
        self._closed = True
        with anyio.CancelScope(shield=True):
            await self._stream.aclose()

    async def _read(self, size: int) -> bytes:
        if self._closed:
            raise ClientClosedError("this content is closed: read it within its `async with`")
        # on asyncio what is there already is read without a pause, in which one could be cancelled
        await checkpoint_if_cancelled()
        try:
            return await self._stream.read(size)
        except Exception as error:
            from workmail_async.runtime.failures import stream_error  # loaded by now

            raise stream_error(error, "GetRawMessageContent") from error
