"""The errors of this library, except for those that the services document.

The documented ones are generated and derive from `ServiceError`. Users import all of them from
`workmail_async.errors`. Every error can be pickled and keeps its class and fields.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from .base_error import WorkMailError

if TYPE_CHECKING:

    class ClientError(Exception):
        """What type checkers see of botocore's class, which has no type annotations."""

        response: dict[str, Any]
        operation_name: str
else:
    from botocore.exceptions import ClientError

__all__ = [
    "ClientClosedError",
    "ConfigurationError",
    "ConnectError",
    "CredentialsError",
    "Fault",
    "InvalidResponseError",
    "PaginationError",
    "RequestTimeoutError",
    "RequestValidationError",
    "ServiceError",
    "TransportError",
    "UnknownServiceError",
    "WaiterError",
    "WaiterFailedError",
    "WaiterTimeoutError",
    "WorkMailError",
]

_LONGEST_MESSAGE = 500


class ConfigurationError(WorkMailError):
    """A setting or an argument is missing or wrong, such as the Region or a negative timeout."""


class ClientClosedError(WorkMailError):
    """The client, or a message content that it returned, was used after it was closed."""


class CredentialsError(WorkMailError):
    """AWS credentials are missing or incomplete, or cannot be fetched or renewed."""


@frozen
class Fault:
    """One thing that is wrong with a request.

    Attributes:
        member: The member, as you write it: `filters.username_prefix`.
        constraint: The constraint that the value breaks.
        value: The value given, shortened; `***` if it is sensitive, None if it is missing.
    """

    member: str
    constraint: str
    value: str | None = None

    def __str__(self) -> str:
        given = "" if self.value is None else f" (given: {self.value})"
        return f"{self.member} {self.constraint}{given}"


class RequestValidationError(WorkMailError, ValueError):
    """A request breaks the service's constraints and was not sent.

    Attributes:
        operation: The operation's name.
        faults: Everything that is wrong with the request.
    """

    def __init__(self, operation: str, faults: Sequence[Fault]) -> None:
        self.operation = operation
        self.faults: tuple[Fault, ...] = tuple(faults)
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        lines = "".join(f"\n  - {fault}" for fault in self.faults)
        super().__init__(f"{operation} was not sent, {count} in the request:{lines}")


#: The statuses of failures that a later attempt may not meet.
PASSING_STATUSES = frozenset({429, 500, 502, 503, 504})


class ServiceError(WorkMailError, ClientError):
    """The service answered with an error.

    It is also a `botocore.exceptions.ClientError`, so handlers written for boto3 keep working.

    Args:
        message: The service's explanation.
        code: The error code; by default the name of the class.
        operation: The operation's name, such as `DescribeUser`.
        request_id: The id that AWS gave the request.
        http_status: The HTTP status of the answer.
        attempts: How many times the request was sent.
        response: The parsed error in botocore's form; by default built from the other arguments.

    Attributes:
        code: The error code.
        message: The service's explanation.
        operation: The operation's name.
        request_id: The id that AWS gave the request; quote it to AWS Support.
        http_status: The HTTP status of the answer; 0 if the error did not come from an answer.
        attempts: How many times the request was sent.
        response: The parsed error, as in botocore's `ClientError`.
        operation_name: The same as `operation`, as in botocore's `ClientError`.
    """

    def __init__(
        self,
        message: str = "",
        *,
        code: str | None = None,
        operation: str = "",
        request_id: str | None = None,
        http_status: int = 0,
        attempts: int = 1,
        response: dict[str, Any] | None = None,
    ) -> None:
        self.code: str = code or type(self).__name__
        self.message: str = message
        self.operation: str = operation
        self.request_id: str | None = request_id
        self.http_status: int = http_status
        self.attempts: int = attempts
        self.operation_name: str = operation
        self.response: dict[str, Any] = response or {
            "Error": {"Code": self.code, "Message": message},
            "ResponseMetadata": {
                "RequestId": request_id,
                "HTTPStatusCode": http_status,
                "RetryAttempts": attempts - 1,
            },
        }
        Exception.__init__(self, self._text())

    def _text(self) -> str:
        message = " ".join(self.message.split()) or "the service gave no message"
        if len(message) > _LONGEST_MESSAGE:
            message = f"{message[: _LONGEST_MESSAGE - 1]}…"
        facts = [self.operation] if self.operation else []
        if self.http_status:
            facts.append(f"HTTP {self.http_status}")
        if self.request_id:
            facts.append(f"request {self.request_id}")
        if self.attempts > 1:
            facts.append(f"{self.attempts} attempts")
        return f"{self.code}: {message}" + (f" ({', '.join(facts)})" if facts else "")


