"""The base of every error; in a module of its own because it needs no botocore."""

from __future__ import annotations

from typing import Any


def _restore(cls: type[WorkMailError], fields: dict[str, Any], text: str) -> WorkMailError:
    error = cls.__new__(cls)
    Exception.__init__(error, text)
    error.__dict__.update(fields)
    return error


class WorkMailError(Exception):
    """Base of every error that this library raises.

    Attributes:
        retryable: Whether the same call may succeed if you send it again later.
        next_token: For an error in the middle of a list, the token of the page that failed. Pass it
            to the list method to resume there.
    """

    retryable: bool = False
    next_token: str | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.__dict__, str(self))

    def __str__(self) -> str:
        return Exception.__str__(self)


WorkMailError.__module__ = "workmail_async.errors"  # where users import it from
