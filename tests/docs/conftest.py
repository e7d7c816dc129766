"""Starts the world in which the pages' code runs."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest

from tests.docs.world import (
    BUCKET,
    KEY_ON_THE_PAGES,
    ORGANIZATION_ID,
    ROLE,
    World,
    message_in_transit,
)
from tests.support.server import StubServer, running_stub_server
from workmail_async.emulator import (
    Emulator,
    Immediately,
    Lifecycle,
    PlantedOrganization,
    ResourceSeed,
    UserSeed,
)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """An organization to which the usual AWS settings lead, for this process and its children."""
    with _world(monkeypatch) as (emulator, organization, message_flow):
        resources = emulator.create_export_resources(organization, bucket=BUCKET, role_name=ROLE)
        yield World(emulator, message_flow, resources.kms_key_arn.rpartition("/")[2])


@pytest.fixture
def bare_world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The same without bucket, role and key: a page's own commands make them."""
    with _world(monkeypatch) as (emulator, _, message_flow):
        yield World(emulator, message_flow, KEY_ON_THE_PAGES)


@contextmanager
def _world(
    monkeypatch: pytest.MonkeyPatch,
) -> Generator[tuple[Emulator, PlantedOrganization, StubServer], None, None]:
    lifecycle = Lifecycle(mailbox_export=Immediately())
    with Emulator(lifecycle=lifecycle) as emulator, running_stub_server() as message_flow:
        organization = emulator.create_organization(
            "acme",
            domains=["acme.example"],
            users=[
                UserSeed("ana", display_name="Ana Sousa", messages=12),
                UserSeed("bruno", display_name="Bruno Lima", messages=3),
                UserSeed("carla", state="DISABLED"),
            ],
            groups=["sales"],
            resources=[ResourceSeed("library")],
            organization_id=ORGANIZATION_ID,
        )
        message_flow.respond = message_in_transit
        monkeypatch.setenv("AWS_CONFIG_FILE", "config")  # a page may write one
        monkeypatch.setenv("AWS_DEFAULT_REGION", emulator.region)
        monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.endpoint_url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_WORKMAILMESSAGEFLOW", message_flow.url)
        yield emulator, organization, message_flow
