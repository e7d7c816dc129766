"""Observers see every call from its start to its end, and cannot break one."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import anyio.to_thread
import pytest

from tests.runtime.samples import OPERATION, ORGANIZATION, describe, failure_of, user_answer
from tests.support.plugin import REGION
from tests.support.server import (
    REQUEST_ID,
    Answer,
    HangUp,
    StubServer,
    error_answer,
    json_answer,
)
from workmail_async import WorkMailClient, errors, models
from workmail_async.observers import Attempt, Call, LoggingObserver, Observer

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("delays")]


class Recorder(Observer):
    """Keeps what it sees."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.calls: list[Call] = []
        self.attempts: list[Attempt] = []
        self.ends: list[BaseException | None] = []

    def before_call(self, call: Call) -> None:
        """Keeps the call."""
        self.events.append("before")
        self.calls.append(call)

    def after_attempt(self, call: Call, attempt: Attempt) -> None:
        """Keeps the attempt."""
        assert call in self.calls
        self.events.append(f"attempt {attempt.number}")
        self.attempts.append(attempt)

    def after_call(self, call: Call, error: BaseException | None) -> None:
        """Keeps the end."""
        assert call in self.calls
        self.events.append("after")
        self.ends.append(error)


@pytest.fixture
def recorder() -> Recorder:
    """What was seen."""
    return Recorder()


@pytest.fixture
def watched(server: StubServer, recorder: Recorder) -> WorkMailClient:
    """A client that is watched; the test closes it."""
    return WorkMailClient(region=REGION, endpoint_url=server.url, observers=[recorder])


async def test_a_success_is_seen_in_order(
    watched: WorkMailClient, server: StubServer, recorder: Recorder
) -> None:
    server.enqueue(user_answer())
    async with watched:
        await describe(watched)

    assert recorder.events == ["before", "attempt 1", "after"]
    (call,) = recorder.calls
    assert call.operation.name == OPERATION
    assert isinstance(call.request, models.DescribeUserRequest)
    assert (call.max_attempts, call.attempts) == (3, 1)
    assert (call.http_status, call.request_id) == (200, REQUEST_ID)
    assert call.elapsed > 0
    assert recorder.attempts == [Attempt(1, 200, None)]
    assert recorder.ends == [None]


async def test_every_attempt_is_seen(
    watched: WorkMailClient, server: StubServer, recorder: Recorder, anyio_backend: str
) -> None:
    server.enqueue(error_answer("ThrottlingException"), HangUp(), user_answer())
    async with watched:
        await describe(watched)

    lost = "ConnectionClosedError" if anyio_backend == "asyncio" else "HTTPClientError"
    assert recorder.events == ["before", "attempt 1", "attempt 2", "attempt 3", "after"]
    assert recorder.attempts == [
        Attempt(1, 400, "ThrottlingException"),
        Attempt(2, None, lost),
        Attempt(3, 200, None),
    ]


async def test_a_failure_is_seen_as_the_error_that_is_raised(
    watched: WorkMailClient, server: StubServer, recorder: Recorder
) -> None:
    server.enqueue(error_answer("EntityNotFoundException"))
    async with watched:
        error = await failure_of(watched, errors.EntityNotFoundException)

    assert recorder.ends == [error]
    assert recorder.attempts == [Attempt(1, 400, "EntityNotFoundException")]


async def test_an_answer_that_cannot_be_read_is_seen_as_a_failure(
    watched: WorkMailClient, server: StubServer, recorder: Recorder
) -> None:
    server.enqueue(json_answer([]))
    async with watched:
        error = await failure_of(watched, errors.InvalidResponseError)

    assert recorder.attempts == [Attempt(1, 200, None)]
    assert recorder.ends == [error]


async def test_a_failure_to_open_is_seen_without_an_attempt(recorder: Recorder) -> None:
    async with WorkMailClient(observers=[recorder]) as client:
        error = await failure_of(client, errors.ConfigurationError)

    assert recorder.events == ["before", "after"]
    assert recorder.ends == [error]


async def test_what_is_refused_before_it_is_sent_is_no_call(
    watched: WorkMailClient, recorder: Recorder
) -> None:
    async with watched:
        with pytest.raises(errors.RequestValidationError):
            await watched.describe_organization(organization_id="")

    assert recorder.events == []


async def test_a_cancelled_call_is_seen_to_its_end(
    watched: WorkMailClient, server: StubServer, recorder: Recorder
) -> None:
    server.enqueue(user_answer(), json_answer({}, delay=30))
    async with watched:
        await describe(watched)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(describe, watched)
            await anyio.to_thread.run_sync(server.wait_for, lambda: len(server.requests) == 2)
            tasks.cancel_scope.cancel()

    assert recorder.events[3:] == ["before", "after"]
    assert isinstance(recorder.ends[1], anyio.get_cancelled_exc_class())


