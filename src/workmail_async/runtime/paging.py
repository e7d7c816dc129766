"""Lists: one object that gives a page when awaited and every item when iterated."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .errors import PaginationError, WorkMailError
from .event_loop import Make, made
from .model import Output, Request, changed
from .operation import Pagination
from .sending import Sender

ItemT = TypeVar("ItemT")
PageT = TypeVar("PageT", bound=Output)

_USE = "await it for one page, or read its items with `async for` or `await ….collect()`"


class Pager(Generic[ItemT, PageT]):
    """A list that the service returns in pages; nothing is fetched until you use it.

        page = await org.list_users(max_results=50)     # one page
        async for user in org.list_users(): ...         # every item of every page
        async for page in org.list_users().pages(): ... # every page
        users = await org.list_users().collect()        # every item, as a list
        user = await org.list_users().first()           # the first item, or None

    Each use reads the list from its start. Pages are fetched one at a time, when they are needed.
    You can leave a loop early; nothing stays open. An error in the middle carries `next_token`, the
    token of the page that failed: pass it to the list method to resume there.
    """

    __slots__ = ("_client", "_make")

    def __init__(self, client: Sender, make: Make[PageT]) -> None:
        self._client = client
        self._make = make

    def __repr__(self) -> str:
        return f"Pager({self._make()!r})"

    if not TYPE_CHECKING:  # without these, type checkers report the mistakes themselves

        def __getattr__(self, name):
            message = f"a Pager has no attribute {name!r}: {_USE}"
            raise AttributeError(message, name=name, obj=self)

        def __iter__(self):
            raise TypeError(f"a Pager cannot be read with a plain `for`: {_USE}")

    def __await__(self) -> Generator[Any, None, PageT]:
        """Fetch one page: the first, or the one of the `next_token` given."""
        return self._page().__await__()

    def __aiter__(self) -> AsyncIterator[ItemT]:
        """Iterate over the items of all pages."""
        return _Items(_Pages(self._client, self._make))

    async def _page(self) -> PageT:
        return await self._client.send(await made(self._make))

    def pages(self) -> AsyncIterator[PageT]:
        """Iterate over the pages.

        Returns:
            An iterator of responses; a page may be empty although more pages follow.
        """
        return _Pages(self._client, self._make)

    async def collect(self, limit: int | None = None) -> list[ItemT]:
        """Read the items into a list.

        Args:
            limit: The greatest number of items; None for all. No page beyond it is fetched.

        Returns:
            The items in the service's order.
        """
        if limit is not None and limit < 0:
            raise ValueError(f"limit must not be negative: {limit}")
        found: list[ItemT] = []
        if limit == 0:
            return found
        async for item in self:
            found.append(item)
            if len(found) == limit:
                break
        return found

    async def first(self) -> ItemT | None:
        """Return the first item, or None for an empty list."""
        async for item in self:
            return item
        return None


class _Pages(Generic[PageT]):
    """Iterates over the pages. A class, because an unfinished async generator needs closing."""

    pagination: Pagination

    def __init__(self, client: Sender, make: Make[PageT]) -> None:
        self._client = client
        self._make: Make[PageT] | None = make
        self._request: Request[PageT] | None = None
        self._seen: set[str | None] = set()

    def __aiter__(self) -> AsyncIterator[PageT]:
        return self

    async def __anext__(self) -> PageT:
        if self._make is not None:
            self._request = await made(self._make)
            self._make = None
            assert self._request.operation.pagination is not None
            self.pagination = self._request.operation.pagination
        request = self._request
        if request is None:
            raise StopAsyncIteration
        token = _token_of(request)
        if token in self._seen:
            raise PaginationError(
                "the service repeated a next_token, so reading the list would never end",
                operation=request.operation.name,
                next_token=token,
            )
        try:
            page = await self._client.send(request)
        except WorkMailError as error:
            error.next_token = token
            raise
        self._seen.add(token)
        following = _token_of(page) if self.pagination.token else None
        # the services end a list with a null, missing or empty token
        self._request = changed(request, next_token=following) if following else None
        return page


def _token_of(holder: object) -> str | None:
    token: str | None = getattr(holder, "next_token", None)
    return token


class _Items(Generic[ItemT]):
    """Iterates over the items of the pages."""

    def __init__(self, pages: _Pages[Any]) -> None:
        self._pages = pages
        self._items: list[ItemT] = []
        self._position = 0

    def __aiter__(self) -> AsyncIterator[ItemT]:
        return self

    async def __anext__(self) -> ItemT:
        while self._position >= len(self._items):
            page = await self._pages.__anext__()
            self._items = getattr(page, self._pages.pagination.items) or []
            self._position = 0
        item = self._items[self._position]
        self._position += 1
        return item
