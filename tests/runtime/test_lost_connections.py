"""Errors on the way to the service have a class, a cause and a hint where to look."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from aiobotocore.config import AioConfig
from botocore.exceptions import (
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)

from tests.runtime.samples import OPERATION, describe, failure_of, user_answer
from tests.support.plugin import REGION
from tests.support.server import HOST, HangUp, StubServer, json_answer
from workmail_async import WorkMailClient, errors

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("delays")]


@pytest.fixture
def unused_address() -> Iterator[str]:
    """An address on which nothing listens, and nothing else can."""
    with closing(socket.socket()) as bound:
        bound.bind((HOST, 0))
        yield f"{HOST}:{bound.getsockname()[1]}"


@pytest.fixture
def no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only addresses in numbers are found."""
    look_up = socket.getaddrinfo

    def numbers_alone(host: Any, *arguments: Any, **options: Any) -> Any:
        if host in (HOST, HOST.encode()):
            return look_up(host, *arguments, **options)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", numbers_alone)


@pytest.mark.parametrize("read_request", [True, False], ids=["after", "before"])
async def test_a_connection_closed_around_the_request_is_tried_again(
    client: WorkMailClient, server: StubServer, read_request: bool
) -> None:
    server.enqueue(*[HangUp(read_request)] * 2, user_answer("u-9"))

    answer = await describe(client)

    assert (answer.user_id, answer.response_metadata.attempts) == ("u-9", 3)


@pytest.mark.parametrize("read_request", [True, False], ids=["after", "before"])
async def test_a_connection_closed_each_time_is_a_transport_error(
    client: WorkMailClient, server: StubServer, read_request: bool
) -> None:
    server.enqueue(*[HangUp(read_request)] * 3)

    error = await failure_of(client, errors.TransportError)

    assert (error.operation, error.attempts, error.retryable) == (OPERATION, 3, True)
    assert str(error).startswith(f"{OPERATION}: the connection to ")
    assert str(error).endswith("may or may not have acted on the request (3 attempts)")
    assert isinstance(error.__cause__, (EndpointConnectionError, HTTPClientError))


async def test_a_connection_that_the_service_gave_up_meanwhile_does_no_harm(
    client: WorkMailClient, server: StubServer
) -> None:
    server.enqueue(json_answer({}, close=True), user_answer("u-2"))

    await describe(client)

    assert (await describe(client)).user_id == "u-2"


async def test_an_address_without_a_server_is_a_connect_error(unused_address: str) -> None:
    url = f"http://{unused_address}"
    async with WorkMailClient(region=REGION, endpoint_url=url) as client:
        error = await failure_of(client, errors.ConnectError)

    assert (error.operation, error.attempts, error.retryable) == (OPERATION, 3, True)
    assert str(error).startswith(f"{OPERATION}: cannot connect to {url}/: ")
    assert str(error).endswith("; check endpoint_url and your connection (3 attempts)")
    assert isinstance(error.__cause__, EndpointConnectionError)


@pytest.mark.usefixtures("no_names")
async def test_a_name_without_address_is_a_connect_error() -> None:
    async with WorkMailClient(region=REGION, endpoint_url="http://nowhere.example") as client:
        error = await failure_of(client, errors.ConnectError)

    assert "cannot connect to http://nowhere.example/" in str(error)
    assert "Name or service not known" in str(error)


@pytest.mark.usefixtures("no_names")
@pytest.mark.parametrize(
    ("region", "hint"),
    [
        (
            "us-nowhere-1",
            "check region (Amazon WorkMail runs in us-east-1, us-west-2, eu-west-1) and",
        ),
        ("eu-west-1", "check region and"),
    ],
)
async def test_a_region_without_the_service_is_a_connect_error_that_lists_the_regions(
    region: str, hint: str
) -> None:
    async with WorkMailClient(region=region) as client:
        error = await failure_of(client, errors.ConnectError)

    assert f"cannot connect to https://workmail.{region}.amazonaws.com/" in str(error)
    assert hint in str(error)