async def test_a_call_that_runs_into_its_deadline_is_seen_to_its_end(
    watched: WorkMailClient, server: StubServer, recorder: Recorder
) -> None:
    server.enqueue(user_answer(), json_answer({}, delay=30))
    async with watched:
        await describe(watched)
        error = await failure_of(watched.with_options(timeout=0.05), errors.RequestTimeoutError)

    assert recorder.ends[1] is error


async def test_the_request_that_is_seen_holds_the_token_that_was_filled_in(
    watched: WorkMailClient, server: StubServer, recorder: Recorder
) -> None:
    server.enqueue(json_answer({}))
    async with watched:
        await watched.create_organization(alias="acme")

    (call,) = recorder.calls
    assert isinstance(call.request, models.CreateOrganizationRequest)
    assert call.request.client_token == server.last.json()["ClientToken"]


async def test_calls_at_the_same_time_are_kept_apart(
    watched: WorkMailClient, server: StubServer, recorder: Recorder
) -> None:
    server.respond = lambda _: user_answer()
    async with watched, anyio.create_task_group() as tasks:
        for _ in range(10):
            tasks.start_soon(describe, watched)

    assert len(set(recorder.calls)) == 10
    assert [call.attempts for call in recorder.calls] == [1] * 10
    assert recorder.events.count("after") == 10


async def test_each_page_of_a_list_is_a_call(
    watched: WorkMailClient, server: StubServer, recorder: Recorder
) -> None:
    server.enqueue(json_answer({"Users": [], "NextToken": "t"}), json_answer({"Users": []}))
    async with watched:
        await watched.list_users(organization_id=ORGANIZATION).collect()

    assert [call.operation.name for call in recorder.calls] == ["ListUsers", "ListUsers"]


class Broken(Observer):
    """Fails at everything."""

    def before_call(self, call: Call) -> None:
        """Fails."""
        raise ZeroDivisionError("before")

    def after_attempt(self, call: Call, attempt: Attempt) -> None:
        """Fails."""
        raise ZeroDivisionError("attempt")

    def after_call(self, call: Call, error: BaseException | None) -> None:
        """Fails."""
        raise ZeroDivisionError("after")


async def test_an_observer_that_fails_breaks_neither_the_call_nor_the_next_observer(
    server: StubServer, recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    server.enqueue(user_answer("u-2"), error_answer("EntityNotFoundException"))
    observers = [Broken(), recorder]
    async with WorkMailClient(
        region=REGION, endpoint_url=server.url, observers=observers
    ) as client:
        assert (await describe(client)).user_id == "u-2"
        await failure_of(client, errors.EntityNotFoundException)

    assert recorder.events == ["before", "attempt 1", "after"] * 2
    logged = [record for record in caplog.records if record.name == "workmail_async.observers"]
    assert [record.getMessage() for record in logged] == ["observer Broken failed"] * 6
    assert all(record.exc_info for record in logged)


async def test_the_base_of_observers_looks_on(server: StubServer) -> None:
    server.enqueue(user_answer())
    async with WorkMailClient(
        region=REGION, endpoint_url=server.url, observers=iter([Observer()])
    ) as client:
        await describe(client.with_options(timeout=60))


# ---- Logs ----

Lines = Callable[[], list[str]]


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[Lines]:
    """The log of calls, without the milliseconds."""
    with caplog.at_level(logging.DEBUG, logger="workmail_async"):
        yield lambda: [
            " ".join(word for word in record.getMessage().split() if not word.isdigit())
            for record in caplog.records
            if record.name == "workmail_async.calls"
        ]


async def test_a_call_is_one_line(client: WorkMailClient, server: StubServer, lines: Lines) -> None:
    server.enqueue(user_answer())

    await describe(client)

    assert lines() == [f"DescribeUser ok in ms (attempts 1, HTTP 200, request {REQUEST_ID})"]


async def test_a_failure_is_two_lines(
    client: WorkMailClient, server: StubServer, lines: Lines
) -> None:
    server.enqueue(error_answer("EntityNotFoundException"))

    await failure_of(client, errors.EntityNotFoundException)

    assert lines() == [
        "DescribeUser attempt of failed: EntityNotFoundException",
        (
            "DescribeUser EntityNotFoundException in ms "
            f"(attempts 1, HTTP 400, request {REQUEST_ID})"
        ),
    ]


async def test_a_lost_connection_is_logged_without_a_status(
    client: WorkMailClient, server: StubServer, lines: Lines
) -> None:
    server.enqueue(HangUp())

    await failure_of(client.with_options(max_attempts=1), errors.TransportError)

    assert lines()[-1] == "DescribeUser TransportError in ms (attempts 1, HTTP None, request None)"


async def test_a_client_says_nothing_unless_it_is_asked(
    client: WorkMailClient, server: StubServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.enqueue(Answer(status=500), user_answer())
    with caplog.at_level(logging.INFO):
        await describe(client)

    assert [record for record in caplog.records if record.name.startswith("workmail_async")] == []


def test_each_client_writes_logs() -> None:
    observers: Any = WorkMailClient()._observers

    assert [type(observer) for observer in observers] == [LoggingObserver]
