"""The call that opens the content of a message, as an asynchronous context manager."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import TYPE_CHECKING

from workmail_async.messageflow.content import MessageContent

if TYPE_CHECKING:
    from workmail_async.messageflow.models import GetRawMessageContentRequest
    from workmail_async.runtime.sending import Sender


class MessageContentCall(AbstractAsyncContextManager[MessageContent]):
    """A request for a message's content, sent when its `async with` is entered."""

    def __init__(self, client: Sender, request: GetRawMessageContentRequest) -> None:
        self._client = client
        self._request = request
        self._content: MessageContent | None = None

    def __repr__(self) -> str:
        return f"MessageContentCall({self._request!r})"

    if not TYPE_CHECKING:  # so that type checkers report the mistake

        def __await__(self):
            raise TypeError(
                "a message content cannot be awaited: "
                "async with client.get_raw_message_content(…) as content: await content.read()"
            )

    async def __aenter__(self) -> MessageContent:
        response = await self._client.send(self._request)
        self._content = response.message_content
        return self._content

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._content is not None:
            await self._content.aclose()
