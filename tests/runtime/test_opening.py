"""A client opens itself at its first call: once, off the event loop, and again after a failure."""

import gc
import os
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import anyio
import anyio.to_thread
import pytest
from aiobotocore.config import AioConfig
from aiobotocore.httpxsession import HttpxSession
from aiobotocore.session import AioSession
from botocore.loaders import Loader

from tests.runtime.samples import ORGANIZATION, all_closed, describe, failure_of, user_answer
from tests.support.plugin import REGION
from tests.support.server import Answer, StubServer
from tests.support.wire import authorization
from workmail_async import WorkMailClient, errors, models

pytestmark = pytest.mark.anyio


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The threads that created an aiobotocore client."""
    create_client = AioSession.create_client
    threads: list[str] = []

    def note(session: AioSession, *arguments: Any, **options: Any) -> Any:
        threads.append(threading.current_thread().name)
        return create_client(session, *arguments, **options)

    monkeypatch.setattr(AioSession, "create_client", note)
    return threads


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Clients get stuck in opening until the test sets it."""
    event = threading.Event()
    user_agent = "workmail_async.runtime.opening._user_agent"
    monkeypatch.setattr(user_agent, lambda: str(event.wait(10)))
    return event


def test_a_new_client_has_opened_nothing(opened: list[str]) -> None:
    client = WorkMailClient(region=REGION)

    assert not client._connection.is_open
    assert opened == []


async def test_the_first_call_opens_the_client_in_a_worker_thread(
    server: StubServer, opened: list[str]
) -> None:
    server.respond = lambda _: user_answer()
    async with WorkMailClient(region=REGION, endpoint_url=server.url) as client:
        assert opened == []
        await describe(client)
        await describe(client)

    assert len(opened) == 1
    assert opened[0] != threading.current_thread().name


async def test_50_first_calls_at_the_same_time_open_one_client(
    server: StubServer, opened: list[str]
) -> None:
    server.respond = lambda _: user_answer()
    async with (
        WorkMailClient(region=REGION, endpoint_url=server.url) as client,
        anyio.create_task_group() as tasks,
    ):
        for number in range(50):
            tasks.start_soon(describe, client.with_options(timeout=60 + number))

    assert len(opened) == 1
    assert len(server.requests) == 50


