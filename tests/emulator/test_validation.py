"""What the emulator says about requests that break the service model."""

from typing import Any

import pytest

from tests.emulator.conftest import ClientMaker, Stage
from tests.emulator.refusals import MODEL, refused
from workmail_async.emulator.validation import UNENFORCED_PATTERNS, faults, service_model

ORG = "m-" + "0" * 32


@pytest.mark.parametrize(
    ("operation", "request_", "found"),
    [
        ("DescribeUser", {}, ["OrganizationId is required", "UserId is required"]),
        ("DescribeUser", {"OrganizationId": ORG, "UserId": None}, ["UserId is required"]),
        ("DescribeUser", [], ["the request must be of type structure"]),
        (
            "DescribeUser",
            {"OrganizationId": 5, "UserId": "u"},
            ["OrganizationId must be of type"],
        ),
        (
            "DescribeUser",
            {"OrganizationId": "m-1", "UserId": "u"},
            ["OrganizationId has 3 characters; the minimum is 34", "OrganizationId does not match"],
        ),
        (
            "DescribeUser",
            {"OrganizationId": ORG, "UserId": "u" * 257},
            ["UserId has 257 characters; the maximum is 256"],
        ),
        (
            "ListUsers",
            {"OrganizationId": ORG, "MaxResults": 0},
            ["MaxResults is 0; the minimum is 1"],
        ),
        (
            "ListUsers",
            {"OrganizationId": ORG, "MaxResults": 101},
            ["MaxResults is 101; the maximum is 100"],
        ),
        (
            "ListUsers",
            {"OrganizationId": ORG, "MaxResults": True},
            ["MaxResults must be of type"],
        ),
        ("ListUsers", {"OrganizationId": ORG, "MaxResults": 1.5}, ["MaxResults must be of type"]),
        (
            "ListUsers",
            {"OrganizationId": ORG, "Filters": {"State": "ASLEEP"}},
            ["Filters.State must be one of ENABLED, DISABLED, DELETED"],
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
            ["Tags has 51 entries; the maximum is 50"],
        ),
        (
            "DeleteOrganization",
            {"OrganizationId": ORG, "DeleteDirectory": 1},
            ["DeleteDirectory must be"],
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
