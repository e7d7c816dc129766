"""Idempotency tokens are filled in when left out, and are one and the same for all attempts."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.models import keywords, request_of
from tests.support.server import error_answer, json_answer
from tests.support.services import WORKMAIL_OPERATIONS, Operation
from tests.support.side_by_side import SideBySide
from tests.support.strategies import Wire, examples, full_request

TOKEN = "ClientToken"
WITH_TOKEN = [operation for operation in WORKMAIL_OPERATIONS if TOKEN in operation.input.members]

every_operation_with_token = pytest.mark.parametrize("operation", WITH_TOKEN, ids=str)


@pytest.fixture
def no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries come at once."""
    backoff = "botocore.retries.standard.ExponentialBackoff.delay_amount"
    monkeypatch.setattr(backoff, lambda self, context: 0)


def without_token(operation: Operation, data: st.DataObject) -> Wire:
    """A full request but for its token."""
    wire = data.draw(full_request(operation.input))
    del wire[TOKEN]
    return wire


def tokens(workmail: SideBySide) -> list[Any]:
    """The tokens that arrived, in order."""
    return [received.json()[TOKEN] for received in workmail.sent]


def test_the_model_marks_the_same_members() -> None:
    assert len(WITH_TOKEN) == 9
    assert {tuple(operation.model.idempotent_members) for operation in WITH_TOKEN} == {(TOKEN,)}


@every_operation_with_token
@examples(1)
@given(data=st.data())
def test_a_token_left_out_is_filled_in_and_kept_over_retries(
    workmail: SideBySide, no_backoff: None, operation: Operation, data: st.DataObject
) -> None:
    arguments = keywords(operation.input, without_token(operation, data))

    async def call() -> int:
        answer = await getattr(workmail.ours, operation.method)(**arguments)
        attempts: int = answer.response_metadata.attempts
        return attempts

    failure = error_answer("InternalFailure", status=500)
    workmail.prepare(failure, failure, json_answer({}), json_answer({}))

    assert workmail.run(call) == 3
    assert workmail.run(call) == 1
    first, second, third, next_call = tokens(workmail)
    assert first == second == third == str(UUID(first))
    assert next_call not in (None, first)


@every_operation_with_token
@examples(1)
@given(data=st.data())
def test_a_request_object_keeps_no_token_that_it_was_not_given(
    workmail: SideBySide, operation: Operation, data: st.DataObject
) -> None:
    request = request_of(operation, without_token(operation, data))
    workmail.prepare(json_answer({}), json_answer({}))

    workmail.run(workmail.ours.send, request)
    workmail.run(workmail.ours.send, request)

    assert request.client_token is None
    first, second = tokens(workmail)
    assert first != second


@every_operation_with_token
@examples(1)
@given(data=st.data())
def test_a_token_that_is_given_is_sent(
    workmail: SideBySide, operation: Operation, data: st.DataObject
) -> None:
    wire = data.draw(full_request(operation.input))
    workmail.prepare(json_answer({}))

    workmail.run(workmail.ours.send, request_of(operation, wire))

    assert tokens(workmail) == [wire[TOKEN]]