async def test_a_client_that_could_not_open_opens_at_a_later_call(
    server: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.respond = lambda _: user_answer("u-1")
    async with WorkMailClient(endpoint_url=server.url) as client:
        await failure_of(client, errors.ConfigurationError)
        monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
        assert (await describe(client)).user_id == "u-1"


async def test_each_caller_gets_the_error_of_a_failed_opening(server: StubServer) -> None:
    async with (
        WorkMailClient(endpoint_url=server.url) as client,
        anyio.create_task_group() as tasks,
    ):
        for _ in range(5):
            tasks.start_soon(failure_of, client, errors.ConfigurationError)

    assert server.requests == []


async def test_the_others_open_the_client_when_its_opener_is_cancelled(
    server: StubServer, opened: list[str], gate: threading.Event
) -> None:
    server.respond = lambda _: user_answer()
    answers: list[models.DescribeUserResponse] = []
    opener = anyio.CancelScope()

    async def open_first() -> None:
        with opener:
            await describe(client)
            pytest.fail("the opener was not cancelled")

    async def call() -> None:
        answers.append(await describe(client))

    async with (
        WorkMailClient(region=REGION, endpoint_url=server.url) as client,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(open_first)
        await anyio.wait_all_tasks_blocked()
        for _ in range(5):
            tasks.start_soon(call)
        await anyio.wait_all_tasks_blocked()
        opener.cancel()
        gate.set()

    assert len(answers) == len(server.requests) == 5
    assert len(opened) == 2  # the abandoned one and the one that is used


async def test_calls_under_way_fail_when_the_client_is_closed_while_it_opens(
    server: StubServer, gate: threading.Event
) -> None:
    client = WorkMailClient(region=REGION, endpoint_url=server.url)
    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(failure_of, client, errors.ClientClosedError)
        await anyio.wait_all_tasks_blocked()
        await client.aclose()
        gate.set()

    assert server.requests == []


def test_a_client_belongs_to_the_loop_that_it_was_first_used_on(
    server: StubServer, anyio_backend: str
) -> None:
    server.respond = lambda _: user_answer()
    client = WorkMailClient(region=REGION, endpoint_url=server.url)

    async def use() -> None:
        await describe(client)

    async def use_elsewhere() -> None:
        error = await failure_of(client, errors.ConfigurationError)
        assert str(error) == (
            "this client was opened on another event loop: create a client on each loop; "
            "every asyncio.run() and anyio.run() starts a new one"
        )

    async def main() -> None:
        await use()
        await anyio.to_thread.run_sync(anyio.run, use_elsewhere)
        await client.aclose()

    anyio.run(main, backend=anyio_backend)


def test_clients_of_two_loops_do_not_meet(server: StubServer, anyio_backend: str) -> None:
    server.respond = lambda _: user_answer()

    async def use_one() -> None:
        async with WorkMailClient(region=REGION, endpoint_url=server.url) as client:
            await describe(client)

    async def use_one_in_a_thread() -> None:
        await anyio.to_thread.run_sync(anyio.run, use_one)

    async def main() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(use_one_in_a_thread)
            await use_one()

    anyio.run(main, backend=anyio_backend)
    assert len(server.requests) == 4


async def test_botocores_870_services_are_not_listed(
    server: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("listing all services takes most of the time of opening")

    for method in ("list_available_services", "list_api_versions", "determine_latest_version"):
        monkeypatch.setattr(Loader, method, refuse)
    server.respond = lambda _: user_answer()

    async with WorkMailClient(region=REGION, endpoint_url=server.url) as client:
        await describe(client)


async def test_an_existing_session_gives_credentials_and_settings(
    server: StubServer, anyio_backend: str
) -> None:
    session = AioSession()
    if anyio_backend == "trio":
        session.set_default_client_config(AioConfig(http_session_cls=HttpxSession))
    session.set_credentials("AKIDOFTHESESSION", "secret", "token")
    session.set_config_variable("region", "eu-west-1")
    server.respond = lambda _: user_answer()

    async with WorkMailClient(session=session, endpoint_url=server.url) as client:
        await describe(client)

    signed = authorization(server.last)
    assert signed.access_key == "AKIDOFTHESESSION"
    assert "eu-west-1" in signed.scope
    assert server.last.headers["X-Amz-Security-Token"] == "token"


async def test_a_session_can_be_shared(server: StubServer, anyio_backend: str) -> None:
    session = AioSession()
    if anyio_backend == "trio":
        session.set_default_client_config(AioConfig(http_session_cls=HttpxSession))
    server.respond = lambda _: user_answer()
    options: Any = {"session": session, "region": REGION, "endpoint_url": server.url}

    async with WorkMailClient(**options) as one, WorkMailClient(**options) as other:
        await describe(one)
        await describe(other)

    assert len(server.requests) == 2


async def test_a_configuration_is_honoured(server: StubServer, delays: list[float]) -> None:
    config = AioConfig(
        user_agent_extra="acme/1.0",
        retries={"mode": "adaptive", "max_attempts": 9},
        parameter_validation=True,
        max_pool_connections=3,
        region_name="eu-west-1",
    )
    server.respond = lambda _: Answer(status=500)

    async with WorkMailClient(config=config, endpoint_url=server.url) as client:
        error = await failure_of(client, errors.UnknownServiceError)
        transport: Any = client._connection._transport
        used = transport._client.meta.config

    assert "acme/1.0" in server.last.headers["User-Agent"]
    assert "eu-west-1" in authorization(server.last).scope
    assert used.max_pool_connections == 3
    assert error.attempts == 3  # a client of ours counts its attempts itself


# ---- What is left behind ----


@contextmanager
def nothing_left_behind() -> Generator[None]:
    """Checks that threads of ours, sockets and files are as many afterwards as before."""
    gc.collect()
    descriptors = set(os.listdir("/proc/self/fd"))
    threads = set(threading.enumerate())
    yield
    gc.collect()
    new = {name for name in os.listdir("/proc/self/fd") if name not in descriptors}
    sockets = [fd for fd in new if _is_socket(int(fd))]
    assert sockets == []
    more = {thread.name for thread in set(threading.enumerate()) - threads}
    pools = ("AnyIO worker thread", "asyncio_", "Trio thread", "trio", "Thread-")
    assert [name for name in more if not name.startswith(pools)] == []


def _is_socket(descriptor: int) -> bool:
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}").startswith("socket:")
    except FileNotFoundError:  # the listing's own
        return False


def running_tasks() -> set[int]:
    """The identities of the tasks of this event loop, which anyio lists in no order."""
    return {task.id for task in anyio.get_running_tasks()}


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts descriptors in /proc")
async def test_a_closed_client_leaves_nothing_behind(server: StubServer) -> None:
    server.respond = lambda _: user_answer()

    async def use_one() -> None:
        async with WorkMailClient(region=REGION, endpoint_url=server.url) as client:
            async with anyio.create_task_group() as tasks:
                for _ in range(5):
                    tasks.start_soon(describe, client)
            await client.list_users(organization_id=ORGANIZATION)
        await all_closed(server)

    await all_closed(server)
    await use_one()
    tasks_before = running_tasks()
    with nothing_left_behind():
        for _ in range(5):
            await use_one()
    assert running_tasks() == tasks_before


@pytest.mark.parametrize("enabled", [True, False], ids=["on", "off"])
async def test_garbage_collection_is_as_it_was(server: StubServer, enabled: bool) -> None:
    server.respond = lambda _: user_answer()
    was_enabled = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        async with WorkMailClient(region=REGION, endpoint_url=server.url) as client:
            await describe(client)
            assert gc.isenabled() is enabled
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if was_enabled else gc.disable)()


async def test_garbage_collection_is_as_it_was_after_a_failure(server: StubServer) -> None:
    frozen = gc.get_freeze_count()  # CPython 3.12 begins with some
    async with WorkMailClient(endpoint_url=server.url) as client:
        await failure_of(client, errors.ConfigurationError)

    assert gc.isenabled()
    assert gc.get_freeze_count() <= frozen


async def test_objects_frozen_for_a_fork_stay_frozen(server: StubServer) -> None:
    server.respond = lambda _: user_answer()
    gc.freeze()
    try:
        frozen = gc.get_freeze_count()
        async with WorkMailClient(region=REGION, endpoint_url=server.url) as client:
            await describe(client)
        assert gc.get_freeze_count() > frozen / 2  # some were given up meanwhile
    finally:
        gc.unfreeze()


def test_sockets_and_files_are_distinguished() -> None:
    with socket.socket() as made:
        assert _is_socket(made.fileno())
    assert not _is_socket(2**20)
