"""The API reference, operation by operation: a success, and each error that it documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.emulator.conftest import Stage
from tests.emulator.reference.requests import BEFORE, REQUESTS, Scene
from tests.emulator.reference.situations import (
    SITUATIONS,
    UNREACHABLE,
    Situation,
    documented,
)
from tests.emulator.refusals import OPERATIONS, refused

_TYPES: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "double": (float, int),
    "integer": (int,),
    "list": (list,),
    "long": (int,),
    "string": (str,),
    "structure": (dict,),
    "timestamp": (datetime,),
}


@pytest.fixture
def scene(stage: Stage) -> Scene:
    """The stage, with nothing done on it."""
    return Scene(stage)


def test_every_operation_has_a_request() -> None:
    assert set(REQUESTS) == set(OPERATIONS)


def test_every_documented_error_is_brought_about_or_cannot_be() -> None:
    tried = {(situation.operation, situation.code) for situation in SITUATIONS}
    assert tried | set(UNREACHABLE) == documented()
    assert not tried & set(UNREACHABLE)


@pytest.mark.parametrize("operation", sorted(REQUESTS))
def test_a_valid_request_is_answered_in_the_models_form(scene: Scene, operation: str) -> None:
    for each in BEFORE.get(operation, ()):
        scene.call(each)
    answer = scene.call(operation)
    assert answer.pop("ResponseMetadata")["HTTPStatusCode"] == 200
    assert scene.stage.emulator.requests[-1].operation == operation
    shape = OPERATIONS[operation].output_shape
    assert_form(shape, answer)


def assert_form(shape: Any, value: Any) -> None:
    if shape.type_name == "blob":
        assert value.read()
        return
    assert type(value) in _TYPES[shape.type_name], shape
    if shape.type_name == "structure":
        assert value.keys() <= shape.members.keys()
        for name, member in value.items():
            assert_form(shape.members[name], member)
    elif shape.type_name == "list":
        for item in value:
            assert_form(shape.member, item)


def numbered(situations: list[Situation]) -> Iterator[str]:
    """Tell apart the situations that bring about the same."""
    seen = Counter[str]()
    for situation in situations:
        seen[str(situation)] += 1
        yield f"{situation}-{seen[str(situation)]}"


@pytest.mark.parametrize("situation", SITUATIONS, ids=numbered(SITUATIONS))
def test_the_situation_brings_about_the_error(scene: Scene, situation: Situation) -> None:
    # What the request names is made before anything stands in its way.
    request = scene.filled(situation.operation, situation.change)
    if situation.prepare is not None:
        situation.prepare(scene)
    with refused(situation.code):
        scene.send(situation.operation, request)
