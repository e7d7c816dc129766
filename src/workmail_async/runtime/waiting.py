"""Waits until a describe operation reports the wanted state."""

from __future__ import annotations

import inspect
import random
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

import anyio
from attrs import define, frozen

from .errors import (
    ConfigurationError,
    ServiceError,
    TransportError,
    WaiterFailedError,
    WaiterTimeoutError,
    WorkMailError,
)
from .event_loop import load_backend
from .model import Output, Request
from .sending import Sender

ResponseT = TypeVar("ResponseT", bound=Output)

#: Called with every response while waiting; a plain or an async function.
ProgressCallback = Callable[[ResponseT], Awaitable[None] | None]


@frozen
class Waiter:
    """What a wait looks for.

    Attributes:
        name: The waiter's name, such as `user_enabled`.
        state: The attribute of the response that holds the state.
        success: The states that end the wait with success; case does not matter.
        failure: The final states that are not success.
        success_errors: Error codes that mean success, such as "not found" after a deletion.
        retry_errors: Error codes that mean "not yet".
        consecutive: How many responses in a row must show success, since some states flicker.
        progress: The attribute that holds a percentage, if any.
        reason: The attribute that explains a failure, if any.
    """

    name: str
    state: str
    success: tuple[str, ...]
    failure: tuple[str, ...] = ()
    success_errors: tuple[str, ...] = ()
    retry_errors: tuple[str, ...] = ()
    consecutive: int = 1
    progress: str | None = None
    reason: str | None = None


@frozen
class _Seen:
    """What one request showed of the state."""

    state: str | None
    response: Any = None
    good: bool = False
    bad: bool = False


async def wait_until(
    client: Sender,
    request: Request[ResponseT],
    waiter: Waiter,
    *,
    timeout: float,  # noqa: ASYNC109  (a wait is bounded by more than a scope around it)
    min_delay: float,
    max_delay: float,
    on_progress: ProgressCallback[ResponseT] | None = None,
) -> Any:
    """Repeat a describe request until the waiter's state is reached.

    The delay between two requests doubles from `min_delay` to `max_delay`, with jitter; the last
    request is sent shortly before the deadline, never after it. Throttling and lost connections
    count as "not yet". Giving up, by timeout or cancellation, changes nothing at the service.

    Args:
        client: The client to ask with.
        request: The describe request.
        waiter: What to look for.
        timeout: The time limit of the wait, in seconds.
        min_delay: The shortest delay between two requests, in seconds.
        max_delay: The longest delay, in seconds.
        on_progress: Called with every response.

    Returns:
        The last response; None if an error such as "not found" meant success.

    Raises:
        WaiterFailedError: A final state was reached that is not success.
        WaiterTimeoutError: The timeout expired.
        ServiceError: The service answered with an error that the waiter does not expect.
    """
    if not 0 < min_delay <= max_delay or not timeout > 0:
        raise ConfigurationError(
            "a wait needs timeout > 0 and 0 < min_delay <= max_delay, in seconds; not "
            f"timeout={timeout!r}, min_delay={min_delay!r}, max_delay={max_delay!r}"
        )
    await load_backend()
    wait = _Wait(client, request, waiter, timeout, anyio.current_time() + timeout)
    requests_sent = 0
    while not await wait.is_over(on_progress):
        # 32 doublings exceed any delay; about 1,000 would overflow a float
        ceiling = min(max_delay, min_delay * 2.0 ** min(requests_sent, 32))
        delay = random.uniform(min_delay, ceiling)
        requests_sent += 1
        left = wait.seconds_left
        if left <= min_delay:
            raise wait.timed_out() from wait.latest_error
        await anyio.sleep(min(delay, left - min_delay))
    return wait.seen.response


@define
class _Wait(Generic[ResponseT]):
    """A wait under way: what was seen so far."""

    client: Sender
    request: Request[ResponseT]
    waiter: Waiter
    timeout: float
    deadline: float
    seen: _Seen = _Seen(None)
    in_a_row: int = 0
    latest_error: WorkMailError | None = None

    @property
    def seconds_left(self) -> float:
        return self.deadline - anyio.current_time()

    async def is_over(self, on_progress: ProgressCallback[ResponseT] | None) -> bool:
        """Ask once, and return whether the wait ended with success."""
        result = await _ask(self.client, self.request, self.waiter, self.seconds_left)
        if not isinstance(result, _Seen):
            self.latest_error = result or self.latest_error
            # A lost connection says nothing of the state, but "not yet" does.
            if isinstance(result, ServiceError) and result.code in self.waiter.retry_errors:
                self.in_a_row = 0
            return False
        self.seen, self.latest_error = result, None
        if result.response is not None:
            await _report(on_progress, result.response)
        if result.bad:
            raise self._failed()
        self.in_a_row = self.in_a_row + 1 if result.good else 0
        return self.in_a_row >= self.waiter.consecutive

    def _failed(self) -> WorkMailError:
        waiter, seen = self.waiter, self.seen
        reason = getattr(seen.response, waiter.reason) if waiter.reason else None
        because = f": {reason}" if reason else ""
        return WaiterFailedError(
            f"wait_until_{waiter.name} ended with state {seen.state}{because} ({self._call()})",
            waiter=waiter.name,
            state=seen.state,
            last_response=seen.response,
            reason=reason,
        )

    def timed_out(self) -> WorkMailError:
        """Return the error of a wait whose timeout expired."""
        waiter, seen, error = self.waiter, self.seen, self.latest_error
        progress = getattr(seen.response, waiter.progress, None) if waiter.progress else None
        reached = f", {progress} %" if progress is not None else ""
        failed = f"; the last request failed: {error}" if error is not None else ""
        return WaiterTimeoutError(
            f"wait_until_{waiter.name} did not succeed within {self.timeout:g} seconds; last seen: "
            f"{seen.state or 'no answer'}{reached}{failed} ({self._call()}); nothing was "
            "cancelled, and you can wait again",
            waiter=waiter.name,
            state=seen.state,
            last_response=seen.response,
        )

    def _call(self) -> str:
        return f"{self.request.operation.name} of {self.request!r}"


async def _ask(
    client: Sender, request: Request[Any], waiter: Waiter, left: float
) -> _Seen | WorkMailError | None:
    """Ask once; return an error that says nothing final of the state, or None if it is too late."""
    if left <= 0:  # the sleep lasted longer than it should
        return None
    limit = client.options.timeout
    bounded = client.with_options(timeout=left if limit is None else min(limit, left))
    try:
        response = await bounded.send(request)
    except ServiceError as error:
        if error.code in waiter.success_errors:
            return _Seen(error.code, good=True)
        if error.code in waiter.retry_errors or error.retryable:
            return error
        raise
    except TransportError as error:
        return error
    state = getattr(response, waiter.state)
    known = None if state is None else str(state)
    return _Seen(
        known,
        response,
        good=_is_in(known, waiter.success),
        bad=_is_in(known, waiter.failure),
    )


def _is_in(state: str | None, states: tuple[str, ...]) -> bool:
    return state is not None and state.casefold() in {name.casefold() for name in states}


async def _report(on_progress: ProgressCallback[Any] | None, response: Any) -> None:
    if on_progress is not None:
        result = on_progress(response)
        if inspect.isawaitable(result):
            await result