async def test_tls_with_a_server_that_speaks_none_is_a_connect_error(server: StubServer) -> None:
    url = server.url.replace("http:", "https:")
    async with WorkMailClient(region=REGION, endpoint_url=url) as client:
        error = await failure_of(client, errors.ConnectError)

    assert f"no TLS connection to {url}/" in str(error)
    assert "WRONG_VERSION_NUMBER" in str(error)
    assert "check endpoint_url and the certificates" in str(error)
    assert isinstance(error.__cause__, SSLError)


async def test_no_answer_within_the_read_timeout_is_a_timeout_error(server: StubServer) -> None:
    never = threading.Event()
    server.respond = lambda _: json_answer({}, gate=never)
    config = AioConfig(read_timeout=0.05)
    async with WorkMailClient(region=REGION, endpoint_url=server.url, config=config) as client:
        error = await failure_of(client, errors.RequestTimeoutError)
    never.set()

    assert isinstance(error, TimeoutError)
    assert (error.operation, error.attempts, error.retryable) == (OPERATION, 3, True)
    assert "did not answer within the read timeout" in str(error)
    assert isinstance(error.__cause__, ReadTimeoutError)


@pytest.mark.parametrize("anyio_backend", ["trio"])  # aiohttp has no such limit
async def test_a_turn_in_the_pool_that_never_comes_is_a_timeout_error(server: StubServer) -> None:
    release = threading.Event()
    server.respond = lambda _: json_answer({}, gate=release)
    config = AioConfig(max_pool_connections=1, connector_args={"pool_timeout": 0.01})
    async with (
        WorkMailClient(region=REGION, endpoint_url=server.url, config=config) as client,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(describe, client)
        await anyio.to_thread.run_sync(server.wait_for, lambda: len(server.requests) == 1)
        error = await failure_of(client, errors.RequestTimeoutError)
        assert "no connection to" in str(error)
        assert isinstance(error.__cause__, ConnectTimeoutError)
        release.set()


async def test_more_calls_than_connections_wait_for_their_turn(server: StubServer) -> None:
    server.respond = lambda _: user_answer()
    config = AioConfig(max_pool_connections=2)
    async with WorkMailClient(region=REGION, endpoint_url=server.url, config=config) as client:
        await describe(client)
        opened = server.connections
        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(describe, client)

        transport: Any = client._connection._transport
        timeout = transport._client._endpoint.http_session._timeout
    assert len(server.requests) == 21
    assert server.connections - opened <= 1
    assert getattr(timeout, "pool", None) is None  # httpx has such a limit, aiohttp has none


async def test_a_proxy_that_does_not_answer_is_a_connect_error_without_its_password(
    monkeypatch: pytest.MonkeyPatch, unused_address: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://ana:hunter-2@{unused_address}")
    async with WorkMailClient(region=REGION, endpoint_url="http://workmail.example") as client:
        error = await failure_of(client, errors.ConnectError)

    assert "cannot connect to the proxy " in str(error)
    assert unused_address in str(error)
    assert "hunter-2" not in str(error)
    assert isinstance(error.__cause__, ProxyConnectionError)


async def test_a_proxy_is_used(monkeypatch: pytest.MonkeyPatch, server: StubServer) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    server.enqueue(user_answer("u-7"))
    async with WorkMailClient(region=REGION, endpoint_url="http://workmail.example") as client:
        assert (await describe(client)).user_id == "u-7"

    assert server.last.target == "http://workmail.example/"


async def test_certificates_that_are_not_there_are_a_configuration_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: StubServer
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "missing.pem"))
    async with WorkMailClient(region=REGION, endpoint_url=server.url) as client:
        error = await failure_of(client, errors.ConfigurationError)

    assert "a file or a program that cannot be used" in str(error)
