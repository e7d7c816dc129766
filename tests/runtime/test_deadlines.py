"""The time limit of a call holds over opening, all attempts and the waits between them."""

import threading

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


async def test_an_answer_that_does_not_come_in_time_is_a_timeout_error(
    client: WorkMailClient, server: StubServer, gate: threading.Event
) -> None:
    server.respond = lambda _: json_answer({}, gate=gate)

    error = await failure_of(client.with_options(timeout=SOON), errors.RequestTimeoutError)
    gate.set()

    assert isinstance(error, TimeoutError)
    assert str(error) == f"{OPERATION}: no answer within 0.05 seconds"
    assert (error.operation, error.attempts, error.retryable) == (OPERATION, 1, True)


async def test_the_limit_holds_over_all_attempts(
    client: WorkMailClient, server: StubServer, gate: threading.Event, delays: list[float]
) -> None:
    server.enqueue(Answer(status=500), Answer(status=500), json_answer({}, gate=gate))

    error = await failure_of(client.with_options(timeout=0.5), errors.RequestTimeoutError)
    gate.set()

    assert error.attempts == len(server.requests) == 3
    assert str(error).endswith("(3 attempts)")


async def test_the_limit_holds_while_a_retry_is_waited_for(
    client: WorkMailClient, server: StubServer, endless_backoff: anyio.Event
) -> None:
    server.enqueue(Answer(status=500))

    error = await failure_of(client.with_options(timeout=SOON), errors.RequestTimeoutError)

    assert endless_backoff.is_set()
    assert (error.attempts, len(server.requests)) == (1, 1)


async def test_the_limit_holds_while_the_client_opens(
    server: StubServer, monkeypatch: pytest.MonkeyPatch, gate: threading.Event
) -> None:
    def find_spec_slowly(*_: object) -> None:
        gate.wait(10)

    monkeypatch.setattr("workmail_async.runtime.opening._user_agent", find_spec_slowly)
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


async def test_the_client_is_as_good_as_before(
    client: WorkMailClient, server: StubServer, gate: threading.Event
) -> None:
    server.enqueue(json_answer({"UserId": "late"}, gate=gate), user_answer("u-6"))

    await failure_of(client.with_options(timeout=SOON), errors.RequestTimeoutError)

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
        await anyio.to_thread.run_sync(server.wait_for, lambda: len(server.requests) == 1)
        await failure_of(client.with_options(timeout=SOON), errors.RequestTimeoutError)
        gate.set()

    assert answers == ["u-8"]
