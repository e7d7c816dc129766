"""Closing a client ends its calls too; closing a view of it does nothing."""

import threading
from typing import Any

import anyio
import anyio.to_thread
import pytest

from tests.runtime.samples import ORGANIZATION, all_closed, describe, failure_of, user_answer
from tests.support.plugin import REGION
from tests.support.server import Answer, StubServer, error_answer, json_answer
from workmail_async import WorkMailClient, errors

pytestmark = pytest.mark.anyio


@pytest.fixture
def fresh(server: StubServer) -> WorkMailClient:
    """A client that the test closes."""
    return WorkMailClient(region=REGION, endpoint_url=server.url)


async def test_a_closed_client_says_so(fresh: WorkMailClient, server: StubServer) -> None:
    server.respond = lambda _: user_answer()
    async with fresh:
        await describe(fresh)

    error = await failure_of(fresh, errors.ClientClosedError)

    assert str(error) == "this client is closed: create a new one, or keep this one open for longer"
    assert len(server.requests) == 1


async def test_a_client_that_was_never_used_closes_too(fresh: WorkMailClient) -> None:
    async with fresh:
        pass

    await failure_of(fresh, errors.ClientClosedError)


async def test_closing_twice_does_no_harm(fresh: WorkMailClient, server: StubServer) -> None:
    server.respond = lambda _: user_answer()
    async with fresh:
        await describe(fresh)
        await fresh.aclose()
    await fresh.aclose()


async def test_the_connections_are_closed(fresh: WorkMailClient, server: StubServer) -> None:
    server.respond = lambda _: user_answer()
    await all_closed(server)
    async with fresh:
        await describe(fresh)
        assert server.open_connections == 1

    await all_closed(server)


async def test_an_error_in_the_block_comes_out_of_it(
    fresh: WorkMailClient, server: StubServer
) -> None:
    server.respond = lambda _: error_answer("EntityNotFoundException")

    with pytest.raises(errors.EntityNotFoundException):
        async with fresh:
            await describe(fresh)

    await failure_of(fresh, errors.ClientClosedError)


async def test_a_client_is_closed_in_a_cancelled_task_too(
    fresh: WorkMailClient, server: StubServer
) -> None:
    server.respond = lambda _: user_answer()
    await all_closed(server)

    with anyio.CancelScope() as scope:
        async with fresh:
            await describe(fresh)
            scope.cancel()
            await anyio.sleep_forever()

    await all_closed(server)
    await failure_of(fresh, errors.ClientClosedError)


async def test_a_call_under_way_fails_when_the_client_is_closed(
    fresh: WorkMailClient, server: StubServer, delays: list[float]
) -> None:
    release = threading.Event()
    server.respond = lambda _: json_answer({}, gate=release)
    before = server.connections

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(failure_of, fresh, errors.ClientClosedError)
        await anyio.to_thread.run_sync(server.wait_for, lambda: len(server.requests) == 1)
        await fresh.aclose()
        release.set()

    assert len(server.requests) == 1
    assert server.connections == before + 1  # no new connection for another attempt


async def test_the_last_attempt_under_way_fails_as_any_other(
    fresh: WorkMailClient, server: StubServer
) -> None:
    release = threading.Event()
    server.respond = lambda _: json_answer({}, gate=release)

    async with anyio.create_task_group() as tasks:
        once = fresh.with_options(max_attempts=1)
        tasks.start_soon(failure_of, once, errors.ClientClosedError)
        await anyio.to_thread.run_sync(server.wait_for, lambda: len(server.requests) == 1)
        await fresh.aclose()
        release.set()


async def test_no_retry_follows_when_the_client_is_closed_before(
    fresh: WorkMailClient, server: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, closed = anyio.Event(), anyio.Event()

    async def wait_until_closed(seconds: float) -> None:
        waiting.set()
        await closed.wait()

    monkeypatch.setattr("workmail_async.runtime.transport.sleep", wait_until_closed)
    server.respond = lambda _: Answer(status=500)
    before = server.connections

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(failure_of, fresh, errors.ClientClosedError)
        await waiting.wait()
        await fresh.aclose()
        closed.set()

    assert len(server.requests) == 1
    assert server.connections == before + 1


async def test_an_error_that_was_answered_stays_what_it_is(
    fresh: WorkMailClient, server: StubServer
) -> None:
    """Closing hides nothing that the service said."""
    release = threading.Event()
    refusal = json_answer({"__type": "EntityNotFoundException"}, status=400, gate=release)
    server.enqueue(user_answer(), refusal)

    await describe(fresh)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(failure_of, fresh, errors.EntityNotFoundException)
        await anyio.to_thread.run_sync(server.wait_for, lambda: len(server.requests) == 2)
        transport: Any = fresh._connection._transport
        transport._closed = True  # closing has begun, and the answer is here
        release.set()
    await fresh.aclose()


async def test_a_view_with_other_options_shares_the_connection(
    fresh: WorkMailClient, server: StubServer
) -> None:
    server.respond = lambda _: user_answer()
    before = server.connections

    async with fresh:
        other = fresh.with_options(timeout=60)
        await describe(other)
        await describe(fresh)
        await describe(other.organization(ORGANIZATION).client)

    assert server.connections == before + 1
    await failure_of(other, errors.ClientClosedError)


async def test_a_view_with_other_options_closes_nothing(
    fresh: WorkMailClient, server: StubServer
) -> None:
    server.respond = lambda _: user_answer()
    async with fresh:
        async with fresh.with_options(timeout=60) as other:
            await describe(other)
        await other.aclose()
        await describe(fresh)

    assert len(server.requests) == 2
