"""Availability configurations."""

from datetime import timedelta
from typing import Any

import pytest

from tests.emulator.conftest import Stage
from tests.emulator.refusals import refused

EWS = {
    "EwsEndpoint": "https://ews.partner.example/EWS/Exchange.asmx",
    "EwsUsername": "svc@partner.example",
    "EwsPassword": "Correct-horse-9",
}
LAMBDA = {"LambdaArn": "arn:aws:lambda:us-east-1:123456789012:function:free-busy"}
ONE_PROVIDER = [{"EwsProvider": EWS}, {"LambdaProvider": LAMBDA}]
NOT_ONE_PROVIDER = [{}, {"EwsProvider": EWS, "LambdaProvider": LAMBDA}]


def create(stage: Stage, domain: str, **request: Any) -> None:
    stage.workmail.create_availability_configuration(
        OrganizationId=stage.id, DomainName=domain, **request
    )


def configurations(stage: Stage, **request: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stage.workmail.list_availability_configurations(
        OrganizationId=stage.id, **request
    )["AvailabilityConfigurations"]
    return found


def passes(stage: Stage, **request: Any) -> tuple[bool, str | None]:
    answer = stage.workmail.test_availability_configuration(OrganizationId=stage.id, **request)
    return answer["TestPassed"], answer.get("FailureReason")


def test_passwords_are_kept_to_the_service(stage: Stage) -> None:
    create(stage, "Partner.example", EwsProvider=EWS)
    (told,) = configurations(stage)
    assert told == {
        "DomainName": "Partner.example",
        "ProviderType": "EWS",
        "EwsProvider": {
            "EwsEndpoint": EWS["EwsEndpoint"],
            "EwsUsername": EWS["EwsUsername"],
        },
        "DateCreated": told["DateCreated"],
        "DateModified": told["DateCreated"],
    }
    assert EWS["EwsPassword"] not in repr(stage.emulator.organization(stage.id).settings)


def test_an_update_overrides_the_provider(stage: Stage) -> None:
    create(stage, "partner.example", EwsProvider=EWS)
    (before,) = configurations(stage)
    stage.emulator.clock.advance(60)
    stage.workmail.update_availability_configuration(
        OrganizationId=stage.id, DomainName="PARTNER.example", LambdaProvider=LAMBDA
    )
    assert configurations(stage) == [
        {
            "DomainName": "partner.example",
            "ProviderType": "LAMBDA",
            "LambdaProvider": LAMBDA,
            "DateCreated": before["DateCreated"],
            "DateModified": before["DateModified"] + timedelta(minutes=1),
        }
    ]


def test_they_are_listed_in_pages(stage: Stage) -> None:
    for number in range(3):
        create(stage, f"d{number}.example", LambdaProvider=LAMBDA)
    request = {"OrganizationId": stage.id, "MaxResults": 2}
    first = stage.workmail.list_availability_configurations(**request)
    rest = stage.workmail.list_availability_configurations(NextToken=first["NextToken"], **request)
    found = first["AvailabilityConfigurations"] + rest["AvailabilityConfigurations"]
    assert [each["DomainName"] for each in found] == ["d0.example", "d1.example", "d2.example"]
    assert rest.get("NextToken") is None
    with refused("InvalidParameterException", saying="NextToken"):
        configurations(stage, NextToken="made-up")


def test_deleting_is_no_error_twice(stage: Stage) -> None:
    create(stage, "partner.example", LambdaProvider=LAMBDA)
    for _ in range(2):
        stage.workmail.delete_availability_configuration(
            OrganizationId=stage.id, DomainName="Partner.example"
        )
    assert configurations(stage) == []


def test_a_domain_has_one_configuration(stage: Stage) -> None:
    create(stage, "partner.example", LambdaProvider=LAMBDA)
    with refused("NameAvailabilityException"):
        create(stage, "PARTNER.example", EwsProvider=EWS)


def test_the_same_token_creates_one_configuration(stage: Stage) -> None:
    for _ in range(2):
        create(stage, "partner.example", EwsProvider=EWS, ClientToken="once")
    with refused("InvalidParameterException", saying="ClientToken"):
        create(stage, "partner.example", LambdaProvider=LAMBDA, ClientToken="once")


def test_their_number_is_limited(stage: Stage) -> None:
    stage.emulator.quotas.availability_configurations = 1
    create(stage, "d0.example", LambdaProvider=LAMBDA)
    with refused("LimitExceededException"):
        create(stage, "d1.example", LambdaProvider=LAMBDA)


@pytest.mark.parametrize("providers", NOT_ONE_PROVIDER)
def test_exactly_one_provider_is_given(stage: Stage, providers: dict[str, Any]) -> None:
    with refused("InvalidParameterException", saying="exactly one"):
        create(stage, "partner.example", **providers)
    create(stage, "partner.example", LambdaProvider=LAMBDA)
    with refused("InvalidParameterException", saying="exactly one"):
        stage.workmail.update_availability_configuration(
            OrganizationId=stage.id, DomainName="partner.example", **providers
        )
    with refused("InvalidParameterException", saying="exactly one"):
        passes(stage, **providers)


def test_a_domain_without_configuration_is_not_found(stage: Stage) -> None:
    with refused("ResourceNotFoundException"):
        stage.workmail.update_availability_configuration(
            OrganizationId=stage.id, DomainName="partner.example", LambdaProvider=LAMBDA
        )
    with refused("ResourceNotFoundException"):
        passes(stage, DomainName="partner.example")


@pytest.mark.parametrize("provider", ONE_PROVIDER)
def test_a_test_passes_unless_the_tester_says_otherwise(
    stage: Stage, provider: dict[str, Any]
) -> None:
    create(stage, "partner.example", **provider)
    assert passes(stage, DomainName="partner.example") == (True, None)
    assert passes(stage, **provider) == (True, None)
    failures = stage.emulator.organization(stage.id).settings.availability.failures
    failures[EWS["EwsEndpoint"]] = failures[LAMBDA["LambdaArn"]] = "does not answer"
    assert passes(stage, DomainName="partner.example") == (False, "does not answer")
    assert passes(stage, **provider) == (False, "does not answer")


@pytest.mark.parametrize("provider", ONE_PROVIDER)
def test_a_test_is_of_a_domain_or_of_a_provider(stage: Stage, provider: dict[str, Any]) -> None:
    create(stage, "partner.example", **provider)
    with refused("InvalidParameterException", saying="either"):
        passes(stage, DomainName="partner.example", **provider)


def test_deleting_an_organization_forgets_the_passwords(stage: Stage) -> None:
    create(stage, "partner.example", EwsProvider=EWS)
    stage.workmail.delete_organization(
        OrganizationId=stage.id, DeleteDirectory=True, ForceDelete=True
    )
    assert stage.emulator.organization(stage.id).settings.availability.by_domain == {}
