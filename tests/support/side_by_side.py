"""One of our clients and aiobotocore's own, with the same settings, on one stub server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import attrs
from aiobotocore.config import AioConfig
from aiobotocore.httpxsession import HttpxSession
from aiobotocore.session import AioSession

from tests.support.plugin import REGION
from tests.support.server import Received, Reply, StubServer, running_stub_server

_ATTEMPTS = 3  # our default


@attrs.frozen
class SideBySide:
    """Two clients of one server.

    Attributes:
        server: The server.
        ours: Our client.
        theirs: aiobotocore's client.
    """

    server: StubServer
    ours: Any
    theirs: Any

    def prepare(self, *replies: Reply) -> None:
        """Makes these the replies to come, and forgets the past."""
        self.server.reset()
        self.server.enqueue(*replies)

    @property
    def sent(self) -> list[Received]:
        """The requests since `prepare`."""
        return self.server.requests


@asynccontextmanager
async def side_by_side(
    service: str, client_class: Any, *, backend: str
) -> AsyncIterator[SideBySide]:
    """Opens both clients.

    Args:
        service: botocore's name of the service.
        client_class: Our class of client for it.
        backend: The event loop, `asyncio` or `trio`: aiobotocore must be told.
    """
    options: dict[str, Any] = {"http_session_cls": HttpxSession} if backend == "trio" else {}
    config = AioConfig(retries={"mode": "standard", "total_max_attempts": _ATTEMPTS}, **options)
    session = AioSession()
    session.set_default_client_config(config)
    with running_stub_server() as server:
        async with (
            session.create_client(service, REGION, endpoint_url=server.url) as theirs,
            client_class(region=REGION, endpoint_url=server.url) as ours,
        ):
            yield SideBySide(server, ours, theirs)
