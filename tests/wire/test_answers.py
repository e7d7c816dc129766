"""Every WorkMail operation decodes what aiobotocore parses from the same bytes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.models import (
    assert_typed,
    attribute_names,
    aws_shaped,
    class_of,
    request_of,
)
from tests.support.server import REQUEST_ID, json_answer
from tests.support.services import WORKMAIL, WORKMAIL_OPERATIONS, Operation
from tests.support.side_by_side import SideBySide
from tests.support.strategies import (
    Wire,
    examples,
    full_answer,
    minimal_request,
    sparse_answer,
)

every_operation = pytest.mark.parametrize("operation", WORKMAIL_OPERATIONS, ids=str)


def read_by_both(
    workmail: SideBySide, operation: Operation, request: Wire, answer: Wire
) -> tuple[Any, Wire]:
    """Our model and aiobotocore's dict of the same answer."""

    async def ask_both() -> tuple[Any, Wire]:
        theirs = await getattr(workmail.theirs, operation.method)(**request)
        return await workmail.ours.send(request_of(operation, request)), theirs

    workmail.prepare(json_answer(answer), json_answer(answer))
    ours, theirs = workmail.run(ask_both)
    theirs.pop("ResponseMetadata")
    return ours, theirs


def compare(workmail: SideBySide, operation: Operation, request: Wire, answer: Wire) -> None:
    """Lets both clients read one answer and compares what they made of it."""
    ours, theirs = read_by_both(workmail, operation, request, answer)

    assert aws_shaped(ours) == theirs
    assert_typed(operation.output, ours)
    metadata = ours.response_metadata
    assert (metadata.request_id, metadata.http_status, metadata.attempts) == (REQUEST_ID, 200, 1)


@every_operation
@examples(4)
@given(data=st.data())
def test_a_full_answer_is_what_aiobotocore_parses(
    workmail: SideBySide, operation: Operation, data: st.DataObject
) -> None:
    request = data.draw(minimal_request(operation.input))
    compare(workmail, operation, request, data.draw(full_answer(operation.output)))


@every_operation
@examples(4)
@given(data=st.data())
def test_a_sparse_or_newer_answer_is_what_aiobotocore_parses(
    workmail: SideBySide, operation: Operation, data: st.DataObject
) -> None:
    request = data.draw(minimal_request(operation.input))
    compare(workmail, operation, request, data.draw(sparse_answer(operation.output)))


@every_operation
@pytest.mark.parametrize("present", [True, False], ids=["null", "missing"])
@examples(1)
@given(data=st.data())
def test_members_without_value_are_none(
    workmail: SideBySide, operation: Operation, present: bool, data: st.DataObject
) -> None:
    answer = dict.fromkeys(operation.output.members) if present else {}
    request = data.draw(minimal_request(operation.input))
    ours, _ = read_by_both(workmail, operation, request, answer)

    names = attribute_names(class_of(operation.output)).values()
    assert [getattr(ours, name) for name in names] == [None] * len(operation.output.members)


@pytest.mark.parametrize(
    "moment",
    [
        0,
        -1,
        1714564800.123456,
        1714564800.1234567,
        2.5e-6,
        253402300799,
        "1714564800.25",
        "2024-05-01T12:00:00Z",
        "2024-05-01T14:00:00.123+02:00",
        "Wed, 01 May 2024 12:00:00 GMT",
    ],
)
def test_timestamps_are_read_in_every_form_that_botocore_reads(
    workmail: SideBySide, moment: object
) -> None:
    request = {"OrganizationId": f"m-{0:032}", "UserId": "ana"}
    answer = {"EnabledDate": moment, "UserId": "ana"}
    compare(workmail, Operation(WORKMAIL, "DescribeUser"), request, answer)


def test_an_answer_without_request_id_has_none(workmail: SideBySide) -> None:
    request = request_of(Operation(WORKMAIL, "ListOrganizations"), {})
    workmail.prepare(json_answer({}, request_id=None))

    page = workmail.run(workmail.ours.send, request)
    assert page.response_metadata.request_id is None
    assert page.response_metadata.http_status == 200


@pytest.mark.slow
@every_operation
@examples(100)
@given(data=st.data())
def test_any_answer_is_what_aiobotocore_parses(
    workmail: SideBySide, operation: Operation, data: st.DataObject
) -> None:
    request = data.draw(minimal_request(operation.input))
    answer = data.draw(full_answer(operation.output) | sparse_answer(operation.output))
    compare(workmail, operation, request, answer)
