"""Requests, responses and data types are plain values: shown, compared, copied, pickled, sealed."""

import copy
import pickle
from datetime import datetime, timedelta, timezone
from typing import Any

import attrs
import pytest
from botocore.model import StructureShape
from cattrs import StructureHandlerNotFoundError
from hypothesis import given
from hypothesis import strategies as st

from tests.support.models import built, class_of
from tests.support.services import MESSAGE_FLOW, WORKMAIL, structures
from tests.support.strategies import examples, full_answer
from workmail_async import converter, enums, models
from workmail_async.runtime.model import Model, Output, Request, ResponseMetadata

STREAMED = "GetRawMessageContentResponse"
STRUCTURES = [*structures(WORKMAIL), *structures(MESSAGE_FLOW)]

every_structure = pytest.mark.parametrize(
    "shape",
    [shape for shape in STRUCTURES if shape.name != STREAMED],
    ids=lambda shape: shape.name,
)


@every_structure
@examples(2)
@given(data=st.data())
def test_a_model_survives_copies_and_pickles(shape: StructureShape, data: st.DataObject) -> None:
    model = built(shape, data.draw(full_answer(shape)))

    for again in (
        pickle.loads(pickle.dumps(model)),
        copy.copy(model),
        copy.deepcopy(model),
        attrs.evolve(model),
    ):
        assert type(again) is type(model)
        assert again == model
        assert repr(again) == repr(model)


@every_structure
def test_a_model_takes_no_attribute_that_it_does_not_have(shape: StructureShape) -> None:
    cls = class_of(shape)
    model: Any = object.__new__(cls)

    assert not hasattr(model, "__dict__")
    with pytest.raises(AttributeError):
        model.misspelled = "value"


@every_structure
def test_a_model_takes_keyword_arguments_alone(shape: StructureShape) -> None:
    cls: Any = class_of(shape)

    with pytest.raises(TypeError):
        cls("positional")
    with pytest.raises(TypeError):
        cls(misspelled="value")


def test_a_repr_shows_what_is_set() -> None:
    user = models.User(id="u-1", state=enums.EntityState.ENABLED)

    assert repr(user) == "User(id='u-1', state=<EntityState.ENABLED: 'ENABLED'>)"
    assert repr(models.User()) == "User()"
    assert repr(models.ListUsersResponse(users=[user, models.User()])) == (
        f"ListUsersResponse(users=[{user!r}, User()])"
    )


def test_a_repr_shows_a_value_of_a_wrong_type() -> None:
    wrong: Any = 5

    assert repr(models.User(id=wrong)) == "User(id=5)"
    assert repr(models.ListUsersResponse(users=wrong)) == "ListUsersResponse(users=***)"
    assert repr(models.ListUsersResponse(users=[None, {}])) == (  # type: ignore[list-item]
        "ListUsersResponse(users=[None, ***])"
    )


def test_models_of_other_classes_or_values_differ() -> None:
    assert models.User(id="u-1") == models.User(id="u-1")
    assert models.User(id="u-1") != models.User(id="u-2")
    group: object = models.Group(id="u-1")
    assert models.User(id="u-1") != group


def test_what_came_with_an_answer_is_no_part_of_it() -> None:
    metadata = ResponseMetadata("r-1", 200, 2)
    one = models.DescribeUserResponse(user_id="u", response_metadata=metadata)
    other = models.DescribeUserResponse(user_id="u")

    assert one == other
    assert repr(one) == repr(other) == "DescribeUserResponse(user_id='u')"
    assert pickle.loads(pickle.dumps(one)).response_metadata == metadata
    assert converter.unstructure(one) == {"UserId": "u"}


def test_an_answer_made_by_hand_was_not_received() -> None:
    assert models.DescribeUserResponse().response_metadata == ResponseMetadata(None, 0, 0)


def test_each_class_is_a_request_a_response_or_data() -> None:
    for shape in STRUCTURES:
        cls = class_of(shape)
        kinds = [kind for kind in (Request, Output) if issubclass(cls, kind)]
        expected = {"Request": [Request], "Response": [Output]}
        suffix = next((end for end in expected if shape.name.endswith(end)), "")
        assert kinds == expected.get(suffix, [])
        assert issubclass(cls, Model)


