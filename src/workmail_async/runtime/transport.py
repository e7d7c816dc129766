"""The one place that sends requests: a request object in, a raw answer out.

The default transport uses the parts of an aiobotocore client: its serializer, signer, HTTP session
and parser of errors. It skips what connects them there, which is half the cost of a call: endpoint
rules that return the same URL each time, a parser that walks the service's model for every value,
and retry handlers behind an event system. So requests and their passwords never reach botocore's
loggers either.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Protocol
from uuid import uuid4

from aiobotocore.endpoint import convert_to_response_dict
from aiobotocore.parsers import AioResponseParserFactory
from anyio import sleep
from attrs import frozen
from botocore.hooks import first_non_none_response

from .bodies import error_body
from .conversion import converter
from .errors import ClientClosedError, Fault, RequestValidationError, ServiceError
from .failures import service_error, service_error_classes
from .observers import Attempt, Call, Observer, tell
from .retries import Retries, Retry


class BodyStream(Protocol):
    """The body of a streaming answer."""

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
    """Sends requests and returns raw answers.

    An implementation counts `call.attempts`, sets `call.http_status` and `call.request_id`, and
    raises only errors that `failures.translate` understands.
    """

    async def send(self, call: Call) -> RawResponse:
        """Send a call's request, with retries, and return the answer."""
        ...

    async def aclose(self) -> None:
        """Free the connections."""


#: More pieces than the HTTP library can have buffered on a closed connection.
_PIECES_LEFT = 100


@frozen
class _Target:
    """What is the same for every request of a client.

    Attributes:
        url: The endpoint.
        headers: Headers that the endpoint rules add.
        context: What the signer needs.
    """

    url: str
    headers: dict[str, str]
    context: dict[str, Any]


class AiobotocoreTransport:
    """Sends with an open aiobotocore client.

    Of the events that a session's handlers can be registered for, it emits `before-call`,
    `request-created`, `before-sign` and `before-send`.

    Args:
        client: The client.
        target: What all requests share.
        observers: The observers of attempts.
    """

    def __init__(self, client: Any, target: _Target, observers: tuple[Observer, ...]) -> None:
        self._client = client
        self._target = target
        self._observers = observers
        self._retries = Retries()
        self._closed = False
        self._models = client.meta.service_model
        self._events = client.meta.events
        self._event = client.meta.service_model.service_id.hyphenize()
        self._parser = AioResponseParserFactory().create_parser(self._models.resolved_protocol)

    @classmethod
    async def over(cls, client: Any, observers: tuple[Observer, ...]) -> AiobotocoreTransport:
        """Make a transport for a client.

        Args:
            client: An open aiobotocore client of one of the services.
            observers: The observers of attempts.

        Returns:
            The transport, which closes the client when it is closed.
        """
        service_error_classes()  # imports them here, off the event loop
        return cls(client, await _target_of(client), observers)

    async def send(self, call: Call) -> RawResponse:
        """Send a call's request, with retries, and return the answer."""
        try:
            return await self._send(call)
        except ServiceError:
            raise
        except Exception as error:
            if self._closed:  # closing is why it failed, whatever the error says
                raise _closed_meanwhile() from error
            raise

    async def aclose(self) -> None:
        """Close the client's connections; calls under way fail."""
        self._closed = True
        await self._client.close()

    async def _send(self, call: Call) -> RawResponse:
        model = self._models.operation_model(call.operation.name)
        message = await self._message(call, model)
        retry: Retry | None = None
        # The message is built once, so every attempt carries the same idempotency token; only the
        # signature and the attempt's number differ.
        while True:
            try:
                answer = await self._attempt(call, model, message)
            except Exception as error:
                retry = self._retries.after(error, call)
                if retry is None:
                    raise
            else:
                self._retries.succeeded(retry)
                return answer
            await sleep(retry.delay)

    async def _message(self, call: Call, model: Any) -> dict[str, Any]:
        """Return the request as botocore describes one before it is signed."""
        context = {**self._target.context, "retries": {"invocation-id": str(uuid4())}}
        try:
            message: dict[str, Any] = await self._client._convert_to_request_dict(
                api_params=converter.unstructure(call.request),
                operation_model=model,
                endpoint_url=self._target.url,
                context=context,
                headers=self._target.headers,
            )
        except Exception:  # noqa: BLE001  (each wrong type fails in its own way)
            raise _not_writable(call) from None  # its text holds the value
        await self._events.emit(
            f"before-call.{self._event}.{model.name}",
            model=model,
            params=message,
            request_signer=self._client._request_signer,
            context=context,
        )
        return message

    async def _attempt(self, call: Call, model: Any, message: dict[str, Any]) -> RawResponse:
        retries = message["context"]["retries"]
        retries["attempt"] = call.attempts + 1
        if call.attempts:
            retries["max"] = call.max_attempts
        request = await self._client._endpoint.create_request(message, model)  # and sign it
        if self._closed:  # or it would open connections that nobody closes
            raise _closed_meanwhile()
        call.attempts += 1
        call.http_status = call.request_id = None
        try:
            answer = await self._exchange(call, model, request)
        except Exception as error:
            code = error.code if isinstance(error, ServiceError) else type(error).__name__
            self._tell(call, code)
            raise
        self._tell(call, None)
        return answer

    async def _exchange(self, call: Call, model: Any, request: Any) -> RawResponse:
        responses = await self._events.emit(
            f"before-send.{self._event}.{model.name}", request=request
        )
        response = first_non_none_response(responses)
        if response is None:
            response = await self._client._endpoint.http_session.send(request)
        answer: dict[str, Any] = await convert_to_response_dict(response, model)
        status, headers, body = (answer[part] for part in ("status_code", "headers", "body"))
        call.http_status = status
        call.request_id = headers.get("x-amzn-requestid")
        if status < 300:
            return RawResponse(b"", _Body(body)) if call.operation.streaming else RawResponse(body)
        answer["body"] = error_body(status, headers, body, call.request)
        raise service_error(await self._parser.parse(answer, model.output_shape), call)

    def _tell(self, call: Call, code: str | None) -> None:
        attempt = Attempt(call.attempts, call.http_status, code)
        tell(self._observers, lambda observer: observer.after_attempt(call, attempt))


async def _target_of(client: Any) -> _Target:
    # all operations of these services share one URL and one kind of signature
    service = client.meta.service_model
    model = service.operation_model(service.operation_names[0])
    context = {
        "client_region": client.meta.region_name,
        "client_config": client.meta.config,
        "auth_type": model.resolved_auth_type,
        "unsigned_payload": model.unsigned_payload,
        "auth_options": service.metadata.get("auth"),
        "has_streaming_input": model.has_streaming_input,
    }
    url, headers, _ = await client._resolve_endpoint_ruleset(model, {}, context)
    return _Target(url, headers, context)


def _not_writable(call: Call) -> RequestValidationError:
    """Return the error for wrong types, which get this far only with `validate="off"`."""
    constraint = "must have the documented types; validate='standard' names those that do not"
    return RequestValidationError(call.operation.name, [Fault("members", constraint)])


def _closed_meanwhile() -> ClientClosedError:
    return ClientClosedError("this client was closed while the call was under way")


class _Body:
    """A streamed body that also ends httpx's inner iterators, or trio would warn about them."""

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
            # the connection is closed: reading on fails, and so ends each of the iterators
            with suppress(Exception):
                for _ in range(_PIECES_LEFT):
                    await anext(left)
