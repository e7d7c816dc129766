"""Logging in through IAM Identity Center."""

import re
from typing import Any

import pytest

from tests.emulator.conftest import Stage
from tests.emulator.refusals import MODEL, refused

INSTANCE = "arn:aws:sso:::instance/ssoins-0123456789abcdef"
NO_APPLICATION = (
    "arn:aws:sso::123456789012:application/ssoins-0123456789abcdef/apl-0000000000000000"
)


def create(stage: Stage, **request: Any) -> str:
    created: str = stage.workmail.create_identity_center_application(
        **{"Name": "WorkMail", "InstanceArn": INSTANCE} | request
    )["ApplicationArn"]
    return created


def delete(stage: Stage, application: str) -> None:
    stage.workmail.delete_identity_center_application(ApplicationArn=application)


def put(stage: Stage, application: str, *, instance: str = INSTANCE, **tokens: Any) -> None:
    stage.workmail.put_identity_provider_configuration(
        OrganizationId=stage.id,
        AuthenticationMode="IDENTITY_PROVIDER_ONLY",
        IdentityCenterConfiguration={"InstanceArn": instance, "ApplicationArn": application},
        PersonalAccessTokenConfiguration={"Status": "ACTIVE"} | tokens,
    )


def describe(stage: Stage) -> dict[str, Any]:
    answer: dict[str, Any] = stage.workmail.describe_identity_provider_configuration(
        OrganizationId=stage.id
    )
    del answer["ResponseMetadata"]
    return answer


@pytest.mark.parametrize("tokens", [{}, {"LifetimeInDays": 90}, {"Status": "INACTIVE"}])
def test_a_configuration_is_told_as_it_was_put(stage: Stage, tokens: dict[str, Any]) -> None:
    application = create(stage)
    put(stage, application, **tokens)
    assert describe(stage) == {
        "AuthenticationMode": "IDENTITY_PROVIDER_ONLY",
        "IdentityCenterConfiguration": {"InstanceArn": INSTANCE, "ApplicationArn": application},
        "PersonalAccessTokenConfiguration": {"Status": "ACTIVE"} | tokens,
    }


def test_an_application_has_an_arn_of_the_models_form(stage: Stage) -> None:
    pattern = MODEL.shape_for("ApplicationArn").metadata["pattern"]
    first, second = create(stage), create(stage)
    assert re.fullmatch(pattern, first)
    assert stage.emulator.account_id in first
    assert first != second


def test_the_same_token_creates_one_application(stage: Stage) -> None:
    first = create(stage, ClientToken="once")
    assert create(stage, ClientToken="once") == first
    with refused("InvalidParameterException", saying="ClientToken"):
        create(stage, Name="other", ClientToken="once")


def test_without_a_configuration_there_is_none_to_describe(stage: Stage) -> None:
    with refused("ResourceNotFoundException"):
        describe(stage)
    put(stage, create(stage))
    for _ in range(2):  # deleting twice is no error
        stage.workmail.delete_identity_provider_configuration(OrganizationId=stage.id)
    with refused("ResourceNotFoundException"):
        describe(stage)


def test_the_application_has_to_exist_in_the_instance(stage: Stage) -> None:
    with refused("ResourceNotFoundException"):
        put(stage, NO_APPLICATION)
    application = create(stage)
    with refused("InvalidParameterException", saying="is not in"):
        put(stage, application, instance=INSTANCE.replace("0", "1"))
    delete(stage, application)
    with refused("ResourceNotFoundException"):
        put(stage, application)


def test_deleting_an_application_leaves_organizations_as_they_are(stage: Stage) -> None:
    application = create(stage)
    put(stage, application)
    before = describe(stage)
    for _ in range(2):  # deleting twice is no error
        delete(stage, application)
    assert describe(stage) == before


def test_an_application_that_never_was_is_a_bad_parameter(stage: Stage) -> None:
    with refused("InvalidParameterException", saying="no application"):
        delete(stage, NO_APPLICATION)


def test_an_application_of_an_organization_in_trouble_is_not_deleted(stage: Stage) -> None:
    application = create(stage)
    put(stage, application)
    stage.emulator.organization(stage.id).forced_state = "Impaired"
    with refused("OrganizationStateException", saying="Impaired"):
        delete(stage, application)


@pytest.mark.parametrize("wanted", [True, False])
def test_an_organization_takes_its_application_with_it_when_asked(
    stage: Stage, wanted: bool
) -> None:
    application = create(stage)
    put(stage, application)
    stage.workmail.delete_organization(
        OrganizationId=stage.id,
        DeleteDirectory=True,
        ForceDelete=True,
        DeleteIdentityCenterApplication=wanted,
    )
    other = stage.emulator.create_organization("other")
    request = {
        "OrganizationId": other.id,
        "AuthenticationMode": "IDENTITY_PROVIDER_AND_DIRECTORY",
        "IdentityCenterConfiguration": {"InstanceArn": INSTANCE, "ApplicationArn": application},
        "PersonalAccessTokenConfiguration": {"Status": "ACTIVE"},
    }
    if wanted:
        with refused("ResourceNotFoundException"):
            stage.workmail.put_identity_provider_configuration(**request)
    else:
        stage.workmail.put_identity_provider_configuration(**request)


def test_an_organization_without_application_is_deleted_all_the_same(stage: Stage) -> None:
    answer = stage.workmail.delete_organization(
        OrganizationId=stage.id,
        DeleteDirectory=True,
        ForceDelete=True,
        DeleteIdentityCenterApplication=True,
    )
    assert answer["State"] == "Deleted"
