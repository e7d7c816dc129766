"""An organization in the emulator, and what its export needs."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread
import pytest
from attrs import field, frozen

from workmail_async import Organization, WorkMailClient
from workmail_async.emulator import AfterTime, Emulator, Lifecycle, UserSeed
from workmail_async.exports import ExportOptions, ExportTarget

#: Fast enough for tests, and slow enough to be seen running.
QUICK: ExportOptions = ExportOptions(min_poll=0.02, max_poll=0.2, retry_delay=0.05)


@frozen
class Site:
    """An emulated organization with an export target.

    Attributes:
        emulator: The emulator.
        seeded: The organization, as the emulator knows it.
        target: Where exports go.
    """

    emulator: Emulator
    seeded: Any
    target: ExportTarget
    prefix: str = field(default="exports")

    @asynccontextmanager
    async def organization(self) -> AsyncGenerator[Organization, None]:
        """Open a client of the organization."""
        async with WorkMailClient(
            region=self.emulator.region,
            endpoint_url=self.emulator.endpoint_url,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        ) as client:
            yield client.organization(self.seeded.id)

    async def ask(self, service: str, operation: str, **parameters: Any) -> Any:
        """Call an operation through boto3, in a worker thread."""
        return await anyio.to_thread.run_sync(
            lambda: getattr(self.client(service), operation)(**parameters)
        )

    def jobs(self) -> list[dict[str, Any]]:
        """Return every export job of the last week, as boto3 lists them; blocks."""
        found: list[dict[str, Any]] = []
        workmail = self.client("workmail")
        token: dict[str, str] = {}
        while True:
            page = workmail.list_mailbox_export_jobs(
                OrganizationId=self.seeded.id, MaxResults=100, **token
            )
            found += page["Jobs"]
            if not page.get("NextToken"):
                return found
            token = {"NextToken": page["NextToken"]}

    async def cancel(self, job: dict[str, Any]) -> None:
        """Cancel an export job, as somebody else would."""
        await self.ask(
            "workmail",
            "cancel_mailbox_export_job",
            OrganizationId=self.seeded.id,
            JobId=job["JobId"],
            ClientToken="stop",
        )

    def client(self, service: str) -> Any:
        """Return a boto3 client of the emulator, which outlasts faults."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            service,
            config=Config(retries={"max_attempts": 30}),
            region_name=self.emulator.region,
            endpoint_url=self.emulator.endpoint_url,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    def calls(self, operation: str) -> int:
        """Return how often an operation was called."""
        return sum(request.operation == operation for request in self.emulator.requests)


def site(emulator: Emulator, users: int, *, messages: int = 2, **seeds: Any) -> Site:
    """Seed an organization with users and their mail."""
    names: list[str | UserSeed] = [
        UserSeed(f"user{number:03}", messages=messages) for number in range(users)
    ]
    seeded = emulator.create_organization("acme", domains=["acme.example"], users=names, **seeds)
    made = emulator.create_export_resources(seeded)
    target = ExportTarget(
        bucket=made.bucket,
        prefix=made.prefix,
        role_arn=made.role_arn,
        kms_key_arn=made.kms_key_arn,
    )
    return Site(emulator, seeded, target)


async def sited(emulator: Emulator, users: int, **seeds: Any) -> Site:
    """Seed an organization, in a worker thread."""
    return await anyio.to_thread.run_sync(lambda: site(emulator, users, **seeds))


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulator whose exports take a moment."""
    with Emulator(lifecycle=Lifecycle(mailbox_export=AfterTime(0.2))) as running:
        yield running
