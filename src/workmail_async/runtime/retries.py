"""Decides whether a failed attempt is followed by another, and after what delay.

The rules are those of the AWS SDKs' standard retry mode: an error that may be temporary is retried
after a random, growing delay. Each retry takes tokens from a quota that the client's calls share
and each success puts some back, so a client whose calls keep failing soon stops adding load to a
service that is down.

Three things differ, each for a reason:

- The limit of attempts belongs to the call, because `with_options` can change it for one call.
- LimitExceededException is final. WorkMail means a quota by it, such as the number of running
  export jobs, and no quota grows within the seconds of a retry.
- Throttling takes nothing from the quota. The service is up and only asks for patience. A script
  that creates a thousand users is throttled again and again, and would otherwise use up the quota
  and fail although each call succeeds at its second attempt.
"""

from __future__ import annotations

import random
from typing import Any

import botocore.exceptions as aws
from attrs import frozen
from botocore.retries.quota import RetryQuota
from botocore.retries.standard import (
    RetryContext,
    ThrottledRetryableChecker,
    TransientRetryableChecker,
)

from .errors import PASSING_STATUSES, ServiceError, UnknownServiceError
from .observers import Call

_LONGEST_DELAY = 20.0  # seconds
_COST = 5
_COST_OF_TIMEOUT = 10
_GAIN = 1

_TIMEOUTS = (aws.ConnectTimeoutError, aws.ReadTimeoutError)
#: botocore's lists of the codes that AWS services use for throttling and timeouts.
_CHECKERS = (TransientRetryableChecker(), ThrottledRetryableChecker())


@frozen
class Retry:
    """A further attempt that a call may make.

    Attributes:
        delay: Seconds to wait before it.
        cost: The tokens that it took from the quota.
    """

    delay: float
    cost: int


class Retries:
    """The retries of one client, whose calls share one quota."""

    def __init__(self) -> None:
        self._quota: Any = RetryQuota()

    def after(self, failure: Exception, call: Call) -> Retry | None:
        """Decide about another attempt.

        Args:
            failure: The error of the latest attempt, the service's or botocore's.
            call: The call, with the number of its attempts.

        Returns:
            The next attempt; None if the call has failed for good.
        """
        if call.attempts >= call.max_attempts or not _is_temporary(failure):
            return None
        cost = _cost(failure)
        if not self._quota.acquire(cost):
            return None
        # Full jitter: a random share of the delay spreads the clients that failed at one moment.
        return Retry(min(_LONGEST_DELAY, random.random() * 2.0 ** (call.attempts - 1)), cost)

    def succeeded(self, last: Retry | None) -> None:
        """Put tokens back into the quota.

        Args:
            last: The retry that succeeded; None if the first attempt did.
        """
        self._quota.release(_GAIN if last is None else last.cost)


def _is_temporary(failure: Exception) -> bool:
    if not isinstance(failure, ServiceError):
        return _botocore_retries(RetryContext(1, caught_exception=failure))
    if failure.retryable or failure.http_status in PASSING_STATUSES:
        return True
    # documented codes have a class that says whether they are temporary
    return isinstance(failure, UnknownServiceError) and _botocore_retries(
        RetryContext(1, parsed_response=failure.response)
    )


def _botocore_retries(context: RetryContext) -> bool:
    return any(checker.is_retryable(context) for checker in _CHECKERS)


def _cost(failure: Exception) -> int:
    if isinstance(failure, ServiceError) and failure.http_status < 500:
        return 0  # throttled: see above
    return _COST_OF_TIMEOUT if isinstance(failure, _TIMEOUTS) else _COST
