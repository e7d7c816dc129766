"""Fixtures for tests of the client: a stub server, clients of it, an isolated environment."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.server import StubServer, running_stub_server

if TYPE_CHECKING:
    from workmail_async import MessageFlowClient, WorkMailClient

REGION = "us-east-1"
ACCESS_KEY = "AKIDSTUBSERVERTESTS"
SECRET_KEY = "stub-server-tests-secret"  # signs for a server that asks for nothing


@pytest.fixture(scope="session", autouse=True)
def isolated_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test sees this machine's AWS settings or proxies, and none can reach AWS by mistake."""
    missing: Path = tmp_path_factory.mktemp("aws") / "missing"
    with pytest.MonkeyPatch.context() as environment:
        for name in os.environ:
            if name.startswith("AWS_") or name.lower().endswith("_proxy"):
                environment.delenv(name)
        environment.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        environment.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        environment.setenv("AWS_CONFIG_FILE", str(missing))
        environment.setenv("AWS_SHARED_CREDENTIALS_FILE", str(missing))
        environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield


@pytest.fixture
def stub_server() -> Iterator[StubServer]:
    """A server with nothing prepared; `enqueue` answers or set `respond`."""
    with running_stub_server() as server:
        yield server


@pytest.fixture
async def stubbed_workmail(
    anyio_backend: object, stub_server: StubServer
) -> AsyncIterator["WorkMailClient"]:
    """A client of `stub_server`, with every setting at its default."""
    from workmail_async import WorkMailClient

    async with WorkMailClient(region=REGION, endpoint_url=stub_server.url) as client:
        yield client


@pytest.fixture
async def stubbed_message_flow(
    anyio_backend: object, stub_server: StubServer
) -> AsyncIterator["MessageFlowClient"]:
    """A Message Flow client of `stub_server`, with every setting at its default."""
    from workmail_async import MessageFlowClient

    async with MessageFlowClient(region=REGION, endpoint_url=stub_server.url) as client:
        yield client
