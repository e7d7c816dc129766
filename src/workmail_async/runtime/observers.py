"""Observers watch calls, for logs, metrics and traces.

An observer runs in the task that makes the call, so it must not block. Whatever it raises is logged
and dropped: an observer cannot break a call.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

from attrs import Factory, define, frozen

from .errors import ConfigurationError, WorkMailError
from .model import Request, ResponseMetadata
from .operation import Operation

logger: logging.Logger = logging.getLogger("workmail_async.calls")
_observer_logger = logging.getLogger("workmail_async.observers")


@frozen
class Attempt:
    """One sending of a request.

    Attributes:
        number: Which attempt it is, from 1.
        http_status: The HTTP status of the answer; None if there was none.
        code: The error code of the answer, or the class of the error; None for success.
    """

    number: int
    http_status: int | None
    code: str | None


@define(eq=False)
class Call:
    """One call of an operation, from its start to its end.

    Attributes:
        operation: The operation's descriptor; `operation.name` is its name on the wire.
        request: The request; its repr shows no secret.
        max_attempts: How many times it may be sent.
        started: When it started, by `time.perf_counter()`.
        attempts: How many times it has been sent so far.
        http_status: The HTTP status of the latest answer; None if there was none.
        request_id: The id that AWS gave the latest request.
    """

    operation: Operation[Any]
    request: Request[Any]
    max_attempts: int
    started: float = Factory(perf_counter)
    attempts: int = 0
    http_status: int | None = None
    request_id: str | None = None

    @property
    def elapsed(self) -> float:
        """Seconds since the call started."""
        return perf_counter() - self.started

    @property
    def metadata(self) -> ResponseMetadata:
        """The request id, HTTP status and attempts, as the response carries them."""
        return ResponseMetadata(self.request_id, self.http_status or 0, self.attempts)


class Observer:
    """Base class of observers: override the methods you need.

    Pass instances as `WorkMailClient(observers=[…])`.
    """

    def before_call(self, call: Call) -> None:
        """Run before a call sends its request for the first time."""

    def after_attempt(self, call: Call, attempt: Attempt) -> None:
        """Run after each attempt, successful or not; more may follow."""

    def after_call(self, call: Call, error: BaseException | None) -> None:
        """Run at the end of a call; `error` is None if it succeeded."""


class LoggingObserver(Observer):
    """Logs calls to `workmail_async.calls` at level DEBUG; every client has one.

    It logs names, numbers and identifiers, never the members of a request or an answer.
    """

    def after_attempt(self, call: Call, attempt: Attempt) -> None:
        """Log a failed attempt."""
        if attempt.code is not None:
            logger.debug(
                "%s attempt %d of %d failed: %s",
                call.operation.name,
                attempt.number,
                call.max_attempts,
                attempt.code,
            )

    def after_call(self, call: Call, error: BaseException | None) -> None:
        """Log the end of a call."""
        if logger.isEnabledFor(logging.DEBUG):
            outcome = "ok" if error is None else _code(error)
            logger.debug(
                "%s %s in %.0f ms (attempts %d, HTTP %s, request %s)",
                call.operation.name,
                outcome,
                call.elapsed * 1000,
                call.attempts,
                call.http_status,
                call.request_id,
            )


class OpenTelemetryObserver(Observer):
    """Records every call as an OpenTelemetry client span; needs the extra `otel`.

    Args:
        tracer: The tracer to use; by default the global provider's.

    Raises:
        ConfigurationError: OpenTelemetry is not installed.
    """

    def __init__(self, tracer: Any = None) -> None:
        try:
            from opentelemetry import trace
        except ModuleNotFoundError as error:
            raise ConfigurationError(
                "spans need OpenTelemetry: pip install 'workmail-async[otel]'"
            ) from error

        self._trace = trace
        self._tracer = tracer or trace.get_tracer("workmail_async")
        self._spans: dict[Call, Any] = {}

    def before_call(self, call: Call) -> None:
        """Start the span of a call."""
        service = call.operation.service.title
        self._spans[call] = self._tracer.start_span(
            f"{service}/{call.operation.name}",
            kind=self._trace.SpanKind.CLIENT,
            attributes={
                "rpc.system": "aws-api",
                "rpc.service": service,
                "rpc.method": call.operation.name,
            },
        )

    def after_attempt(self, call: Call, attempt: Attempt) -> None:
        """Add a failed attempt to the span as an event."""
        if attempt.code is not None:
            self._spans[call].add_event(
                "attempt failed", {"attempt": attempt.number, "error.type": attempt.code}
            )

    def after_call(self, call: Call, error: BaseException | None) -> None:
        """End the span of a call."""
        span = self._spans.pop(call)
        span.set_attribute("workmail.attempts", call.attempts)
        if call.http_status is not None:
            span.set_attribute("http.response.status_code", call.http_status)
        if call.request_id is not None:
            span.set_attribute("aws.request_id", call.request_id)
        if error is not None:
            span.set_attribute("error.type", _code(error))
            text = str(error) if isinstance(error, WorkMailError) else type(error).__name__
            span.set_status(self._trace.StatusCode.ERROR, text)
        span.end()


def tell(observers: Sequence[Observer], event: Callable[[Observer], None]) -> None:
    """Call each observer; log and drop whatever it raises."""
    for observer in observers:
        try:
            event(observer)
        except Exception:
            _observer_logger.exception("observer %s failed", type(observer).__name__)


def _code(error: BaseException) -> str:
    return str(getattr(error, "code", type(error).__name__))
