"""Tells errors that pass from those that do not: repeats a call, or gives up the run."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from anyio import sleep

from workmail_async.errors import (
    CredentialsError,
    OrganizationNotFoundException,
    OrganizationStateException,
    ServiceError,
    TransportError,
    UnsupportedOperationException,
)
from workmail_async.exports.errors import ExportAbortedError

from .options import ExportOptions

T = TypeVar("T")

_OF_CREDENTIALS = frozenset(
    (
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    )
)
_OF_RIGHTS = frozenset(("AccessDenied", "AccessDeniedException", "NotAuthorized", "OptInRequired"))
_OF_ORGANIZATION = (
    OrganizationNotFoundException,
    OrganizationStateException,
    UnsupportedOperationException,
)


class Patience:
    """Repeats calls to WorkMail.

    Args:
        options: How long, and at which pace.
        tell: Called with what it waits for, in words.
    """

    def __init__(self, options: ExportOptions, tell: Callable[[str], None]) -> None:
        self._options = options
        self._tell = tell

    async def __call__(self, call: Callable[[], Awaitable[T]]) -> T:
        """Repeat a call while it fails for reasons that pass, such as throttling."""
        since, delay = time.monotonic(), self._options.min_poll
        while True:
            try:
                return await call()
            except CredentialsError as error:
                raise ExportAbortedError(f"the credentials do not work: {error}") from error
            except (ServiceError, TransportError) as error:
                if isinstance(error, ServiceError):
                    _abort_if_hopeless(error)
                if not error.retryable:
                    raise
                if time.monotonic() - since > self._options.patience:
                    raise ExportAbortedError(
                        f"WorkMail gave no answer for {self._options.patience:.0f} seconds: {error}"
                    ) from error
                self._tell(f"waiting: {type(error).__name__}")
            await sleep(random.uniform(0.5, 1.0) * delay)
            delay = min(self._options.max_poll, delay * 2)


def _abort_if_hopeless(error: ServiceError) -> None:
    """Raise when the same error would meet every other mailbox."""
    if error.code in _OF_CREDENTIALS:
        raise ExportAbortedError(f"AWS does not take the credentials: {error}") from error
    if error.code == "RequestExpired":
        raise ExportAbortedError(f"this computer's clock is wrong: {error}") from error
    if error.http_status in (401, 403) or error.code in _OF_RIGHTS:
        raise ExportAbortedError(f"you lack a right that exports need: {error}") from error
    if isinstance(error, _OF_ORGANIZATION):
        raise ExportAbortedError(f"no mailbox can be exported: {error}") from error