# ---- The converter ----


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        (0, datetime(1970, 1, 1, tzinfo=timezone.utc)),
        (1763596800, datetime(2025, 11, 20, tzinfo=timezone.utc)),
        (1763596800.25, datetime(2025, 11, 20, microsecond=250_000, tzinfo=timezone.utc)),
        (-86400, datetime(1969, 12, 31, tzinfo=timezone.utc)),
        (253402300799, datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc)),
        (-62135596800, datetime(1, 1, 1, tzinfo=timezone.utc)),
        ("2025-11-20T01:00:00+01:00", datetime(2025, 11, 20, tzinfo=timezone.utc)),
        ("2025-11-20T00:00:00Z", datetime(2025, 11, 20, tzinfo=timezone.utc)),
        ("Thu, 20 Nov 2025 00:00:00 GMT", datetime(2025, 11, 20, tzinfo=timezone.utc)),
        ("1763596800", datetime(2025, 11, 20, tzinfo=timezone.utc)),
    ],
)
def test_moments_are_read_in_every_form_that_aws_writes(wire: object, expected: datetime) -> None:
    moment = converter.structure({"EnabledDate": wire}, models.User).enabled_date

    assert moment == expected
    assert moment is not None
    assert moment.tzinfo is timezone.utc


@pytest.mark.parametrize("seconds", [1e300, -1e300, float("inf"), float("nan")])
def test_a_moment_beyond_all_years_is_refused(seconds: float) -> None:
    with pytest.raises((OverflowError, ValueError)):
        converter.structure({"EnabledDate": seconds}, models.User)


@pytest.mark.parametrize("failure", [OSError, OverflowError])
def test_a_moment_that_the_platform_cannot_count_is_counted_from_1970(
    failure: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Limited(datetime):
        """A datetime of a platform with a small clock."""

        @classmethod
        def fromtimestamp(cls, *_: object, **__: object) -> Any:
            raise failure

    monkeypatch.setattr("workmail_async.runtime.conversion.datetime", Limited)
    user = converter.structure({"EnabledDate": 1.5}, models.User)

    assert user.enabled_date == datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=timezone.utc)


def test_moments_are_written_in_seconds_whatever_their_zone() -> None:
    moment = datetime(2025, 11, 20, 1, tzinfo=timezone(timedelta(hours=1)))

    assert converter.unstructure(models.User(enabled_date=moment)) == {"EnabledDate": 1763596800.0}
    assert converter.structure({"EnabledDate": moment}, models.User).enabled_date == moment


def test_what_is_unknown_is_left_out_and_null_is_none() -> None:
    wire = {"Id": None, "Name": "ana", "Novelty": {"Id": "x"}}

    assert converter.structure(wire, models.User) == models.User(name="ana")


def test_what_is_not_set_is_not_written() -> None:
    assert converter.unstructure(models.User()) == {}
    assert converter.unstructure(models.User(name="")) == {"Name": ""}


def test_a_nested_structure_goes_both_ways() -> None:
    wire = {
        "OrganizationId": "m-1",
        "ResourceId": "r-1",
        "BookingOptions": {"AutoAcceptRequests": True, "AutoDeclineRecurringRequests": False},
        "Type": "ROOM",
    }
    request = models.UpdateResourceRequest(
        organization_id="m-1",
        resource_id="r-1",
        booking_options=models.BookingOptions(
            auto_accept_requests=True, auto_decline_recurring_requests=False
        ),
        type=enums.ResourceType.ROOM,
    )

    assert converter.unstructure(request) == wire
    assert converter.structure(wire, models.UpdateResourceRequest) == request


def test_enums_are_written_as_plain_texts() -> None:
    user = models.User(state=enums.EntityState.ENABLED, user_role=enums.UserRole("NEW"))
    wire = converter.unstructure(user)

    assert wire == {"State": "ENABLED", "UserRole": "NEW"}
    assert {type(value) for value in wire.values()} == {str}


def test_a_list_of_enums_goes_both_ways() -> None:
    wire = {
        "OrganizationId": "m-1",
        "EntityId": "e-1",
        "GranteeId": "g-1",
        "PermissionValues": ["SEND_AS", "NEW"],
    }
    request = models.PutMailboxPermissionsRequest(
        organization_id="m-1",
        entity_id="e-1",
        grantee_id="g-1",
        permission_values=[enums.PermissionType.SEND_AS, "NEW"],
    )
    made = converter.structure(wire, models.PutMailboxPermissionsRequest)

    assert converter.unstructure(request) == wire
    assert made == request
    assert [type(value) for value in made.permission_values] == [enums.PermissionType] * 2
    assert {type(value) for value in converter.unstructure(made)["PermissionValues"]} == {str}


def test_plain_values_stay_what_they_are() -> None:
    assert converter.structure(["a", "b"], list[str]) == ["a", "b"]
    optional: Any = str | None
    assert converter.structure("a", optional) == "a"
    assert converter.structure(None, optional) is None


def test_a_union_that_no_model_has_is_refused() -> None:
    union: Any = int | str
    with pytest.raises(StructureHandlerNotFoundError):
        converter.structure("a", union)


def test_a_list_of_models_goes_both_ways() -> None:
    wire = [{"Id": "a"}, {"Id": "b", "State": "NEW"}]

    users = converter.structure(wire, list[models.User])

    assert [user.id for user in users] == ["a", "b"]
    assert users[1].state is not None
    assert users[1].state.is_unknown
    assert converter.unstructure(users) == wire
