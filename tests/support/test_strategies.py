"""The strategies give requests that botocore finds valid, and answers of every member."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.model import ListShape, Shape, StructureShape
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from tests.support import strategies
from tests.support.services import MESSAGE_FLOW_OPERATIONS, WORKMAIL_OPERATIONS, Operation

every_operation = pytest.mark.parametrize(
    "operation", [*WORKMAIL_OPERATIONS, *MESSAGE_FLOW_OPERATIONS], ids=str
)
every_workmail_operation = pytest.mark.parametrize("operation", WORKMAIL_OPERATIONS, ids=str)


def paths(shape: Shape, content: Any, path: str = "") -> set[str]:
    """All members that stand in the content, each with its way from the root."""
    if isinstance(shape, ListShape):
        return {found for item in content for found in paths(shape.member, item, path + "[]")}
    if not isinstance(shape, StructureShape):
        return set()
    below = (paths(shape.members[name], content[name], f"{path}.{name}") for name in content)
    return {f"{path}.{name}" for name in content}.union(*below)


def all_paths(shape: Shape, path: str = "") -> set[str]:
    """All members that the model knows."""
    if isinstance(shape, ListShape):
        return all_paths(shape.member, path + "[]")
    if not isinstance(shape, StructureShape):
        return set()
    below = (all_paths(member, f"{path}.{name}") for name, member in shape.members.items())
    return {f"{path}.{name}" for name in shape.members}.union(*below)


@every_operation
@pytest.mark.parametrize(
    "kind", [strategies.full_request, strategies.minimal_request], ids=["full", "minimal"]
)
@strategies.examples(3)
@given(data=st.data())
def test_requests_are_valid(
    operation: Operation,
    kind: Callable[[StructureShape], st.SearchStrategy[strategies.Wire]],
    data: st.DataObject,
) -> None:
    shape = operation.input
    request = data.draw(kind(shape))

    report = ParamValidator().validate(request, shape)
    assert not report.has_errors(), report.generate_report()
    if kind is strategies.full_request:
        assert paths(shape, request) == all_paths(shape)
    else:
        assert set(request) == set(shape.required_members)


@every_workmail_operation
@strategies.examples(3)
@given(data=st.data())
def test_full_answers_hold_every_member(operation: Operation, data: st.DataObject) -> None:
    shape = operation.output
    answer = data.draw(strategies.full_answer(shape))

    assert paths(shape, answer) == all_paths(shape)
    assert json.loads(json.dumps(answer)) == answer
