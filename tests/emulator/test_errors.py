"""Errors in detail: what tells one situation from the next, quotas, organizations and tags.

`reference/` brings about every error that an operation documents.
"""

from collections.abc import Callable

import pytest
from botocore import xform_name

from tests.emulator.conftest import ClientMaker, Stage
from tests.emulator.refusals import MODEL, refused
from workmail_async.emulator import (
    AfterCalls,
    Clock,
    DirectoryService,
    Emulator,
    Lifecycle,
    OrganizationSeed,
    Quotas,
    Seed,
    UserSeed,
)
from workmail_async.emulator.workmail.responses import WorkMailResponse
from workmail_async.emulator.workmail.responses.users import UserOperations

UNKNOWN = "m-" + "0" * 32
KEY = "arn:aws:kms:us-east-1:123456789012:key/nobody-made-it"


def test_every_operation_is_offered() -> None:
    assert all(hasattr(WorkMailResponse, xform_name(name)) for name in MODEL.operation_names)


def test_an_organization_that_is_being_made_refuses_work(client_of: ClientMaker) -> None:
    with Emulator(lifecycle=Lifecycle(organization_creation=AfterCalls(2))) as emulator:
        workmail = client_of(emulator, "workmail")
        organization = workmail.create_organization(Alias="acme")["OrganizationId"]
        with refused("OrganizationStateException", saying="Requested"):
            workmail.list_users(OrganizationId=organization)


def test_a_directory_stands_in_the_way_of_no_other_operation(stage: Stage) -> None:
    directory = stage.emulator.organization(stage.id).directory_service
    directory.refuses_credentials = directory.unavailable = directory.read_only = True
    assert stage.workmail.list_users(OrganizationId=stage.id)["Users"]
    assert stage.workmail.list_resources(OrganizationId=stage.id)["Resources"]


@pytest.mark.parametrize(
    ("quota", "act"),
    [
        ("aliases", lambda stage: create_aliases(stage, 3)),
        ("domains", lambda stage: register_domains(stage, 3)),
        ("organizations", lambda stage: create_organizations(stage, 3)),
    ],
)
def test_quotas_are_enforced(stage: Stage, quota: str, act: Callable[[Stage], None]) -> None:
    setattr(stage.emulator.quotas, quota, 2)
    with refused("LimitExceededException"):
        act(stage)


def create_aliases(stage: Stage, count: int) -> None:
    for number in range(count):
        stage.workmail.create_alias(
            OrganizationId=stage.id, EntityId=stage.user("ana"), Alias=f"a{number}@acme.example"
        )


def register_domains(stage: Stage, count: int) -> None:
    for number in range(count):
        stage.workmail.register_mail_domain(
            OrganizationId=stage.id, DomainName=f"d{number}.example"
        )


def create_organizations(stage: Stage, count: int) -> None:
    for number in range(count):
        stage.workmail.create_organization(Alias=f"other{number}")


def test_the_quota_of_users_does_not_count_deleted_ones(stage: Stage) -> None:
    stage.emulator.quotas.users = 4
    stage.workmail.create_user(OrganizationId=stage.id, Name="emil", DisplayName="Emil")
    # The operation documents no error for this; WorkMail's own for quotas is the nearest.
    with pytest.raises(stage.workmail.exceptions.LimitExceededException):
        stage.workmail.create_user(OrganizationId=stage.id, Name="frieda", DisplayName="Frieda")


