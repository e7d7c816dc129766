"""Every WorkMail operation sends what aiobotocore sends for the same input."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.models import keywords, request_of
from tests.support.plugin import SECRET_KEY
from tests.support.server import json_answer
from tests.support.services import WORKMAIL_OPERATIONS, Operation
from tests.support.side_by_side import SideBySide
from tests.support.strategies import Wire, examples, full_request, minimal_request
from tests.support.wire import assert_same_request, assert_signed
from workmail_async import WorkMailClient

TOKEN = "ClientToken"

Way: TypeAlias = Callable[[WorkMailClient, Operation, Wire, bool], Awaitable[Any]]


async def method(client: WorkMailClient, operation: Operation, wire: Wire, as_enums: bool) -> None:
    """Calls the operation's method with keyword arguments."""
    arguments = keywords(operation.input, wire, as_enums=as_enums)
    await getattr(client, operation.method)(**arguments)


async def send(client: WorkMailClient, operation: Operation, wire: Wire, as_enums: bool) -> None:
    """Sends the operation's request object."""
    await client.send(request_of(operation, wire, as_enums=as_enums))


async def organization(
    client: WorkMailClient, operation: Operation, wire: Wire, as_enums: bool
) -> None:
    """Calls the method of the view of one organization, which adds the organization's id."""
    arguments = keywords(operation.input, wire, as_enums=as_enums)
    view = client.organization(arguments.pop("organization_id"))
    await getattr(view, operation.method)(**arguments)


WAYS = [
    pytest.param(way, operation, id=f"{way.__name__}-{operation}")
    for way in (method, send, organization)
    for operation in WORKMAIL_OPERATIONS
    if way is not organization or "OrganizationId" in operation.input.required_members
]


def compare(
    workmail: SideBySide,
    operation: Operation,
    wire: Wire,
    way: Way = method,
    *,
    as_enums: bool = True,
    ignore: frozenset[str] = frozenset(),
) -> None:
    """Sends one input through both clients and compares what arrived."""

    async def through_both() -> None:
        await getattr(workmail.theirs, operation.method)(**wire)
        await way(workmail.ours, operation, wire, as_enums)

    workmail.prepare(json_answer({}), json_answer({}))
    workmail.run(through_both)

    theirs, ours = workmail.sent
    assert_same_request(ours, theirs, ignore=ignore)
    assert_signed(ours, SECRET_KEY)
    assert ours.operation == operation.name
    assert {name: ours.json()[name] for name in wire} == wire


@pytest.mark.parametrize(("way", "operation"), WAYS)
@examples(3)
@given(data=st.data())
def test_a_full_request_is_what_aiobotocore_sends(
    workmail: SideBySide, operation: Operation, way: Way, data: st.DataObject
) -> None:
    wire = data.draw(full_request(operation.input))
    compare(workmail, operation, wire, way, as_enums=data.draw(st.booleans()))


@pytest.mark.parametrize("operation", WORKMAIL_OPERATIONS, ids=str)
@examples(2)
@given(data=st.data())
def test_a_minimal_request_is_what_aiobotocore_sends(
    workmail: SideBySide, operation: Operation, data: st.DataObject
) -> None:
    wire = data.draw(minimal_request(operation.input))
    drawn_at_random = {TOKEN} & {*operation.input.members} - {*wire}
    compare(workmail, operation, wire, ignore=frozenset(drawn_at_random))


@pytest.mark.slow
@pytest.mark.parametrize("operation", WORKMAIL_OPERATIONS, ids=str)
@examples(100)
@given(data=st.data())
def test_any_full_request_is_what_aiobotocore_sends(
    workmail: SideBySide, operation: Operation, data: st.DataObject
) -> None:
    wire = data.draw(full_request(operation.input))
    compare(workmail, operation, wire, as_enums=data.draw(st.booleans()))
