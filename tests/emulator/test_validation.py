"""What the emulator says about requests that break the service model, and about random ones."""

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.emulator.conftest import ClientMaker, Stage
from tests.emulator.refusals import COMMON, MODEL, documented_errors, refused
from workmail_async.emulator import Emulator
from workmail_async.emulator.validation import UNENFORCED_PATTERNS, faults, service_model

ORG = "m-" + "0" * 32


@pytest.mark.parametrize(
    ("operation", "request_", "found"),
    [
        ("DescribeUser", {}, ["OrganizationId is required", "UserId is required"]),
        ("DescribeUser", {"OrganizationId": ORG, "UserId": None}, ["UserId is required"]),
        ("DescribeUser", [], ["the request has to be of type structure"]),
        (
            "DescribeUser",
            {"OrganizationId": 5, "UserId": "u"},
            ["OrganizationId has to be of type"],
        ),
        (
            "DescribeUser",
            {"OrganizationId": "m-1", "UserId": "u"},
            ["OrganizationId has 3 characters; at least 34", "OrganizationId does not match"],
        ),
        (
            "DescribeUser",
            {"OrganizationId": ORG, "UserId": "u" * 257},
            ["UserId has 257 characters; at most 256"],
        ),
        (
            "ListUsers",
            {"OrganizationId": ORG, "MaxResults": 0},
            ["MaxResults is 0; the least is 1"],
        ),
        ("ListUsers", {"OrganizationId": ORG, "MaxResults": 101}, ["MaxResults is 101; the most"]),
        (
            "ListUsers",
            {"OrganizationId": ORG, "MaxResults": True},
            ["MaxResults has to be of type"],
        ),
        ("ListUsers", {"OrganizationId": ORG, "MaxResults": 1.5}, ["MaxResults has to be of type"]),
        (
            "ListUsers",
            {"OrganizationId": ORG, "Filters": {"State": "ASLEEP"}},
            ["Filters.State has to be one of ENABLED, DISABLED, DELETED"],
        ),
        ("ListUsers", {"OrganizationId": ORG, "Unheard": "of"}, []),
        (
            "TagResource",
            {"ResourceARN": "arn:aws:workmail:us-east-1:1:o/m", "Tags": [{"Key": ""}]},
            ["Tags[0].Value is required", "Tags[0].Key has 0 characters"],
        ),
        (
            "TagResource",
            {
                "ResourceARN": "arn:aws:workmail:us-east-1:1:o/m",
                "Tags": [{"Key": "k", "Value": ""}] * 51,
            },
            ["Tags has 51 entries; at most 50"],
        ),
        (
            "DeleteOrganization",
            {"OrganizationId": ORG, "DeleteDirectory": 1},
            ["DeleteDirectory has"],
        ),
        # \w is ASCII where the service runs
        (
            "CreateUser",
            {"OrganizationId": ORG, "Name": "ána", "DisplayName": ""},
            ["Name does not"],
        ),
        (
            "CreateUser",
            {"OrganizationId": ORG, "Name": "ana\n", "DisplayName": ""},
            ["Name does not"],
        ),
    ],
)
def test_all_faults_are_found(operation: str, request_: Any, found: list[str]) -> None:
    said = faults(MODEL.operation_model(operation), request_)
    assert len(said) == len(found), said
    assert all(each.startswith(expected) for each, expected in zip(said, found, strict=True)), said


def test_a_value_is_never_repeated() -> None:
    request = {"OrganizationId": ORG, "UserId": "S-1-1-12-1234", "Password": "s3cret" * 50}
    (said,) = faults(MODEL.operation_model("ResetPassword"), request)
    assert "s3cret" not in said


def test_patterns_that_are_left_alone_exist() -> None:
    known = {*MODEL.shape_names, *service_model("workmailmessageflow").shape_names}
    assert UNENFORCED_PATTERNS.keys() <= known


def test_an_operation_without_its_own_error_answers_the_common_one(
    stage: Stage, client_of: ClientMaker
) -> None:
    workmail = client_of(stage.emulator, "workmail", validate=False)
    with refused("ValidationError", saying="ResourceARN is required"):
        workmail.list_tags_for_resource()
    with refused("InvalidParameterException", saying="OrganizationId is required"):
        workmail.list_users()


NAMES = ("ana", "ana@acme.example", "staff", "oak", "nobody", "a b", "", "é" * 300)
LEAVES = st.one_of(
    st.sampled_from(NAMES),
    st.none(),
    st.booleans(),
    st.integers(-5, 2**40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=40),
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def random_requests(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """An operation with members of its own, each with a value of any kind."""
    operation = draw(st.sampled_from(MODEL.operation_names))
    shape = MODEL.operation_model(operation).input_shape
    members = getattr(shape, "members", {})
    request = {
        name: draw(likely(member)) if draw(st.integers(0, 9)) else draw(ANYTHING)
        for name, member in members.items()
        if draw(st.integers(0, 5))
    }
    return operation, request


def likely(shape: Any) -> st.SearchStrategy[Any]:
    """Values that the model mostly takes."""
    if shape.type_name == "structure":
        return st.fixed_dictionaries(
            {}, optional={name: likely(member) for name, member in shape.members.items()}
        )
    if shape.type_name == "list":
        return st.lists(likely(shape.member), max_size=3)
    if shape.type_name == "boolean":
        return st.booleans()
    if shape.type_name in {"integer", "long"}:
        return st.integers(0, 200)
    if getattr(shape, "enum", None):
        return st.sampled_from(shape.enum)
    if shape.name == "OrganizationId":
        return st.just("{organization}")
    return st.sampled_from(NAMES) | st.text(max_size=20)


@pytest.fixture(scope="module")
def busy_emulator(
    shared_emulator: Emulator,
) -> Iterator[tuple[http.client.HTTPConnection, str]]:
    """A connection to an emulator with an organization for random requests, and its identifier."""
    shared_emulator.reset()
    organization = shared_emulator.create_organization(
        "acme", domains=["acme.example"], users=["ana"], groups=["staff"], resources=["oak"]
    )
    host = shared_emulator.endpoint_url.removeprefix("http://")
    connection = http.client.HTTPConnection(host)
    yield connection, organization.id
    connection.close()


@settings(max_examples=300)
@given(random_requests())
def test_random_requests_always_get_workmails_answer(
    busy_emulator: tuple[http.client.HTTPConnection, str], asked: tuple[str, dict[str, Any]]
) -> None:
    connection, organization = busy_emulator
    operation, request = asked
    body = json.dumps(request).replace("{organization}", organization)
    connection.request("POST", "/", body, {"X-Amz-Target": f"WorkMailService.{operation}"})
    response = connection.getresponse()
    answer = json.loads(response.read())
    assert isinstance(answer, dict)
    assert response.headers["x-amzn-RequestId"]
    if response.status != 200:
        assert response.status == 400
        # CreateUser documents no error for a full organization.
        assert answer["__type"] in documented_errors(operation) | COMMON
        assert answer["Message"]
