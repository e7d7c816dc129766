"""Retries: botocore's standard mode, with the limit of each call and what WorkMail adds.

botocore's own handler decides and waits. Before it stands a limit, since botocore knows one
number of attempts for a client and we one for a call, and takes LimitExceededException for a rate
where these services mean a quota. After it stands what it does not retry: the services' transient
errors that come with status 400, and status 429.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from .errors import ServiceError
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
    classes = service_error_classes()

    def told_by(response: Any) -> tuple[int, type[ServiceError] | None]:
        """Return the status of an attempt's answer and the class of its error, if it has them."""
        if response is None:
            return 0, None
        http_response, parsed = response
        return http_response.status_code, classes.get(parsed.get("Error", {}).get("Code"))

    def limit(attempts: int, response: Any, **_: Any) -> bool | None:
        if attempts >= current().max_attempts:
            return False
        status, cls = told_by(response)
        lasts = cls is not None and not cls.retryable and status == 400
        return False if lasts else None

    def also_retry(attempts: int, response: Any, **_: Any) -> float | None:
        status, cls = told_by(response)
        if status == 429 or (cls is not None and cls.retryable):
            return min(_LONGEST_DELAY, random.random() * 2.0 ** (attempts - 1))
        return None

    def tell_limit(request: Any, **_: Any) -> None:
        retries = request.context.get("retries", {})
        if "max" in retries:
            retries["max"] = current().max_attempts

    events.register_first(f"needs-retry.{name}", limit)
    events.register_last(f"needs-retry.{name}", also_retry)
    events.register_first(f"request-created.{name}", tell_limit)
