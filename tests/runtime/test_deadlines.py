"""The time limit of a call holds over opening, all attempts and the waits between them."""

import threading
from collections.abc import Awaitable, Callable

import anyio
import anyio.to_thread
import pytest

from tests.runtime.samples import OPERATION, describe, failure_of, user_answer
from tests.support.plugin import REGION
from tests.support.server import Answer, StubServer, json_answer
from workmail_async import WorkMailClient, errors

pytestmark = pytest.mark.anyio

SOON = 0.05  # seconds


@pytest.fixture
def gate() -> threading.Event:
    """Answers behind it come when the test sets it, or when the server closes."""
    return threading.Event()


class Deadline:
    """A time limit that the test lets run out.

    Attributes:
        asked: The limits of the calls, in seconds.
    """

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._scope = anyio.CancelScope()

    def move_on_after(self, seconds: float) -> anyio.CancelScope:
        """What anyio's function of that name gives, but for the clock."""
        self.asked.append(seconds)
        return self._scope

    async def overtakes(
        self, client: WorkMailClient, moment: Callable[[], Awaitable[object]]
    ) -> errors.RequestTimeoutError:
        """Makes a call whose time runs out at a moment."""
        caught: list[errors.RequestTimeoutError] = []

        async def call() -> None:
            caught.append(await failure_of(client, errors.RequestTimeoutError))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(call)
            await moment()
            self._scope.cancel()
        return caught[0]


@pytest.fixture
def deadline(monkeypatch: pytest.MonkeyPatch) -> Deadline:
    """The time limit of the call that the test makes."""
    limit = Deadline()
    monkeypatch.setattr("anyio.move_on_after", limit.move_on_after)
    return limit


def requests(server: StubServer, count: int) -> Callable[[], Awaitable[object]]:
    """The moment at which so many requests have arrived."""
    return lambda: anyio.to_thread.run_sync(server.wait_for, lambda: len(server.requests) == count)


async def test_an_answer_that_does_not_come_in_time_is_a_timeout_error(
    client: WorkMailClient, server: StubServer, gate: threading.Event, deadline: Deadline
) -> None:
    server.respond = lambda _: json_answer({}, gate=gate)

    error = await deadline.overtakes(client.with_options(timeout=1.5), requests(server, 1))
    gate.set()

    assert deadline.asked == [1.5]
    assert isinstance(error, TimeoutError)
    assert str(error) == f"{OPERATION}: no answer within 1.5 seconds"
    assert (error.operation, error.attempts, error.retryable) == (OPERATION, 1, True)


async def test_the_limit_is_kept_by_the_loops_own_clock(
    client: WorkMailClient, server: StubServer, gate: threading.Event
) -> None:
    server.respond = lambda _: json_answer({}, gate=gate)

    await failure_of(client.with_options(timeout=SOON), errors.RequestTimeoutError)
    gate.set()


async def test_the_limit_holds_over_all_attempts(
    client: WorkMailClient,
    server: StubServer,
    gate: threading.Event,
    deadline: Deadline,
    delays: list[float],
) -> None:
    server.enqueue(Answer(status=500), Answer(status=500), json_answer({}, gate=gate))

    error = await deadline.overtakes(client.with_options(timeout=9), requests(server, 3))
    gate.set()

    assert deadline.asked == [9]
    assert error.attempts == len(server.requests) == 3
    assert str(error) == f"{OPERATION}: no answer within 9 seconds (3 attempts)"


async def test_the_limit_holds_while_a_retry_is_waited_for(
    client: WorkMailClient, server: StubServer, deadline: Deadline, endless_backoff: anyio.Event
) -> None:
    server.enqueue(Answer(status=500))

    error = await deadline.overtakes(client.with_options(timeout=9), endless_backoff.wait)

    assert (error.attempts, len(server.requests)) == (1, 1)


async def test_the_limit_holds_while_the_client_opens(
    server: StubServer, monkeypatch: pytest.MonkeyPatch, gate: threading.Event
) -> None:
    def wait(*_: object) -> None:
        gate.wait(10)

    monkeypatch.setattr("workmail_async.runtime.opening._user_agent", wait)
    server.respond = lambda _: user_answer()
    async with WorkMailClient(region=REGION, endpoint_url=server.url, timeout=SOON) as client:
        error = await failure_of(client, errors.RequestTimeoutError)
        gate.set()
        assert (error.attempts, server.requests) == (0, [])

        monkeypatch.undo()
        assert (await describe(client.with_options(timeout=None))).user_id == "u-1"


async def test_an_answer_in_time_is_an_answer(client: WorkMailClient, server: StubServer) -> None:
    server.enqueue(user_answer("u-4"), user_answer("u-5"))

    assert (await describe(client.with_options(timeout=60))).user_id == "u-4"
    assert (await describe(client.with_options(timeout=float("inf")))).user_id == "u-5"


async def test_no_limit_is_no_limit(
    client: WorkMailClient, server: StubServer, deadline: Deadline
) -> None:
    server.enqueue(user_answer())

    await describe(client)

    assert deadline.asked == []


async def test_the_client_is_as_good_as_before(
    client: WorkMailClient, server: StubServer, gate: threading.Event, deadline: Deadline
) -> None:
    server.enqueue(json_answer({"UserId": "late"}, gate=gate), user_answer("u-6"))

    await deadline.overtakes(client.with_options(timeout=9), requests(server, 1))

    assert (await describe(client)).user_id == "u-6"
    gate.set()


async def test_a_limit_around_the_call_is_the_callers_own(
    client: WorkMailClient, server: StubServer, gate: threading.Event
) -> None:
    """Cancellation comes out as it went in, and is no error of ours."""
    server.respond = lambda _: json_answer({}, gate=gate)

    with anyio.move_on_after(SOON) as scope:
        await describe(client.with_options(timeout=60))
    gate.set()

    assert scope.cancelled_caught


async def test_the_shorter_of_two_limits_counts(
    client: WorkMailClient, server: StubServer, gate: threading.Event
) -> None:
    server.respond = lambda _: json_answer({}, gate=gate)

    with anyio.fail_after(60):
        await failure_of(client.with_options(timeout=SOON), errors.RequestTimeoutError)
    gate.set()


async def test_each_call_has_a_limit_of_its_own(
    client: WorkMailClient, server: StubServer, gate: threading.Event
) -> None:
    server.respond = lambda _: json_answer({"UserId": "u-8"}, gate=gate)
    answers: list[str | None] = []

    async def call_at_leisure() -> None:
        answers.append((await describe(client)).user_id)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(call_at_leisure)
        await requests(server, 1)()
        await failure_of(client.with_options(timeout=SOON), errors.RequestTimeoutError)
        gate.set()

    assert answers == ["u-8"]
