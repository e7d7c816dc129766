"""Fixtures for the tests of those who use WorkMail: an emulator, an organization in it, clients.

pytest loads this module in every run of whoever has the package installed, so importing it costs
next to nothing, and nothing is missed in it until a test asks for a fixture.
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
# As an installed plugin, and as one that is named by its module.
_PYTEST_ASYNCIO = ("asyncio", "pytest_asyncio.plugin")
_ON_ANYIO = "_workmail_clients_on_anyio"


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known and, beside pytest-asyncio, the fixtures that it runs."""
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(users=…, domains=…, …): what `workmail_organization` holds; "
        "takes the arguments of workmail_async.emulator.OrganizationSeed",
    )
    if any(map(config.pluginmanager.hasplugin, _PYTEST_ASYNCIO)):
        name = f"{__name__}.on_asyncio"
        config.pluginmanager.register(importlib.import_module(name), name)


@pytest.fixture(scope="session")
def workmail_emulator_server() -> Iterator[Emulator]:
    """The emulator's server, one for a run and, under pytest-xdist, for each of its workers.

    Override it to begin with other settings: `with Emulator(region=…) as emulator: yield emulator`.
    Tests take `workmail_emulator`.
    """
    try:
        from workmail_async.emulator import Emulator
    except ModuleNotFoundError as error:
        pytest.fail(str(error), pytrace=False)
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def workmail_emulator(workmail_emulator_server: Emulator) -> Emulator:
    """An emulated WorkMail, with S3, KMS, IAM and STS beside it, as it was at its start."""
    workmail_emulator_server.reset()
    return workmail_emulator_server


@pytest.fixture
def workmail_organization_seed() -> OrganizationSeed:
    """What `workmail_organization` holds where no marker says otherwise; override it for more."""
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

    `@pytest.mark.workmail(users=[…], …)` puts others in their place; so does a fixture
    `workmail_organization_seed` of your own.
    """
    import attrs

    from workmail_async.emulator import Seed

    seed: OrganizationSeed = request.getfixturevalue("workmail_organization_seed")
    for marker in reversed(list(request.node.iter_markers(_MARKER))):  # the closest has the say
        known = attrs.fields_dict(type(seed))
        strange = ", ".join([*map(repr, marker.args), *sorted(marker.kwargs.keys() - known)])
        if strange:
            pytest.fail(
                f"@pytest.mark.{_MARKER} takes {', '.join(known)} by name, not {strange}",
                pytrace=False,
            )
        seed = attrs.evolve(seed, **marker.kwargs)
    (organization,) = workmail_emulator.seed(Seed(organizations=[seed]))
    return organization


@pytest.fixture
def workmail_client(request: pytest.FixtureRequest) -> WorkMailClient:
    """A `WorkMailClient` of `workmail_emulator`, for tests that are coroutines.

    They may run under AnyIO's plugin, on asyncio or trio, or under pytest-asyncio in either mode.
    """
    from workmail_async import WorkMailClient

    return _client(request, WorkMailClient)


@pytest.fixture
def workmail_message_flow_client(request: pytest.FixtureRequest) -> MessageFlowClient:
    """A `MessageFlowClient` of `workmail_emulator`, for tests that are coroutines.

    `workmail_emulator.deliver(…)` puts messages in transit. What holds for `workmail_client` holds
    for it too.
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
            f"{request.fixturename} needs an event loop: mark the test with pytest.mark.anyio or "
            "pytest.mark.asyncio, and make it a coroutine",
            pytrace=False,
        )
    clients: Clients = request.getfixturevalue(name)
    return clients.make(kind)


class Clients:
    """Makes clients of an emulator, and closes them on the loop that they were opened on."""

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
