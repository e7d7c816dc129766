"""Decides which failed attempts are followed by another, and when.

The rules are those of the AWS clients' standard mode: what may pass by itself is tried again after
a random delay that grows, and a client whose calls keep failing stops adding to the load. Three
things differ. The limit belongs to the call, not to the client. LimitExceededException is final,
since these services mean a quota by it and not a rate. And who is asked to slow down does so
however often it happens: that uses nothing of the quota of retries.
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
#: They know the names by which AWS's services speak of rates and timeouts.
_CHECKERS = (TransientRetryableChecker(), ThrottledRetryableChecker())


@frozen
class Retry:
    """A further attempt that a call may make.

    Attributes:
        delay: Seconds to wait before it.
        cost: What it took from the quota.
    """

    delay: float
    cost: int


class Retries:
    """The retries of one client; the quota is shared by its calls."""

    def __init__(self) -> None:
        self._quota: Any = RetryQuota()

    def after(self, failure: Exception, call: Call) -> Retry | None:
        """Decide about another attempt.

        Args:
            failure: What the latest attempt ended with: an error of the service, or botocore's.
            call: The call; its attempts are counted.

        Returns:
            The next attempt; None when there is to be none.
        """
        if call.attempts >= call.max_attempts or not _may_pass(failure):
            return None
        cost = _cost(failure)
        if not self._quota.acquire(cost):
            return None
        return Retry(min(_LONGEST_DELAY, random.random() * 2.0 ** (call.attempts - 1)), cost)

    def succeeded(self, last: Retry | None) -> None:
        """Give back to the quota.

        Args:
            last: The attempt that succeeded; None when it was the first.
        """
        self._quota.release(_GAIN if last is None else last.cost)


def _may_pass(failure: Exception) -> bool:
    if not isinstance(failure, ServiceError):
        return _known_to_pass(RetryContext(1, caught_exception=failure))
    if failure.retryable or failure.http_status in PASSING_STATUSES:
        return True
    # of the codes that the services document, each class says whether it may pass
    return isinstance(failure, UnknownServiceError) and _known_to_pass(
        RetryContext(1, parsed_response=failure.response)
    )


def _known_to_pass(context: RetryContext) -> bool:
    return any(checker.is_retryable(context) for checker in _CHECKERS)


def _cost(failure: Exception) -> int:
    if isinstance(failure, ServiceError) and failure.http_status < 500:
        return 0  # the service is there and asks for patience
    return _COST_OF_TIMEOUT if isinstance(failure, _TIMEOUTS) else _COST
