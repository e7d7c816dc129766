"""Idempotency tokens: the same token and input give the same answer, other input is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workmail_async.emulator.workmail.exceptions import InvalidParameterException


class IdempotencyTokens:
    """The tokens that one organization has seen, with what each was used for."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], tuple[dict[str, Any], Any]] = {}

    def once(
        self, operation: str, token: str | None, request: dict[str, Any], act: Callable[[], Any]
    ) -> Any:
        """Act, unless the token says that it was done before; then return what came of it.

        Args:
            operation: The operation's name; tokens of different operations are independent.
            token: The ClientToken; None acts every time.
            request: The input that has to be the same.
            act: Does it. When it raises, the token stays unused.

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
            raise InvalidParameterException("the ClientToken was used with other parameters before")
        return seen[1]
