"""Pages of a list, and the opaque tokens that lead from one to the next.

A token is signed and names the list it belongs to: one that comes from another list, from another
organization or from the same list under other filters is refused, as is one that was made up.
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

# The page size when the caller names none; also the largest that MaxResults allows.
PAGE_SIZE = 100
_SIGNATURE_BYTES = 12


class BadTokenError(Exception):
    """A NextToken that does not belong to the list it was given to."""


@frozen
class Page(Generic[Item]):
    """One page of a list.

    Args:
        items: What is on it.
        next_token: The token of the next page; None on the last.
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
    """Cut one page out of a list.

    A page begins after the last item of the one before, so that items added or removed in between
    neither repeat nor skip others.

    Args:
        items: The whole list, in the order of its keys.
        key: Gives an item's position, a number that grows along the list.
        secret: Signs the tokens.
        source: What the list is: its operation, organization and filters.
        token: The NextToken of the request, if any.
        max_results: The size of the page; 100 when None.

    Raises:
        BadTokenError: The token is not one of this list's.
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
