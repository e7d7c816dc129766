"""A server and a client for a whole file, and retries that take no time."""

from collections.abc import AsyncIterator, Iterator

import anyio
import anyio.lowlevel
import pytest

from tests.support.plugin import REGION
from tests.support.server import StubServer, json_answer, running_stub_server
from workmail_async import MessageFlowClient, WorkMailClient


@pytest.fixture(scope="module")
def files_server() -> Iterator[StubServer]:
    """One server for all tests of a file; ask for `server`."""
    with running_stub_server() as running:
        yield running


@pytest.fixture(scope="module")
async def files_client(
    anyio_backend: object, files_server: StubServer
) -> AsyncIterator[WorkMailClient]:
    """One client for all tests of a file and an event loop, open already; ask for `client`."""
    async with WorkMailClient(region=REGION, endpoint_url=files_server.url) as opened:
        files_server.enqueue(json_answer({}))
        await opened.list_organizations()
        yield opened


@pytest.fixture(scope="module")
async def files_message_flow(
    anyio_backend: object, files_server: StubServer
) -> AsyncIterator[MessageFlowClient]:
    """One Message Flow client for all tests of a file; ask for `message_flow`."""
    async with MessageFlowClient(region=REGION, endpoint_url=files_server.url) as opened:
        yield opened


@pytest.fixture
def server(files_server: StubServer) -> StubServer:
    """The file's server, with nothing received and nothing prepared."""
    files_server.reset()
    return files_server


@pytest.fixture
def client(server: StubServer, files_client: WorkMailClient) -> WorkMailClient:
    """The file's client of `server`, with every setting at its default."""
    return files_client


@pytest.fixture
def message_flow(server: StubServer, files_message_flow: MessageFlowClient) -> MessageFlowClient:
    """The file's Message Flow client of `server`."""
    return files_message_flow


@pytest.fixture
def delays(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Retries come at once; this lists the seconds that each would have waited."""
    waited: list[float] = []

    async def note(seconds: float) -> None:
        waited.append(seconds)
        await anyio.lowlevel.checkpoint()

    monkeypatch.setattr("workmail_async.runtime.transport.sleep", note)
    return waited


@pytest.fixture
def endless_backoff(monkeypatch: pytest.MonkeyPatch) -> anyio.Event:
    """The wait before a retry never ends; the event is set when it starts."""
    begun = anyio.Event()

    async def wait(seconds: float) -> None:
        begun.set()
        await anyio.sleep_forever()

    monkeypatch.setattr("workmail_async.runtime.transport.sleep", wait)
    return begun