class TestOrganizations:
    def test_an_alias_is_given_once(self, stage: Stage) -> None:
        with refused("NameAvailabilityException"):
            stage.workmail.create_organization(Alias="ACME")

    def test_interoperability_needs_an_ad_connector(self, stage: Stage) -> None:
        with refused("InvalidParameterException", saying="AD Connector"):
            stage.workmail.create_organization(Alias="other", EnableInteroperability=True)

    def test_a_key_has_to_exist(self, stage: Stage) -> None:
        with refused("InvalidParameterException", saying="not an enabled symmetric key"):
            stage.workmail.create_organization(Alias="other", KmsKeyArn=KEY)

    def test_an_unknown_directory_is_unavailable(self, stage: Stage) -> None:
        with refused("DirectoryUnavailableException"):
            stage.workmail.create_organization(Alias="other", DirectoryId="d-0123456789")

    def test_a_directory_has_one_organization(self, stage: Stage) -> None:
        taken = stage.workmail.describe_organization(OrganizationId=stage.id)["DirectoryId"]
        with refused("DirectoryInUseException"):
            stage.workmail.create_organization(Alias="acme2", DirectoryId=taken)

    def test_a_directory_gives_the_alias_and_limits_names(self, stage: Stage) -> None:
        connector = DirectoryService(
            id="d-0123456789", alias="corp", type="ADConnector", read_only=False
        )
        stage.emulator.add_directory(connector)
        with refused("InvalidParameterException", saying="corp"):
            stage.workmail.create_organization(Alias="other", DirectoryId=connector.id)
        organization = stage.workmail.create_organization(
            Alias="corp", DirectoryId=connector.id, EnableInteroperability=True
        )["OrganizationId"]
        described = stage.workmail.describe_organization(OrganizationId=organization)
        assert described["InteroperabilityEnabled"]
        assert described["DirectoryType"] == "ADConnector"
        with refused("InvalidParameterException", saying="20"):
            stage.workmail.create_user(
                OrganizationId=organization, Name="u" * 21, DisplayName="Too long"
            )
        connector.unavailable = True
        stage.workmail.delete_organization(OrganizationId=organization, DeleteDirectory=False)
        with refused("DirectoryUnavailableException"):
            stage.workmail.create_organization(Alias="corp", DirectoryId=connector.id)

    def test_an_ad_connector_is_read_only(self, stage: Stage) -> None:
        connector = DirectoryService(id="d-0123456789", alias="corp", type="ADConnector")
        stage.emulator.add_directory(connector)
        organization = stage.workmail.create_organization(
            Alias="corp", DirectoryId=connector.id, EnableInteroperability=True
        )["OrganizationId"]
        with refused("UnsupportedOperationException"):
            stage.workmail.create_user(OrganizationId=organization, Name="u", DisplayName="U")
        assert stage.workmail.list_users(OrganizationId=organization)["Users"] == []

    def test_enabled_users_need_force(self, stage: Stage) -> None:
        request = {"OrganizationId": stage.id, "DeleteDirectory": True}
        with refused("OrganizationStateException", saying="ForceDelete"):
            stage.workmail.delete_organization(**request)
        deleted = stage.workmail.delete_organization(ForceDelete=True, **request)
        assert deleted["State"] == "Deleted"
        with refused("OrganizationStateException", saying="Deleted"):
            stage.workmail.delete_organization(**request)
        stage.workmail.create_organization(Alias="acme")  # the alias is free again

    def test_a_state_can_be_forced_on_an_organization(self, stage: Stage) -> None:
        stage.emulator.organization(stage.id).forced_state = "Impaired"
        with refused("OrganizationStateException", saying="Impaired"):
            stage.workmail.list_users(OrganizationId=stage.id)


class TestTags:
    def test_an_unknown_arn_is_not_found(self, stage: Stage) -> None:
        arn = stage.organization.arn.replace(stage.id, UNKNOWN)
        with refused("ResourceNotFoundException"):
            stage.workmail.list_tags_for_resource(ResourceARN=arn)
        with refused("ResourceNotFoundException"):
            stage.workmail.tag_resource(ResourceARN=arn, Tags=[])
        with refused("ResourceNotFoundException"):
            stage.workmail.untag_resource(ResourceARN=arn, TagKeys=[])

    def test_there_can_be_fifty(self, stage: Stage) -> None:
        tags = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
        stage.workmail.tag_resource(ResourceARN=stage.organization.arn, Tags=tags)
        stage.workmail.tag_resource(ResourceARN=stage.organization.arn, Tags=tags[:1])
        with refused("TooManyTagsException"):
            stage.workmail.tag_resource(
                ResourceARN=stage.organization.arn, Tags=[{"Key": "one more", "Value": ""}]
            )
        stage.workmail.untag_resource(
            ResourceARN=stage.organization.arn, TagKeys=["k0", "never there"]
        )
        left = stage.workmail.list_tags_for_resource(ResourceARN=stage.organization.arn)["Tags"]
        assert len(left) == 49

    @pytest.mark.parametrize("keys", [["twice", "twice"], ["aws:reserved"]])
    def test_some_keys_are_refused(self, stage: Stage, keys: list[str]) -> None:
        with refused("InvalidParameterException"):
            stage.workmail.tag_resource(
                ResourceARN=stage.organization.arn, Tags=[{"Key": key, "Value": ""} for key in keys]
            )

    def test_a_deleted_organization_has_none(self, stage: Stage) -> None:
        stage.emulator.organization(stage.id).forced_state = "Deleting"
        with refused("OrganizationStateException"):
            stage.workmail.tag_resource(ResourceARN=stage.organization.arn, Tags=[])


def test_a_region_without_workmail_is_refused(stage: Stage, client_of: ClientMaker) -> None:
    elsewhere = client_of(stage.emulator, "workmail", region="eu-central-1")
    with refused("OptInRequired", saying="eu-central-1"):
        elsewhere.list_organizations()


def test_regions_are_apart(stage: Stage, client_of: ClientMaker) -> None:
    ireland = client_of(stage.emulator, "workmail", region="eu-west-1")
    assert ireland.list_organizations()["OrganizationSummaries"] == []
    with refused("OrganizationNotFoundException"):
        ireland.describe_organization(OrganizationId=stage.id)


def test_a_seeded_role_may_be_one_that_cannot_be_passed() -> None:
    seed = Seed(
        organizations=[
            OrganizationSeed(alias="acme", users=[UserSeed("Guest1", role="SYSTEM_USER")])
        ]
    )
    with Emulator(seed=seed, quotas=Quotas(users=1), clock=Clock()) as emulator:
        assert emulator.requests == []


def test_an_operation_that_is_not_emulated_is_refused_in_workmails_form(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(UserOperations, "list_users")
    with refused("InvalidAction", saying="does not have ListUsers"):
        stage.workmail.list_users(OrganizationId=stage.id)
