"""Methods, arguments and attributes bear the service's names in Python's spelling."""

import inspect
from typing import Any

import botocore
import pytest
from botocore.model import StructureShape

from tests.support.models import attribute_names, class_of
from tests.support.services import (
    MESSAGE_FLOW,
    MESSAGE_FLOW_OPERATIONS,
    WORKMAIL,
    WORKMAIL_OPERATIONS,
    Operation,
    structures,
)
from workmail_async import MessageFlowClient, Organization, WorkMailClient, models

CLIENTS: dict[str, type[Any]] = {WORKMAIL: WorkMailClient, MESSAGE_FLOW: MessageFlowClient}
STRUCTURES = [*structures(WORKMAIL), *structures(MESSAGE_FLOW)]
ORGANIZATION = "organization_id"

every_operation = pytest.mark.parametrize(
    "operation", [*WORKMAIL_OPERATIONS, *MESSAGE_FLOW_OPERATIONS], ids=str
)


def expected_arguments(operation: Operation) -> dict[str, bool]:
    """The name of each argument and whether it must be given; tokens are filled in."""
    shape = operation.input
    may_be_left_out = {*shape.members} - {*shape.required_members}
    may_be_left_out.update(operation.model.idempotent_members)
    return {botocore.xform_name(name): name not in may_be_left_out for name in shape.members}


def arguments(method: Any) -> dict[str, bool]:
    """The keyword arguments of a method, and whether each must be given."""
    parameters = list(inspect.signature(method).parameters.values())[1:]
    assert {parameter.kind for parameter in parameters} <= {inspect.Parameter.KEYWORD_ONLY}
    return {parameter.name: parameter.default is parameter.empty for parameter in parameters}


@every_operation
def test_a_method_takes_the_members_of_its_request(operation: Operation) -> None:
    method = getattr(CLIENTS[operation.service], operation.method)

    assert arguments(method) == expected_arguments(operation)


@pytest.mark.parametrize("operation", WORKMAIL_OPERATIONS, ids=str)
def test_an_organization_has_what_needs_an_organization(operation: Operation) -> None:
    expected = expected_arguments(operation)

    if expected.pop(ORGANIZATION, False):
        assert arguments(getattr(Organization, operation.method)) == expected
    else:
        assert not hasattr(Organization, operation.method)


@pytest.mark.parametrize("shape", STRUCTURES, ids=lambda shape: shape.name)
def test_a_class_has_the_members_of_its_structure(shape: StructureShape) -> None:
    cls = class_of(shape)

    assert attribute_names(cls) == {wire: botocore.xform_name(wire) for wire in shape.members}
    assert cls.__module__ == models.__name__
    assert shape.name in models.__all__


@every_operation
def test_a_request_names_its_operation_and_answer(operation: Operation) -> None:
    named = class_of(operation.input).operation  # type: ignore[attr-defined]

    assert (named.name, named.service.name) == (operation.name, operation.service)
    assert named.output is class_of(operation.output)
    assert named.streaming == operation.model.has_streaming_output