class UnknownServiceError(ServiceError):
    """The service answered with an error code that its documentation does not list."""

    @property
    def retryable(self) -> bool:  # type: ignore[override]
        """Whether the service was busy or failing (HTTP 429, 500, 502, 503, 504)."""
        return self.http_status in PASSING_STATUSES


class TransportError(WorkMailError):
    """No complete answer arrived, because of the connection, TLS, a proxy or the body.

    Args:
        message: What happened.
        operation: The operation's name.
        attempts: How many times the request was sent.

    Attributes:
        operation: The operation's name.
        attempts: How many times the request was sent.
    """

    retryable = True

    def __init__(self, message: str, *, operation: str = "", attempts: int = 1) -> None:
        self.operation = operation
        self.attempts = attempts
        tries = f" ({attempts} attempts)" if attempts > 1 else ""
        super().__init__(f"{operation}: {message}{tries}" if operation else message)


class ConnectError(TransportError):
    """The endpoint could not be reached: DNS, route, refused connection, TLS or proxy."""


class RequestTimeoutError(TransportError, TimeoutError):
    """No answer arrived within the time limit of the call or of the connection."""


class InvalidResponseError(TransportError):
    """The answer is not what the operation returns.

    It may be a proxy's page, a truncated body, or a member of another type.

    Attributes:
        http_status: The HTTP status of the answer.
        request_id: The id that AWS gave the request.
    """

    def __init__(
        self,
        message: str,
        *,
        operation: str = "",
        attempts: int = 1,
        http_status: int = 0,
        request_id: str | None = None,
    ) -> None:
        self.http_status = http_status
        self.request_id = request_id
        super().__init__(message, operation=operation, attempts=attempts)


class PaginationError(WorkMailError):
    """Reading a list stopped because the service repeated a page token.

    Attributes:
        operation: The operation's name.
    """

    def __init__(self, message: str, *, operation: str, next_token: str | None) -> None:
        self.operation = operation
        self.next_token = next_token
        super().__init__(f"{operation}: {message}")


class WaiterError(WorkMailError):
    """A wait ended without reaching the state that it waited for.

    Attributes:
        waiter: The waiter's name, such as `mailbox_export_job_completed`.
        state: The last state seen; None if none was seen.
        last_response: The last answer of the describe operation; None if there was none.
    """

    def __init__(
        self, message: str, *, waiter: str, state: str | None, last_response: object | None
    ) -> None:
        self.waiter = waiter
        self.state = state
        self.last_response = last_response
        super().__init__(message)


class WaiterTimeoutError(WaiterError, TimeoutError):
    """The timeout expired. The service keeps working on it, and you can wait again."""

    retryable = True


class WaiterFailedError(WaiterError):
    """The wait met a final state other than the one it waited for.

    Attributes:
        reason: The service's explanation, such as the ErrorInfo of an export job.
    """

    def __init__(
        self,
        message: str,
        *,
        waiter: str,
        state: str | None,
        last_response: object | None,
        reason: str | None,
    ) -> None:
        self.reason = reason
        super().__init__(message, waiter=waiter, state=state, last_response=last_response)


for _name in __all__:
    globals()[_name].__module__ = "workmail_async.errors"  # where users import it from
