"""aiobotocore's HTTP session over aiohttp, but for redirects, which it would follow.

The services send none. Whoever does would be given the body of the request, with a password
perhaps. botocore follows none either, nor does aiobotocore's session over httpx.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from aiobotocore.httpsession import AIOHTTPSession


class _DirectSession(AIOHTTPSession):  # type: ignore[misc]  # has no types
    """A session for which a redirect is an answer like any other."""

    async def _get_session(self, proxy_url: str | None) -> Any:
        return _Direct(await super()._get_session(proxy_url))


#: The class, without the base that has no types.
DirectSession: type[object] = _DirectSession


class _Direct:
    """The one method of aiohttp's session that aiobotocore calls."""

    __slots__ = ("request",)

    def __init__(self, session: Any) -> None:
        self.request = partial(session.request, allow_redirects=False)
