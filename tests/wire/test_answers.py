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
from tests.support.services import WORKMAIL_OPERATIONS, Operation
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
