"""`converter` takes every structure of both services to its AWS form and back, unharmed."""

from typing import Any

import pytest
from botocore.model import StructureShape
from hypothesis import given
from hypothesis import strategies as st

from tests.support.models import assert_typed, built, class_of
from tests.support.services import MESSAGE_FLOW, WORKMAIL, structures
from tests.support.strategies import (
    UNKNOWN_MEMBER,
    examples,
    full_answer,
    sparse_answer,
    unknown_content,
)
from workmail_async import converter

STREAMED = "GetRawMessageContentResponse"
STRUCTURES = [
    shape for shape in (*structures(WORKMAIL), *structures(MESSAGE_FLOW)) if shape.name != STREAMED
]

every_structure = pytest.mark.parametrize("shape", STRUCTURES, ids=lambda shape: shape.name)


@every_structure
@examples(5)
@given(data=st.data())
def test_the_aws_form_comes_back_as_it_was(shape: StructureShape, data: st.DataObject) -> None:
    wire = data.draw(full_answer(shape))
    model = converter.structure(wire, class_of(shape))

    assert_typed(shape, model)
    assert converter.unstructure(model) == wire
    assert converter.structure(converter.unstructure(model), class_of(shape)) == model


@every_structure
@pytest.mark.parametrize("as_enums", [True, False], ids=["enums", "strings"])
@examples(3)
@given(data=st.data())
def test_a_model_made_by_hand_takes_the_aws_form(
    shape: StructureShape, as_enums: bool, data: st.DataObject
) -> None:
    wire = data.draw(full_answer(shape))
    model = built(shape, wire, as_enums=as_enums)

    assert converter.unstructure(model) == wire
    assert plain(converter.unstructure(model))
    assert converter.structure(wire, class_of(shape)) == model


@every_structure
@examples(5)
@given(data=st.data())
def test_what_is_null_missing_or_unknown_does_no_harm(
    shape: StructureShape, data: st.DataObject
) -> None:
    wire = data.draw(sparse_answer(shape))
    wire[UNKNOWN_MEMBER] = data.draw(unknown_content())
    model = converter.structure(wire, class_of(shape))

    assert_typed(shape, model)
    assert converter.unstructure(model) == without_noise(wire)


def plain(content: Any) -> bool:
    """Whether JSON can hold it as it is, enum members excluded."""
    if type(content) is dict:
        return all(type(key) is str and plain(value) for key, value in content.items())
    if type(content) is list:
        return all(map(plain, content))
    return content is None or type(content) in (str, int, float, bool)


def without_noise(content: Any) -> Any:
    """The content without nulls and unknown members, at every level."""
    if isinstance(content, dict):
        kept = ((k, v) for k, v in content.items() if v is not None and k != UNKNOWN_MEMBER)
        return {key: without_noise(value) for key, value in kept}
    if isinstance(content, list):
        return [without_noise(item) for item in content]
    return content
