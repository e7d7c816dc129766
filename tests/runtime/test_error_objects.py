"""Errors as objects: created, printed, copied, pickled and caught by their base classes."""

import copy
import pickle
from typing import Any

import pytest
from botocore.exceptions import ClientError

from workmail_async import errors, models
from workmail_async.errors import Fault

MADE: dict[str, errors.WorkMailError] = {
    **{code: cls("Said.", operation="DescribeUser") for code, cls in errors.ERRORS.items()},
    "ClientClosedError": errors.ClientClosedError("closed"),
    "ConfigurationError": errors.ConfigurationError("no Region"),
    "ConnectError": errors.ConnectError("refused", operation="DescribeUser", attempts=2),
    "CredentialsError": errors.CredentialsError("none"),
    "InvalidResponseError": errors.InvalidResponseError(
        "empty", operation="DescribeUser", attempts=1, http_status=200, request_id="r"
    ),
    "PaginationError": errors.PaginationError("again", operation="ListUsers", next_token="t"),
    "RequestTimeoutError": errors.RequestTimeoutError("late", operation="DescribeUser"),
    "RequestValidationError": errors.RequestValidationError(
        "DescribeUser", [Fault("user_id", "is required"), Fault("x", "must be 1", "2")]
    ),
    "ServiceError": errors.ServiceError("Said.", code="X"),
    "TransportError": errors.TransportError("broke", operation="DescribeUser", attempts=3),
    "UnknownServiceError": errors.UnknownServiceError(
        "Said.", code="X", operation="DescribeUser", request_id="r", http_status=503, attempts=2
    ),
    "WaiterError": errors.WaiterError(
        "ended", waiter="user_enabled", state=None, last_response=None
    ),
    "WaiterFailedError": errors.WaiterFailedError(
        "failed",
        waiter="mailbox_export_job_completed",
        state="FAILED",
        last_response=models.DescribeMailboxExportJobResponse(error_info="Why."),
        reason="Why.",
    ),
    "WaiterTimeoutError": errors.WaiterTimeoutError(
        "late",
        waiter="user_enabled",
        state="DISABLED",
        last_response=models.DescribeUserResponse(user_id="u"),
    ),
    "WorkMailError": errors.WorkMailError("anything"),
}
every_error = pytest.mark.parametrize("error", MADE.values(), ids=MADE.keys())


def test_every_error_class_is_made_here() -> None:
    public = {
        name
        for name in errors.__all__
        if isinstance(getattr(errors, name), type)
        and issubclass(getattr(errors, name), errors.WorkMailError)
    }
    assert public == MADE.keys()
    assert {type(error).__name__ for error in MADE.values()} == public


@every_error
def test_an_error_survives_copies_and_pickles(error: errors.WorkMailError) -> None:
    error.next_token = "resume here"
    error.seen_by = "an application"  # type: ignore[attr-defined]  # a field that a caller adds

    pickled = [
        pickle.loads(pickle.dumps(error, protocol))
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    ]
    for again in (*pickled, copy.copy(error), copy.deepcopy(error)):
        assert type(again) is type(error)
        assert vars(again) == vars(error)
        assert (str(again), repr(again)) == (str(error), repr(error))
        assert again.retryable == error.retryable


@every_error
def test_a_pickled_error_can_be_pickled_again(error: errors.WorkMailError) -> None:
    again = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(error))))

    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


@every_error
def test_an_error_is_named_as_it_is_imported(error: errors.WorkMailError) -> None:
    assert type(error).__module__ == "workmail_async.errors"
    assert type(error).__doc__


@every_error
def test_an_error_is_caught_as_any_of_its_bases(error: errors.WorkMailError) -> None:
    expected: dict[str, tuple[type[BaseException], ...]] = {
        "ServiceError": (ClientError,),
        "TransportError": (),
        "ConnectError": (errors.TransportError,),
        "RequestTimeoutError": (errors.TransportError, TimeoutError),
        "InvalidResponseError": (errors.TransportError,),
        "RequestValidationError": (ValueError,),
        "WaiterTimeoutError": (errors.WaiterError, TimeoutError),
        "WaiterFailedError": (errors.WaiterError,),
    }
    bases = expected.get(type(error).__name__, ())
    if isinstance(error, errors.ServiceError):
        bases = (errors.ServiceError, ClientError)

    for base in (*bases, errors.WorkMailError, Exception):
        with pytest.raises(base):
            raise error


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (errors.EntityNotFoundException("No such user."), "EntityNotFoundException: No such user."),
        (errors.EntityNotFoundException(), "EntityNotFoundException: the service gave no message"),
        (
            errors.UnknownServiceError(
                "Slow\n  down.",
                code="SlowDown",
                operation="ListUsers",
                request_id="r-1",
                http_status=503,
                attempts=3,
            ),
            "SlowDown: Slow down. (ListUsers, HTTP 503, request r-1, 3 attempts)",
        ),
        (errors.TransportError("broke off"), "broke off"),
        (
            errors.TransportError("broke off", operation="ListUsers", attempts=2),
            "ListUsers: broke off (2 attempts)",
        ),
        (
            errors.PaginationError("a token came again", operation="ListUsers", next_token="t"),
            "ListUsers: a token came again",
        ),
        (
            errors.RequestValidationError("ListUsers", [Fault("max_results", "must be 1 to 100")]),
            "ListUsers was not sent, 1 fault in the request:\n  - max_results must be 1 to 100",
        ),
    ],
)
def test_an_error_reads_well(error: errors.WorkMailError, text: str) -> None:
    assert str(error) == text


def test_a_service_error_made_by_hand_has_the_form_of_botocores() -> None:
    error = errors.LimitExceededException("Ten jobs run.", operation="StartMailboxExportJob")
    response: Any = error.response

    assert (error.code, error.http_status, error.attempts) == ("LimitExceededException", 0, 1)
    assert response == {
        "Error": {"Code": "LimitExceededException", "Message": "Ten jobs run."},
        "ResponseMetadata": {"RequestId": None, "HTTPStatusCode": 0, "RetryAttempts": 0},
    }
    assert error.operation_name == error.operation == "StartMailboxExportJob"


def test_fields_of_one_error_are_not_those_of_another() -> None:
    one, other = errors.WorkMailError("one"), errors.WorkMailError("other")
    one.next_token = "t"

    assert other.next_token is None


def test_a_fault_says_member_constraint_and_value() -> None:
    assert str(Fault("user_id", "is required")) == "user_id is required"
    assert str(Fault("tags[0].key", "must be a str, not int", "5")) == (
        "tags[0].key must be a str, not int (given: 5)"
    )


def test_notes_are_kept() -> None:
    error = errors.EntityNotFoundException("No such user.")
    vars(error)["__notes__"] = ["while exporting ana"]  # as add_note() does, from Python 3.11 on

    assert pickle.loads(pickle.dumps(error)).__notes__ == ["while exporting ana"]
