"""Idempotency tokens: the same token and input give the same answer; other input is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workmail_async.emulator.workmail.exceptions import InvalidParameterException


class IdempotencyTokens:
    """The tokens that one organization has seen, each with its request and result."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], tuple[dict[str, Any], Any]] = {}

    def once(
        self, operation: str, token: str | None, request: dict[str, Any], act: Callable[[], Any]
    ) -> Any:
        """Act, or return the result of the call that used the same token.

        Args:
            operation: The operation's name; tokens of different operations are independent.
            token: The ClientToken; None acts every time.
            request: The input, which must be the same.
            act: Performs the operation. If it raises, the token stays unused.

        Raises:
            InvalidParameterException: The token was used with other input.
        """
        if token is None:
            return act()
        seen = self._seen.get((operation, token))
        if seen is None:
            result = act()
            self._seen[operation, token] = (request, result)
            return result
        if seen[0] != request:
            raise InvalidParameterException(
                "the ClientToken was already used with other parameters"
            )
        return seen[1]
