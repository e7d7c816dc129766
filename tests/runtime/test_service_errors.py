"""Every error that the services document is raised as the class of its code, with all it says."""

import pickle
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.model import OperationModel, ServiceModel, StructureShape
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.samples import OPERATION, describe, failure_of, user_answer
from tests.support.models import request_of
from tests.support.server import REQUEST_ID, StubServer, error_answer, json_answer
from tests.support.services import (
    MESSAGE_FLOW,
    MESSAGE_FLOW_OPERATIONS,
    WORKMAIL,
    WORKMAIL_OPERATIONS,
    Operation,
    service_model,
)
from tests.support.strategies import examples, minimal_request
from workmail_async import MessageFlowClient, WorkMailClient, errors

pytestmark = pytest.mark.anyio

OPERATIONS = [*WORKMAIL_OPERATIONS, *MESSAGE_FLOW_OPERATIONS]

# Documented for every operation, and modelled for none.
COMMON = {
    "AccessDeniedException": 400,
    "IncompleteSignature": 400,
    "InternalFailure": 500,
    "InvalidAction": 400,
    "InvalidClientTokenId": 403,
    "NotAuthorized": 400,
    "OptInRequired": 403,
    "RequestExpired": 400,
    "ServiceUnavailable": 503,
    "ThrottlingException": 400,
    "ValidationError": 400,
}
RETRYABLE = {
    "DirectoryUnavailableException",
    "InternalFailure",
    "ServiceUnavailable",
    "ThrottlingException",
}


def codes(model: OperationModel | ServiceModel) -> set[str]:
    """The error codes of an operation, or of a whole service."""
    return {shape.error_code for shape in model.error_shapes if isinstance(shape, StructureShape)}


def documented(operation: Operation) -> list[str]:
    """The codes that the service model lists for an operation; one list names a code twice."""
    return sorted(codes(operation.model))


def test_the_services_document_436_errors() -> None:
    assert sum(len(documented(operation)) for operation in OPERATIONS) == 436


def test_there_is_one_class_for_each_code_and_no_other() -> None:
    modelled = codes(service_model(WORKMAIL)) | codes(service_model(MESSAGE_FLOW))
    assert errors.ERRORS.keys() == modelled | COMMON.keys()
    assert {code: cls.__name__ for code, cls in errors.ERRORS.items()} == {
        code: code for code in errors.ERRORS
    }
    assert {code for code, cls in errors.ERRORS.items() if cls.retryable} == RETRYABLE


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
@examples(1)
@given(data=st.data())
async def test_each_error_of_an_operation_raises_its_class(
    operation: Operation,
    client: WorkMailClient,
    message_flow: MessageFlowClient,
    server: StubServer,
    data: st.DataObject,
) -> None:
    caller = client if operation.service == WORKMAIL else message_flow
    once = caller.with_options(max_attempts=1)
    request = request_of(operation, data.draw(minimal_request(operation.input)))

    for code in documented(operation):
        server.enqueue(error_answer(code, f"What {code} is about."))
        with pytest.raises(errors.ServiceError) as caught:
            await once.send(request)

        assert_tells(caught.value, code, operation.name, 400)


@pytest.mark.parametrize(("code", "status"), COMMON.items())
async def test_each_common_error_raises_its_class(
    client: WorkMailClient, server: StubServer, code: str, status: int
) -> None:
    server.enqueue(error_answer(code, f"What {code} is about.", status=status))

    error = await failure_of(client.with_options(max_attempts=1), errors.ERRORS[code])

    assert_tells(error, code, OPERATION, status)


def assert_tells(error: errors.ServiceError, code: str, operation: str, status: int) -> None:
    """Checks all that an error says, and that it says it after pickling."""
    assert type(error) is getattr(errors, code)
    assert error.code == code
    assert error.message == f"What {code} is about."
    assert error.operation == error.operation_name == operation
    assert error.request_id == REQUEST_ID
    assert error.http_status == status
    assert error.attempts == 1
    assert error.retryable == (code in RETRYABLE)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


async def test_handlers_written_for_botocore_keep_working(
    client: WorkMailClient, server: StubServer
) -> None:
    server.enqueue(error_answer("EntityNotFoundException", "No such user."))

    with pytest.raises(ClientError) as caught:
        await describe(client)

    response: dict[str, Any] = {**caught.value.response}
    assert response["Error"] == {"Code": "EntityNotFoundException", "Message": "No such user."}
    assert (
        response["ResponseMetadata"].items()
        >= {
            "RequestId": REQUEST_ID,
            "HTTPStatusCode": 400,
            "RetryAttempts": 0,
        }.items()
    )
    assert caught.value.operation_name == OPERATION


async def test_a_code_that_no_document_knows_is_an_unknown_error(
    client: WorkMailClient, server: StubServer
) -> None:
    server.enqueue(error_answer("BrandNewException", "Just out."))

    error = await failure_of(client, errors.UnknownServiceError)

    assert (error.code, error.message, error.http_status) == ("BrandNewException", "Just out.", 400)
    assert (error.operation, error.request_id, error.attempts) == (OPERATION, REQUEST_ID, 1)
    assert not error.retryable


@pytest.mark.parametrize(("status", "retryable"), [(400, False), (429, True), (503, True)])
async def test_the_status_tells_whether_to_retry_an_unknown_error(
    client: WorkMailClient, server: StubServer, status: int, retryable: bool
) -> None:
    server.enqueue(error_answer("BrandNewException", status=status))

    error = await failure_of(client.with_options(max_attempts=1), errors.UnknownServiceError)

    assert error.retryable is retryable


@pytest.mark.parametrize(
    "code",
    [
        "com.amazonaws.workmail.v20171001#EntityNotFoundException",
        "EntityNotFoundException:http://internal.amazon.com/coral/com.amazon.coral.service/",
    ],
)
async def test_a_code_may_come_with_a_namespace(
    client: WorkMailClient, server: StubServer, code: str
) -> None:
    server.enqueue(json_answer({"__type": code, "message": "lower case"}, status=400))

    error = await failure_of(client, errors.EntityNotFoundException)

    assert (error.code, error.message) == ("EntityNotFoundException", "lower case")


@pytest.mark.parametrize("body", [{}, {"__type": None}, {"__type": 5}, b"", b"<html>", b"[]"])
async def test_a_code_may_stand_in_the_headers_alone(
    client: WorkMailClient, server: StubServer, body: object
) -> None:
    headers = {"x-amzn-ErrorType": "EntityNotFoundException:http://internal.amazon.com/"}
    server.enqueue(json_answer(body, status=400, headers=headers))

    error = await failure_of(client, errors.EntityNotFoundException)

    assert (error.code, error.http_status) == ("EntityNotFoundException", 400)


async def test_a_client_goes_on_after_an_error(client: WorkMailClient, server: StubServer) -> None:
    server.enqueue(error_answer("EntityNotFoundException"), user_answer("u-2"))

    await failure_of(client, errors.EntityNotFoundException)

    assert (await describe(client)).user_id == "u-2"
    assert server.requests[0].connection == server.requests[1].connection
