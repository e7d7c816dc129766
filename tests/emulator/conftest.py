"""An emulator for each test, and boto3's clients of it: ours are not used here."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

import boto3
import pytest
from attrs import frozen
from botocore.config import Config

from workmail_async.emulator import Clock, Emulator, PlantedOrganization, UserSeed

ClientMaker = Callable[..., Any]


@pytest.fixture(scope="session")
def shared_emulator() -> Iterator[Emulator]:
    """The emulator that `emulator` hands out."""
    with Emulator(clock=Clock(frozen=True)) as running:
        yield running


@pytest.fixture
def emulator(shared_emulator: Emulator) -> Emulator:
    """An empty emulator whose clock stands still."""
    shared_emulator.reset()
    return shared_emulator


@pytest.fixture(scope="session")
def client_of() -> Iterator[ClientMaker]:
    """Makes boto3 clients of an emulator, one for each address, and closes them in the end."""
    session = boto3.Session()
    with ExitStack() as clients:

        @cache
        def make(url: str, service: str, region: str, validate: bool) -> Any:
            client = session.client(
                service,
                endpoint_url=url,
                region_name=region,
                config=Config(retries={"total_max_attempts": 1}, parameter_validation=validate),
                aws_access_key_id="testing",
                aws_secret_access_key="testing",
            )
            clients.callback(client.close)
            return client

        def client_of(
            emulator: Emulator, service: str, *, region: str = "us-east-1", validate: bool = True
        ) -> Any:
            return make(emulator.endpoint_url, service, region, validate)

        yield client_of


@pytest.fixture
def workmail(emulator: Emulator, client_of: ClientMaker) -> Any:
    """boto3's WorkMail client."""
    return client_of(emulator, "workmail")


@pytest.fixture
def s3(emulator: Emulator, client_of: ClientMaker) -> Any:
    """boto3's S3 client."""
    return client_of(emulator, "s3")


@frozen
class Stage:
    """An organization with someone in each state.

    ana, clara, the group staff and the room oak are enabled; bruno is disabled; dora is deleted.
    """

    emulator: Emulator
    workmail: Any
    organization: PlantedOrganization

    @property
    def id(self) -> str:
        """The organization's identifier."""
        return self.organization.id

    def user(self, name: str) -> str:
        """Return a user's identifier."""
        return self.organization.users[name]


@pytest.fixture
def stage(emulator: Emulator, workmail: Any) -> Stage:
    """The organization that most tests play in."""
    organization = emulator.create_organization(
        "acme",
        domains=["acme.example"],
        users=[
            "ana",
            "clara",
            UserSeed("bruno", state="DISABLED"),
            UserSeed("dora", state="DISABLED"),
        ],
        groups=["staff"],
        resources=["oak"],
    )
    workmail.delete_user(OrganizationId=organization.id, UserId="dora")
    return Stage(emulator, workmail, organization)
