"""The options of calls: a client holds them, and `with_options` changes them."""

from __future__ import annotations

from typing import get_args

from attrs import frozen

from .errors import ConfigurationError
from .validation import Validation

#: The highest `max_attempts`.
ATTEMPTS_CEILING = 100


@frozen(kw_only=True)
class Options:
    """How a client makes its calls.

    Attributes:
        timeout: The time limit of one call in seconds, including all its attempts; None for no
            limit (each attempt still has botocore's connect and read timeouts of 60 seconds).
        max_attempts: How many times a request may be sent, including the first; 1 to 100.
        validate: How much of a request is checked before it is sent.
    """

    timeout: float | None = None
    max_attempts: int = 3
    validate: Validation = "standard"

    def __attrs_post_init__(self) -> None:
        if self.timeout is not None and not _is_duration(self.timeout):
            raise ConfigurationError(
                f"timeout must be a positive number of seconds or None, not {self.timeout!r}"
            )
        if not _is_count(self.max_attempts):
            raise ConfigurationError(
                f"max_attempts must be a whole number from 1 to {ATTEMPTS_CEILING}, "
                f"not {self.max_attempts!r}"
            )
        if self.validate not in get_args(Validation):
            choices = ", ".join(map(repr, get_args(Validation)))
            raise ConfigurationError(f"validate must be one of {choices}, not {self.validate!r}")


def _is_duration(value: object) -> bool:
    return isinstance(value, (int, float)) and value > 0


def _is_count(value: object) -> bool:
    return isinstance(value, int) and 1 <= value <= ATTEMPTS_CEILING
