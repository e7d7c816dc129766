"""Enums are texts, and keep what they do not know."""

import copy
import json
import pickle

import orjson
import pytest

from tests.support.services import WORKMAIL, service_model
from workmail_async import enums
from workmail_async.enums import EntityState, FolderName
from workmail_async.runtime.enums import OpenEnum

CLASSES = [getattr(enums, name) for name in enums.__all__]
NEW = EntityState("PAUSED")


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_members_are_named_as_their_values_and_as_the_service_names_them(
    cls: type[OpenEnum],
) -> None:
    shape = service_model(WORKMAIL).shape_for(cls.__name__)

    assert list(cls.__members__) == [member.value for member in cls]
    assert list(cls.__members__) == shape.metadata["enum"]


def test_a_known_value_is_its_member() -> None:
    assert EntityState("ENABLED") is EntityState.ENABLED
    assert not EntityState.ENABLED.is_unknown


def test_an_unknown_value_is_kept() -> None:
    assert isinstance(NEW, EntityState)
    assert NEW.is_unknown
    assert (NEW.name, NEW.value) == ("PAUSED", "PAUSED")
    assert repr(NEW) == "<EntityState.PAUSED: 'PAUSED'>"
    assert NEW not in list(EntityState)
    assert "PAUSED" not in EntityState.__members__


@pytest.mark.parametrize("value", ["", "enabled", "with space", "is_unknown", "__class__"])
def test_any_text_can_be_an_unknown_value(value: str) -> None:
    assert EntityState(value) == value
    assert EntityState(value).is_unknown


@pytest.mark.parametrize("value", [5, None, b"ENABLED", ["ENABLED"]])
def test_only_a_text_can_be_a_value(value: object) -> None:
    with pytest.raises(ValueError, match="is not a valid EntityState"):
        EntityState(value)


@pytest.mark.parametrize("state", [EntityState.ENABLED, NEW], ids=["known", "unknown"])
def test_a_value_is_its_text(state: EntityState) -> None:
    text = state.value

    assert isinstance(state, str)
    assert state == text
    assert text == state
    assert not state != text  # noqa: SIM202
    assert state != "OTHER"
    assert hash(state) == hash(text)
    assert {state: 1}[text] == {text: 1}[state] == 1  # type: ignore[index]
    assert state in {text, "OTHER"}
    assert str(state) == f"{state}" == "%s" % state == text  # noqa: UP031
    assert f"{state:>10}" == f"{text:>10}"
    assert json.dumps({"State": state}) == json.dumps({"State": text})
    assert orjson.dumps(state) == orjson.dumps(text)
    assert f"{state}-{state.lower()}" == f"{text}-{text.lower()}"


def test_two_unknown_values_of_one_text_are_equal() -> None:
    assert EntityState("PAUSED") == NEW
    assert {EntityState("PAUSED"), NEW} == {"PAUSED"}
    assert EntityState("PAUSED") != EntityState("STOPPED")


def test_values_compare_with_anything() -> None:
    thing: object = 5

    assert not thing == EntityState.ENABLED  # noqa: SIM201
    assert FolderName("ENABLED") == EntityState.ENABLED  # both are the same text


@pytest.mark.parametrize("state", [EntityState.ENABLED, NEW], ids=["known", "unknown"])
def test_a_value_survives_copies_and_pickles(state: EntityState) -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(state, protocol))
        assert type(again) is EntityState
        assert again == state
        assert again.is_unknown == state.is_unknown
    assert copy.copy(state) is state
    assert copy.deepcopy([state])[0] is state
    assert (pickle.loads(pickle.dumps(state)) is state) == (not state.is_unknown)


def test_an_unknown_value_does_not_become_known() -> None:
    for _ in range(2):
        assert EntityState("PAUSED").is_unknown
    assert len(EntityState) == 3
