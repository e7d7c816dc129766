"""The one seam through which requests leave: a request object in, a raw answer out.

The default transport sends with aiobotocore, which signs, retries and resolves endpoints. Two
things differ from calling aiobotocore by hand: parameters are not checked twice, and the answer's
body is taken away before botocore parses it (its parser is most of the cost of a page), so that
our own converter reads it. Errors stay with botocore's parser, in a form that it can take.
"""

from __future__ import annotations

from contextlib import suppress
from contextvars import ContextVar
from typing import Any, Protocol

from attrs import frozen
from botocore.exceptions import ClientError

from .bodies import error_body
from .conversion import converter
from .errors import ClientClosedError
from .observers import Attempt, Call, Observer, tell
from .operation import Service
from .retries import register_retries


class BodyStream(Protocol):
    """What a streaming answer's body must offer."""

    async def read(self, amt: int | None = None) -> bytes:
        """Read at most `amt` bytes; b"" at the end."""
        ...

    async def aclose(self) -> None:
        """Give up the rest of the body and free the connection."""


@frozen
class RawResponse:
    """A successful answer before it is decoded.

    Attributes:
        body: The whole body; b"" when it is a stream.
        stream: The body of a streaming operation.
    """

    body: bytes
    stream: BodyStream | None = None


class Transport(Protocol):
    """Sends requests and gives back raw answers.

    An implementation counts `call.attempts`, sets `call.http_status` and `call.request_id`, and
    raises only errors that `failures.translate` understands.
    """

    async def send(self, call: Call) -> RawResponse:
        """Send a call's request, with retries, and return the answer."""
        ...

    async def aclose(self) -> None:
        """Free the connections."""


_current: ContextVar[Call] = ContextVar("workmail_async_call")

#: More than a closed connection can have in store, in pieces of the HTTP library.
_PIECES_LEFT = 100

#: Under this key the body passes botocore's parser untouched.
_BODY = "workmail_async.body"


class AiobotocoreTransport:
    """Sends with an open aiobotocore client.

    Args:
        client: The client; its event system gets our handlers.
        service: The service that it is a client of.
        observers: Who watches attempts.
    """

    def __init__(self, client: Any, service: Service, observers: tuple[Observer, ...]) -> None:
        self._client = client
        self._observers = observers
        self._closed = False
        to_method = {api: py for py, api in client.meta.method_to_api_mapping.items()}
        self._methods = {api: getattr(client, py) for api, py in to_method.items()}
        events, name = client.meta.events, client.meta.service_model.service_id.hyphenize()
        events.register(f"before-send.{name}", self._begin_attempt)
        events.register(f"before-parse.{name}", self._take_body)
        events.register(f"response-received.{name}", self._note_attempt)
        register_retries(events, name, _current.get)

    async def send(self, call: Call) -> RawResponse:
        """Send a call's request, with retries, and return the answer."""
        operation = call.operation
        parameters: dict[str, Any] = converter.unstructure(call.request)
        token = _current.set(call)
        try:
            answer = await self._methods[operation.name](**parameters)
        except (ClientClosedError, ClientError):
            raise
        except Exception as error:
            if self._closed:  # which is why it failed, whatever it says
                raise _closed_meanwhile() from error
            raise
        finally:
            _current.reset(token)
        if operation.streaming:
            return RawResponse(b"", _stream_of(answer))
        return RawResponse(answer[_BODY])

    async def aclose(self) -> None:
        """Close the client's connections; calls under way fail."""
        self._closed = True
        await self._client.close()

    def _begin_attempt(self, **_: Any) -> None:
        if self._closed:  # the attempt would open new connections, which nobody would close
            raise _closed_meanwhile()
        _current.get().attempts += 1

    def _take_body(
        self,
        operation_model: Any,
        response_dict: dict[str, Any],
        customized_response_dict: dict[str, Any],
        **_: Any,
    ) -> None:
        status: int = response_dict["status_code"]
        if status >= 300:
            headers, body = response_dict["headers"], response_dict["body"]
            response_dict["body"] = error_body(status, headers, body, _current.get().request)
        elif not operation_model.has_streaming_output:
            customized_response_dict[_BODY] = response_dict["body"]
            response_dict["body"] = b"{}"

    def _note_attempt(
        self,
        response_dict: dict[str, Any] | None,
        parsed_response: dict[str, Any] | None,
        exception: Exception | None,
        **_: Any,
    ) -> None:
        call = _current.get()
        if response_dict is None or parsed_response is None:
            call.http_status = call.request_id = None
            code: str | None = type(exception).__name__
        else:
            call.http_status = response_dict["status_code"]
            call.request_id = parsed_response.get("ResponseMetadata", {}).get("RequestId")
            code = parsed_response.get("Error", {}).get("Code")
        attempt = Attempt(call.attempts, call.http_status, code)
        tell(self._observers, lambda observer: observer.after_attempt(call, attempt))


def _closed_meanwhile() -> ClientClosedError:
    return ClientClosedError("this client was closed while the call was under way")


class _Body:
    """A streamed body that ends the iterators inside of httpx too, of which trio would warn."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def read(self, amt: int | None = None) -> bytes:
        """Read at most `amt` bytes; b"" at the end."""
        piece: bytes = await self._stream.read(amt)
        return piece

    async def aclose(self) -> None:
        """Give up the rest of the body and free the connection."""
        await self._stream.aclose()
        left = getattr(self._stream, "_stream_iter", None)
        if left is not None:
            # nothing more can be read: whoever tries fails, and so each of the iterators ends
            with suppress(Exception):
                for _ in range(_PIECES_LEFT):
                    await anext(left)


def _stream_of(answer: dict[str, Any]) -> BodyStream:
    (stream,) = (value for key, value in answer.items() if key != "ResponseMetadata")
    return _Body(stream)
