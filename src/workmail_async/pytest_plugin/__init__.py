"""Fixtures for your tests: an emulator, an organization in it, and clients.

pytest loads this module in every run if the package is installed. So importing it must be fast, and
it must not fail without the extra `emulator`, until a test asks for a fixture.
"""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, aclosing
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from workmail_async import MessageFlowClient, WorkMailClient
    from workmail_async.emulator import Emulator, OrganizationSeed, PlantedOrganization

Client = TypeVar("Client", "WorkMailClient", "MessageFlowClient")

__all__: list[str] = []

_MARKER = "workmail"
# The names of the plugin: if installed, and if loaded with `-p`.
_PYTEST_ASYNCIO = ("asyncio", "pytest_asyncio.plugin")
_ON_ANYIO = "_workmail_clients_on_anyio"


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker and, if pytest-asyncio is there, the fixtures for it."""
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(users=…, domains=…, …): the contents of `workmail_organization`; "
        "takes the arguments of workmail_async.emulator.OrganizationSeed",
    )
    if any(map(config.pluginmanager.hasplugin, _PYTEST_ASYNCIO)):
        name = f"{__name__}.on_asyncio"
        config.pluginmanager.register(importlib.import_module(name), name)


@pytest.fixture(scope="session")
def workmail_emulator_server() -> Iterator[Emulator]:
    """The emulator for a whole run; with pytest-xdist, one for each worker.

    Override it for other settings: `with Emulator(region=…) as emulator: yield emulator`.
    Tests use `workmail_emulator`.
    """
    try:
        from workmail_async.emulator import Emulator
    except ModuleNotFoundError as error:
        pytest.fail(str(error), pytrace=False)
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def workmail_emulator(workmail_emulator_server: Emulator) -> Emulator:
    """An emulated WorkMail, with S3, KMS, IAM and STS, in its initial state."""
    workmail_emulator_server.reset()
    return workmail_emulator_server


@pytest.fixture
def workmail_organization_seed() -> OrganizationSeed:
    """The default contents of `workmail_organization`. Override it for other contents."""
    from workmail_async.emulator import OrganizationSeed

    return OrganizationSeed(
        alias="acme",
        domains=["acme.example"],
        users=["ana", "bruno"],
        groups=["staff"],
        resources=["library"],
    )


@pytest.fixture
def workmail_organization(
    request: pytest.FixtureRequest, workmail_emulator: Emulator
) -> PlantedOrganization:
    """An organization with users ana and bruno, group staff and room library, all enabled.

    `@pytest.mark.workmail(users=[…], …)` replaces them for a test, and a fixture
    `workmail_organization_seed` of your own for all tests of a folder.
    """
    import attrs

    from workmail_async.emulator import Seed

    seed: OrganizationSeed = request.getfixturevalue("workmail_organization_seed")
    for marker in reversed(list(request.node.iter_markers(_MARKER))):  # the closest one wins
        known = attrs.fields_dict(type(seed))
        unknown = ", ".join([*map(repr, marker.args), *sorted(marker.kwargs.keys() - known)])
        if unknown:
            pytest.fail(
                f"@pytest.mark.{_MARKER} takes {', '.join(known)} by name, not {unknown}",
                pytrace=False,
            )
        seed = attrs.evolve(seed, **marker.kwargs)
    (organization,) = workmail_emulator.seed(Seed(organizations=[seed]))
    return organization


@pytest.fixture
def workmail_client(request: pytest.FixtureRequest) -> WorkMailClient:
    """A `WorkMailClient` for `workmail_emulator`, for tests that are coroutines.

    It works with AnyIO's plugin, on asyncio and trio, and with pytest-asyncio in both modes.
    """
    from workmail_async import WorkMailClient

    return _client(request, WorkMailClient)


@pytest.fixture
def workmail_message_flow_client(request: pytest.FixtureRequest) -> MessageFlowClient:
    """A `MessageFlowClient` for `workmail_emulator`, for tests that are coroutines.

    `workmail_emulator.deliver(…)` puts messages in transit. It works with the same plugins as
    `workmail_client`.
    """
    from workmail_async import MessageFlowClient

    return _client(request, MessageFlowClient)


def _client(request: pytest.FixtureRequest, kind: type[Client]) -> Client:
    if "anyio_backend" in request.fixturenames:
        name = _ON_ANYIO
    elif marker := request.node.get_closest_marker("asyncio"):
        scope = marker.kwargs.get("loop_scope") or marker.kwargs.get("scope")
        default = request.config.getini("asyncio_default_test_loop_scope")
        name = f"_workmail_clients_on_{scope or default}_loop"
    else:
        pytest.fail(
            f"{request.fixturename} needs an event loop: make the test a coroutine and mark it "
            "with pytest.mark.anyio or pytest.mark.asyncio",
            pytrace=False,
        )
    clients: Clients = request.getfixturevalue(name)
    return clients.make(kind)


class Clients:
    """Creates clients for an emulator, and closes them on the event loop that opened them."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._made = AsyncExitStack()

    def make(self, kind: type[Client]) -> Client:
        """Return a client."""
        emulator = self._emulator
        client = kind(
            region=emulator.region, endpoint_url=emulator.endpoint_url, **emulator.credentials
        )
        self._made.push_async_callback(client.aclose)
        return client

    async def aclose(self) -> None:
        """Close all clients."""
        await self._made.aclose()


@pytest.fixture(name=_ON_ANYIO)
async def _on_anyio(workmail_emulator: Emulator) -> AsyncIterator[Clients]:
    async with aclosing(Clients(workmail_emulator)) as clients:
        yield clients
