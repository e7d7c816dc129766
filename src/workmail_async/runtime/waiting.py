"""Waits until a describe operation shows the state that is wanted."""

from __future__ import annotations

import inspect
import random
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import anyio
from attrs import frozen

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

#: Called with every answer while waiting; may be a plain or an async function.
ProgressCallback = Callable[[ResponseT], Awaitable[None] | None]


@frozen
class Waiter:
    """What a wait looks at.

    Attributes:
        name: The waiter's name, such as `user_enabled`.
        state: The attribute of the response that holds the state.
        success: The states that end the wait well; case does not matter.
        failure: The states from which there is no way to success.
        success_errors: Error codes that mean success, such as not found when deleting.
        retry_errors: Error codes that mean "not yet".
        consecutive: How many answers in a row must show success: some changes flicker.
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
    """One look at the state."""

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

    The delay between two looks doubles from `min_delay` to `max_delay`, with jitter; the last look
    is taken shortly before the deadline, never after it. Throttling and lost connections count as
    "not yet". Giving up, by deadline or cancellation, changes nothing at the service.

    Args:
        client: The client to ask with.
        request: The describe request.
        waiter: What to look at.
        timeout: The deadline, in seconds from now.
        min_delay: The shortest delay between two looks, in seconds.
        max_delay: The longest delay, in seconds.
        on_progress: Called with every answer.

    Returns:
        The last answer; None when success showed as an error such as not found.

    Raises:
        WaiterFailedError: A state was reached from which there is no way back.
        WaiterTimeoutError: The deadline came first.
        ServiceError: The service answered with an error that the waiter does not expect.
    """
    if not 0 < min_delay <= max_delay or not timeout > 0:
        raise ConfigurationError(
            "a wait needs timeout > 0 and 0 < min_delay <= max_delay, in seconds; not "
            f"timeout={timeout!r}, min_delay={min_delay!r}, max_delay={max_delay!r}"
        )
    await load_backend()
    deadline = anyio.current_time() + timeout
    look, in_a_row = 0, 0
    last = _Seen(None)
    trouble: WorkMailError | None = None
    while True:
        seen = await _look(client, request, waiter, deadline - anyio.current_time())
        if isinstance(seen, _Seen):
            last, trouble = seen, None
            if seen.response is not None:
                await _report(on_progress, seen.response)
            if seen.bad:
                raise _failed(waiter, request, seen)
            in_a_row = in_a_row + 1 if seen.good else 0
            if in_a_row >= waiter.consecutive:
                return seen.response
        else:
            trouble = seen or trouble
            if isinstance(seen, ServiceError) and seen.code in waiter.retry_errors:
                in_a_row = 0
        ceiling = min(max_delay, min_delay * 2.0 ** min(look, 32))
        delay = random.uniform(min_delay, ceiling)
        look += 1
        left = deadline - anyio.current_time()
        if left <= min_delay:
            raise _late(waiter, request, last, trouble, timeout) from trouble
        await anyio.sleep(min(delay, left - min_delay))


async def _look(
    client: Sender, request: Request[Any], waiter: Waiter, left: float
) -> _Seen | WorkMailError | None:
    """Ask once; when that tells nothing of the state, return the error, or None for no time."""
    if left <= 0:  # slept for longer than asked to
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


def _what(request: Request[Any]) -> str:
    return f"{request.operation.name} of {request!r}"


def _failed(waiter: Waiter, request: Request[Any], seen: _Seen) -> WorkMailError:
    reason = getattr(seen.response, waiter.reason) if waiter.reason else None
    because = f": {reason}" if reason else ""
    return WaiterFailedError(
        f"wait_until_{waiter.name} ended with state {seen.state}{because} ({_what(request)})",
        waiter=waiter.name,
        state=seen.state,
        last_response=seen.response,
        reason=reason,
    )


def _late(
    waiter: Waiter,
    request: Request[Any],
    last: _Seen,
    trouble: WorkMailError | None,
    timeout: float,
) -> WorkMailError:
    progress = getattr(last.response, waiter.progress, None) if waiter.progress else None
    reached = f", {progress} %" if progress is not None else ""
    failed = f"; the last look failed: {trouble}" if trouble is not None else ""
    return WaiterTimeoutError(
        f"wait_until_{waiter.name} did not succeed within {timeout:g} seconds; last seen: "
        f"{last.state or 'no answer'}{reached}{failed} ({_what(request)}); nothing was cancelled, "
        "so it can be waited for again",
        waiter=waiter.name,
        state=last.state,
        last_response=last.response,
    )
