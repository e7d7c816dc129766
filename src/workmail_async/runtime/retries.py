"""Retries: botocore's standard mode, with the limit of each call and what WorkMail adds.

botocore's own handler decides and waits. Before it stands a limit, since botocore knows one
number of attempts for a client and we one for a call; after it stands what it does not retry: the
services' transient errors that come with status 400, and status 429.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from .failures import service_error_classes
from .observers import Call

_LONGEST_DELAY = 20.0


def register_retries(events: Any, name: str, current: Callable[[], Call]) -> None:
    """Add our handlers to a client's event system.

    Args:
        events: The client's event emitter.
        name: The service's name in event names.
        current: Gives the call under way.
    """

    def limit(attempts: int, **_: Any) -> bool | None:
        return False if attempts >= current().max_attempts else None

    def also_retry(attempts: int, response: Any, **_: Any) -> float | None:
        if response is None:
            return None
        http_response, parsed = response
        if http_response.status_code < 300:
            return None
        code = parsed.get("Error", {}).get("Code")
        cls = service_error_classes().get(code)
        if http_response.status_code == 429 or (cls is not None and cls.retryable):
            return min(_LONGEST_DELAY, random.random() * 2.0 ** (attempts - 1))
        return None

    def tell_limit(request: Any, **_: Any) -> None:
        retries = request.context.get("retries", {})
        if "max" in retries:
            retries["max"] = current().max_attempts

    events.register_first(f"needs-retry.{name}", limit)
    events.register_last(f"needs-retry.{name}", also_retry)
    events.register_first(f"request-created.{name}", tell_limit)
