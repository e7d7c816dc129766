"""Pages of a list, and the opaque tokens between them.

A token is signed for one list. A token of another list, of another organization or of the same
list with other filters is refused, and so is an invented one: a client that mixes up its tokens
then fails in tests instead of silently skipping items.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from attrs import frozen

Item = TypeVar("Item")

# The default page size, which is also the largest MaxResults.
PAGE_SIZE = 100
_SIGNATURE_BYTES = 12


class BadTokenError(Exception):
    """A NextToken that does not belong to this list."""


@frozen
class Page(Generic[Item]):
    """One page of a list.

    Args:
        items: The items on it.
        next_token: The token of the next page, or None on the last page.
    """

    items: list[Item]
    next_token: str | None


def page(
    items: Sequence[Item],
    *,
    key: Callable[[Item], int],
    secret: bytes,
    source: Sequence[Any],
    token: str | None,
    max_results: int | None,
) -> Page[Item]:
    """Return one page of a list.

    A page starts after the last item of the page before it. Items that are added or removed between
    two calls therefore never make other items repeat or disappear.

    Args:
        items: The whole list, ordered by key.
        key: Returns an item's position, a number that increases along the list.
        secret: Signs the tokens.
        source: What identifies the list: its operation, organization and filters.
        token: The NextToken of the request, if any.
        max_results: The page size; None means 100.

    Raises:
        BadTokenError: The token does not belong to this list.
    """
    begin = 0
    if token is not None:
        begin = bisect_right(items, _opened(token, secret, source), key=key)
    end = begin + (max_results or PAGE_SIZE)
    taken = list(items[begin:end])
    more = end < len(items)
    return Page(taken, _sealed(key(taken[-1]), secret, source) if more else None)


def _sealed(position: int, secret: bytes, source: Sequence[Any]) -> str:
    raw = position.to_bytes(8, "big")
    return base64.urlsafe_b64encode(raw + _signature(raw, secret, source)).decode()


def _opened(token: str, secret: bytes, source: Sequence[Any]) -> int:
    try:
        sealed = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadTokenError(token) from None
    raw, signature = sealed[:-_SIGNATURE_BYTES], sealed[-_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(raw, secret, source)):
        raise BadTokenError(token)
    return int.from_bytes(raw, "big")


def _signature(raw: bytes, secret: bytes, source: Sequence[Any]) -> bytes:
    message = raw + json.dumps(source, sort_keys=True).encode()
    return hmac.new(secret, message, hashlib.sha256).digest()[:_SIGNATURE_BYTES]
