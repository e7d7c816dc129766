"""One of our clients and aiobotocore's own, with the same settings, on one stub server.

The event loop runs in a thread of its own, and tests stay ordinary functions. Hypothesis needs
that: it ends an example with an exception that no event loop survives when raised inside of it.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

import attrs
from aiobotocore.config import AioConfig
from aiobotocore.httpxsession import HttpxSession
from aiobotocore.session import AioSession
from anyio.from_thread import BlockingPortal, start_blocking_portal

from tests.support.plugin import REGION
from tests.support.server import Received, Reply, StubServer, running_stub_server

T = TypeVar("T")

_ATTEMPTS = 3  # our default


@attrs.frozen
class SideBySide:
    """Two open clients of one server.

    Attributes:
        server: The server.
        ours: Our client.
        theirs: aiobotocore's client.
        portal: The way to their event loop.
    """

    server: StubServer
    ours: Any
    theirs: Any
    portal: BlockingPortal

    def prepare(self, *replies: Reply) -> None:
        """Queues these replies, and forgets what was received."""
        self.server.reset()
        self.server.enqueue(*replies)

    def run(self, function: Callable[..., Awaitable[T]], *arguments: Any) -> T:
        """Runs an async function on the clients' event loop."""
        return self.portal.call(function, *arguments)

    @property
    def sent(self) -> list[Received]:
        """The requests since `prepare`."""
        return self.server.requests


@contextmanager
def side_by_side(service: str, client_class: Any, *, backend: str) -> Generator[SideBySide]:
    """Opens both clients.

    Args:
        service: botocore's name of the service.
        client_class: Our class of client for it.
        backend: The event loop, `asyncio` or `trio`.
    """
    with running_stub_server() as server, start_blocking_portal(backend) as portal:
        opened = _open(service, client_class, backend, server.url)
        with portal.wrap_async_context_manager(opened) as (ours, theirs):
            yield SideBySide(server, ours, theirs, portal)


@asynccontextmanager
async def _open(
    service: str, client_class: Any, backend: str, url: str
) -> AsyncGenerator[tuple[Any, Any]]:
    options: dict[str, Any] = {"http_session_cls": HttpxSession} if backend == "trio" else {}
    config = AioConfig(retries={"mode": "standard", "total_max_attempts": _ATTEMPTS}, **options)
    session = AioSession()
    session.set_default_client_config(config)
    async with (
        client_class(region=REGION, endpoint_url=url) as ours,
        session.create_client(service, REGION, endpoint_url=url) as theirs,
    ):
        yield ours, theirs
