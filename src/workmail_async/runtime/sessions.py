"""aiobotocore's HTTP session over aiohttp, without following redirects.

The services send no redirects. Following one from anyone else would send them the body of the
request, perhaps with a password. botocore and aiobotocore's httpx session do not follow them
either.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from aiobotocore.httpsession import AIOHTTPSession


class _DirectSession(AIOHTTPSession):  # type: ignore[misc]  # has no types
    """A session that returns a redirect like any other answer."""

    async def _get_session(self, proxy_url: str | None) -> Any:
        return _Direct(await super()._get_session(proxy_url))


#: The class, typed without its untyped base.
DirectSession: type[object] = _DirectSession


class _Direct:
    """The only method of aiohttp's session that aiobotocore calls."""

    __slots__ = ("request",)

    def __init__(self, session: Any) -> None:
        self.request = partial(session.request, allow_redirects=False)
