"""The clients to compare, each behind the same few methods.

The fresh interpreters of the measurements import this module, so it imports no client, and nothing
else, until it is asked to.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from typing_extensions import Self

REGION = "us-east-1"
ORGANIZATION = "m-0123456789abcdef0123456789abcdef"
USER = "ana"

#: The clients' credentials; the stub server does not check them.
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIDBENCHMARKS",
    "AWS_SECRET_ACCESS_KEY": "benchmarks-secret",  # signs for a server that does not check
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Peer:
    """A client of WorkMail, open within its `async with`.

    Args:
        url: The address of the stub server.

    Attributes:
        distribution: The name to install and to show.
        package: The statement that imports the library.
        client: The import statement at the top of a user's module.
    """

    distribution: str
    package: str
    client: str

    def __init__(self, url: str) -> None:
        self.url = url
        self.opened: Any = None

    async def open(self) -> Any:
        """Return the library's client, as a user creates it."""
        raise NotImplementedError

    async def close(self) -> None:
        """Close the library's client."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        self.opened = await self.open()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def describe_user(self) -> Any:
        """Describe one user."""
        raise NotImplementedError

    async def list_users(self) -> Any:
        """Fetch one page of 100 users."""
        raise NotImplementedError

    async def all_users(self) -> Sequence[Any]:
        """Collect the users of all pages, the way the library's documentation recommends."""
        raise NotImplementedError

    def name_of(self, user: Any) -> object:
        """Return the name in the result of `describe_user`."""
        return user["Name"]

    def users_of(self, page: Any) -> Sequence[Any]:
        """Return the users in the result of `list_users`."""
        users: Sequence[Any] = page["Users"]
        return users


class WorkMailAsync(Peer):
    """This library."""

    distribution = "workmail-async"
    package = "import workmail_async"
    client = "from workmail_async import WorkMailClient"

    async def open(self) -> Any:
        """Return a client; its first call opens it."""
        from workmail_async import WorkMailClient

        return WorkMailClient(region=REGION, endpoint_url=self.url)

    async def close(self) -> None:
        """Close the client."""
        await self.opened.aclose()

    async def describe_user(self) -> Any:
        """Describe one user."""
        return await self.opened.describe_user(organization_id=ORGANIZATION, user_id=USER)

    async def list_users(self) -> Any:
        """Fetch one page of 100 users."""
        return await self.opened.list_users(organization_id=ORGANIZATION, max_results=100)

    async def all_users(self) -> Sequence[Any]:
        """Collect the users of all pages."""
        return [user async for user in self.opened.list_users(organization_id=ORGANIZATION)]

    def name_of(self, user: Any) -> object:
        """Return the name in the result of `describe_user`."""
        return user.name

    def users_of(self, page: Any) -> Sequence[Any]:
        """Return the users in the result of `list_users`."""
        users: Sequence[Any] = page.users
        return users


class Aiobotocore(Peer):
    """The asynchronous botocore, which this library uses for sending."""

    distribution = "aiobotocore"
    package = "import aiobotocore.session"
    client = "from aiobotocore.session import get_session"

    async def open(self) -> Any:
        """Return the client of a new session."""
        session = import_module("aiobotocore.session").get_session()
        self.context = session.create_client("workmail", region_name=REGION, endpoint_url=self.url)
        return await self.context.__aenter__()

    async def close(self) -> None:
        """Close the client."""
        await self.context.__aexit__(None, None, None)

    async def describe_user(self) -> Any:
        """Describe one user."""
        return await self.opened.describe_user(OrganizationId=ORGANIZATION, UserId=USER)

    async def list_users(self) -> Any:
        """Fetch one page of 100 users."""
        return await self.opened.list_users(OrganizationId=ORGANIZATION, MaxResults=100)

    async def all_users(self) -> Sequence[Any]:
        """Collect the users of all pages."""
        pages = self.opened.get_paginator("list_users").paginate(OrganizationId=ORGANIZATION)
        return [user async for page in pages for user in page["Users"]]


class Boto3(Peer):
    """AWS's own library. It is synchronous, so each call blocks the event loop."""

    distribution = "boto3"
    package = "import boto3"
    client = "import boto3"

    async def open(self) -> Any:
        """Return a client of the default session."""
        boto3 = import_module("boto3")
        return boto3.client("workmail", region_name=REGION, endpoint_url=self.url)

    async def close(self) -> None:
        """Close the client."""
        self.opened.close()

    async def describe_user(self) -> Any:
        """Describe one user."""
        return self.opened.describe_user(OrganizationId=ORGANIZATION, UserId=USER)

    async def list_users(self) -> Any:
        """Fetch one page of 100 users."""
        return self.opened.list_users(OrganizationId=ORGANIZATION, MaxResults=100)

    async def all_users(self) -> Sequence[Any]:
        """Collect the users of all pages."""
        pages = self.opened.get_paginator("list_users").paginate(OrganizationId=ORGANIZATION)
        return [user for page in pages for user in page["Users"]]


class Capo(Peer):
    """A generated client with its own HTTP stack, which returns typed dicts."""

    distribution = "capo-workmail"
    package = "import capo_workmail"
    client = "from capo_workmail import AsyncWorkMailClient"

    async def open(self) -> Any:
        """Return a client."""
        module = import_module("capo_workmail")
        return module.AsyncWorkMailClient(region=REGION, endpoint=self.url)

    async def close(self) -> None:
        """Close the client."""
        await self.opened.__aexit__(None, None, None)

    async def describe_user(self) -> Any:
        """Describe one user."""
        return await self.opened.describe_user(ORGANIZATION, USER)

    async def list_users(self) -> Any:
        """Fetch one page of 100 users."""
        return await self.opened.list_users(ORGANIZATION, max_results=100)

    async def all_users(self) -> Sequence[Any]:
        """Collect the users of all pages."""
        pages = self.opened.iter_list_users(ORGANIZATION)
        return [user async for page in pages for user in page["users"]]

    def name_of(self, user: Any) -> object:
        """Return the name in the result of `describe_user`."""
        return user["name"]

    def users_of(self, page: Any) -> Sequence[Any]:
        """Return the users in the result of `list_users`."""
        users: Sequence[Any] = page["users"]
        return users


#: The client that the goals are for.
OURS = WorkMailAsync

#: The client that the others are compared to.
BASELINE = Aiobotocore

PEERS: tuple[type[Peer], ...] = (WorkMailAsync, Aiobotocore, Boto3, Capo)


def peer_named(distribution: str) -> type[Peer]:
    """Return the client with this distribution name."""
    (peer,) = (peer for peer in PEERS if peer.distribution == distribution)
    return peer
