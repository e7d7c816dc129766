"""A call that any test can make, and how to check its result."""

from typing import TypeVar

import anyio.to_thread
import pytest

from tests.support.server import Answer, StubServer, json_answer
from workmail_async import WorkMailClient, models

ORGANIZATION = "m-0123456789abcdef0123456789abcdef"
USER = "ana@example.com"
OPERATION = "DescribeUser"

ErrorT = TypeVar("ErrorT", bound=BaseException)


def user_answer(user_id: str = "u-1") -> Answer:
    """What a successful `describe` is answered with."""
    return json_answer({"UserId": user_id})


async def describe(client: WorkMailClient) -> models.DescribeUserResponse:
    """Makes the call."""
    return await client.describe_user(organization_id=ORGANIZATION, user_id=USER)


async def failure_of(client: WorkMailClient, expected: type[ErrorT]) -> ErrorT:
    """Makes the call, which has to fail with exactly this class of error."""
    with pytest.raises(expected) as caught:
        await describe(client)
    assert type(caught.value) is expected
    return caught.value


async def all_closed(server: StubServer) -> None:
    """Waits until the server has no connection, as before a first call and after the last."""
    await anyio.to_thread.run_sync(server.wait_for, lambda: server.open_connections == 0)
