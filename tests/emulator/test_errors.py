"""Each error that an operation documents, in the situation that brings it about."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore import xform_name

from tests.emulator import settings_requests
from tests.emulator.conftest import ClientMaker, Stage
from tests.emulator.refusals import MODEL, documented_errors, refused
from workmail_async.emulator import (
    AfterCalls,
    Clock,
    Emulator,
    Lifecycle,
    OrganizationSeed,
    Quotas,
    Seed,
    UserSeed,
)
from workmail_async.emulator.workmail.models.organizations import DirectoryService
from workmail_async.emulator.workmail.responses import WorkMailResponse
from workmail_async.emulator.workmail.responses.users import UserOperations

NOBODY = "12345678-0000-0000-0000-000000000000"
UNKNOWN = "m-" + "0" * 32
PASSWORD = "Correct-horse-9"
ROLE = "arn:aws:iam::123456789012:role/nobody-made-it"
KEY = "arn:aws:kms:us-east-1:123456789012:key/nobody-made-it"

# A valid request of each operation in an organization, as far as the model tells.
REQUESTS: dict[str, dict[str, Any]] = {
    "AssociateDelegateToResource": {"ResourceId": "oak", "EntityId": "ana"},
    "AssociateMemberToGroup": {"GroupId": "staff", "MemberId": "ana"},
    "CancelMailboxExportJob": {"JobId": NOBODY},
    "CreateAlias": {"EntityId": NOBODY, "Alias": "a@acme.example"},
    "CreateGroup": {"Name": "board"},
    "CreateResource": {"Name": "elm", "Type": "ROOM"},
    "CreateUser": {"Name": "emil", "DisplayName": "Emil"},
    "DeleteAlias": {"EntityId": NOBODY, "Alias": "a@acme.example"},
    "DeleteGroup": {"GroupId": "staff"},
    "DeleteMailboxPermissions": {"EntityId": "ana", "GranteeId": "clara"},
    "DeleteOrganization": {"DeleteDirectory": True},
    "DeleteResource": {"ResourceId": "oak"},
    "DeleteUser": {"UserId": "bruno"},
    "DeregisterFromWorkMail": {"EntityId": "ana"},
    "DeregisterMailDomain": {"DomainName": "other.example"},
    "DescribeEntity": {"Email": "ana@acme.example"},
    "DescribeGroup": {"GroupId": "staff"},
    "DescribeMailboxExportJob": {"JobId": NOBODY},
    "DescribeOrganization": {},
    "DescribeResource": {"ResourceId": "oak"},
    "DescribeUser": {"UserId": "ana"},
    "DisassociateDelegateFromResource": {"ResourceId": "oak", "EntityId": "ana"},
    "DisassociateMemberFromGroup": {"GroupId": "staff", "MemberId": "ana"},
    "GetMailDomain": {"DomainName": "acme.example"},
    "GetMailboxDetails": {"UserId": "ana"},
    "ListAliases": {"EntityId": NOBODY},
    "ListGroupMembers": {"GroupId": "staff"},
    "ListGroups": {},
    "ListGroupsForEntity": {"EntityId": "ana"},
    "ListMailDomains": {},
    "ListMailboxExportJobs": {},
    "ListMailboxPermissions": {"EntityId": "ana"},
    "ListResourceDelegates": {"ResourceId": "oak"},
    "ListResources": {},
    "ListUsers": {},
    "PutMailboxPermissions": {
        "EntityId": "ana",
        "GranteeId": "clara",
        "PermissionValues": ["SEND_AS"],
    },
    "RegisterMailDomain": {"DomainName": "other.example"},
    "RegisterToWorkMail": {"EntityId": "bruno", "Email": "bruno@acme.example"},
    "ResetPassword": {"UserId": NOBODY, "Password": PASSWORD},
    "StartMailboxExportJob": {
        "EntityId": "ana",
        "RoleArn": ROLE,
        "KmsKeyArn": KEY,
        "S3BucketName": "nobody-made-it",
        "S3Prefix": "exports",
    },
    "UpdateDefaultMailDomain": {"DomainName": "acme.example"},
    "UpdateGroup": {"GroupId": "staff"},
    "UpdateMailboxQuota": {"UserId": "ana", "MailboxQuota": 100},
    "UpdatePrimaryEmailAddress": {"EntityId": "ana", "Email": "a@acme.example"},
    "UpdateResource": {"ResourceId": "oak"},
    "UpdateUser": {"UserId": "ana"},
    **settings_requests.REQUESTS,
}
OUTSIDE = {
    "CreateOrganization",
    "ListOrganizations",
    "ListTagsForResource",
    "TagResource",
    "UntagResource",
    *settings_requests.OUTSIDE,
}


def documenting(code: str) -> list[str]:
    return [operation for operation in REQUESTS if code in documented_errors(operation)]


def call(stage: Stage, operation: str, **request: Any) -> Any:
    return getattr(stage.workmail, xform_name(operation))(**request)


def test_every_operation_is_offered_and_tried_here() -> None:
    assert set(MODEL.operation_names) == set(REQUESTS) | OUTSIDE
    assert all(hasattr(WorkMailResponse, xform_name(name)) for name in MODEL.operation_names)


@pytest.mark.parametrize("operation", documenting("OrganizationNotFoundException"))
def test_an_unknown_organization_is_not_found(stage: Stage, operation: str) -> None:
    with refused("OrganizationNotFoundException"):
        call(stage, operation, OrganizationId=UNKNOWN, **REQUESTS[operation])


@pytest.mark.parametrize("operation", documenting("OrganizationStateException"))
def test_an_organization_that_is_being_made_refuses_work(
    operation: str, client_of: ClientMaker
) -> None:
    with Emulator(lifecycle=Lifecycle(organization_creation=AfterCalls(2))) as emulator:
        workmail = client_of(emulator, "workmail")
        organization = workmail.create_organization(Alias="acme")["OrganizationId"]
        with refused("OrganizationStateException", saying="Requested"):
            getattr(workmail, xform_name(operation))(
                OrganizationId=organization, **REQUESTS[operation]
            )


@pytest.mark.parametrize("operation", documenting("InvalidParameterException"))
def test_a_bad_identifier_is_an_invalid_parameter(stage: Stage, operation: str) -> None:
    with refused("InvalidParameterException", saying="OrganizationId does not match"):
        call(stage, operation, OrganizationId="M-" + "0" * 32, **REQUESTS[operation])


@pytest.mark.parametrize(
    ("code", "switch"),
    [
        ("DirectoryServiceAuthenticationFailedException", "refuses_credentials"),
        ("DirectoryUnavailableException", "unavailable"),
        ("UnsupportedOperationException", "read_only"),
    ],
)
def test_a_directory_stands_in_the_way_of_operations_that_say_so(
    stage: Stage, code: str, switch: str
) -> None:
    setattr(stage.emulator.organization(stage.id).directory_service, switch, True)
    # Resources can be read in a read-only directory, though their operations document the error.
    hindered = [
        operation
        for operation in documenting(code)
        if switch != "read_only" or not operation.startswith(("Describe", "List"))
    ]
    assert len(hindered) > 8
    for operation in hindered:
        with refused(code):
            call(stage, operation, OrganizationId=stage.id, **REQUESTS[operation])
    stage.workmail.list_users(OrganizationId=stage.id)


# Operation, error, and what to change in the valid request. `{name}` stands for an identifier.
CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("AssociateDelegateToResource", "EntityNotFoundException", {"ResourceId": "elm"}),
    ("AssociateDelegateToResource", "EntityNotFoundException", {"EntityId": "oak"}),
    ("AssociateDelegateToResource", "EntityStateException", {"EntityId": "{dora}"}),
    ("AssociateMemberToGroup", "EntityNotFoundException", {"MemberId": "nobody"}),
    ("AssociateMemberToGroup", "EntityNotFoundException", {"MemberId": "oak"}),
    ("AssociateMemberToGroup", "EntityStateException", {"MemberId": "{dora}"}),
    ("AssociateMemberToGroup", "InvalidParameterException", {"MemberId": "staff"}),
    ("CancelMailboxExportJob", "EntityNotFoundException", {}),
    ("CreateAlias", "EntityNotFoundException", {}),
    ("CreateAlias", "EntityStateException", {"EntityId": "{bruno}"}),
    ("CreateAlias", "MailDomainNotFoundException", {"EntityId": "{ana}", "Alias": "a@b.example"}),
    ("CreateAlias", "MailDomainStateException", {"EntityId": "{ana}", "Alias": "a@new.example"}),
    (
        "CreateAlias",
        "EmailAddressInUseException",
        {"EntityId": "{ana}", "Alias": "Clara@acme.example"},
    ),
    ("CreateGroup", "NameAvailabilityException", {"Name": "Ana"}),
    ("CreateGroup", "ReservedNameException", {"Name": "Administrator"}),
    ("CreateResource", "NameAvailabilityException", {"Name": "staff"}),
    ("CreateResource", "ReservedNameException", {"Name": "guest"}),
    ("CreateUser", "InvalidParameterException", {"Role": "SYSTEM_USER"}),
    ("CreateUser", "InvalidPasswordException", {"Password": "short1!"}),
    ("CreateUser", "InvalidPasswordException", {"Password": "lowercaseonly"}),
    ("CreateUser", "NameAvailabilityException", {"Name": "oak"}),
    ("CreateUser", "ReservedNameException", {"Name": "krbtgt"}),
    ("DeleteAlias", "EntityNotFoundException", {}),
    ("DeleteAlias", "EntityStateException", {"EntityId": "{dora}"}),
    (
        "DeleteAlias",
        "InvalidParameterException",
        {"EntityId": "{ana}", "Alias": "ana@acme.example"},
    ),
    ("DeleteGroup", "EntityStateException", {}),
    ("DeleteGroup", "InvalidParameterException", {"GroupId": "staff@acme.example"}),
    ("DeleteMailboxPermissions", "EntityNotFoundException", {"GranteeId": "nobody"}),
    ("DeleteMailboxPermissions", "EntityStateException", {"EntityId": "bruno"}),
    ("DeleteOrganization", "OrganizationStateException", {}),
    ("DeleteResource", "EntityStateException", {}),
    ("DeleteUser", "EntityStateException", {"UserId": "ana"}),
    ("DeleteUser", "InvalidParameterException", {"UserId": "ana@acme.example"}),
    ("DeregisterFromWorkMail", "EntityNotFoundException", {"EntityId": "nobody"}),
    ("DeregisterFromWorkMail", "EntityStateException", {"EntityId": "bruno"}),
    ("DeregisterMailDomain", "MailDomainInUseException", {"DomainName": "acme.awsapps.com"}),
    ("DeregisterMailDomain", "MailDomainInUseException", {"DomainName": "acme.example"}),
    (
        "DeregisterMailDomain",
        "InvalidCustomSesConfigurationException",
        {"DomainName": "ses.example"},
    ),
    ("DescribeEntity", "EntityNotFoundException", {"Email": "bruno@acme.example"}),
    ("DescribeGroup", "EntityNotFoundException", {"GroupId": "ana"}),
    ("DescribeMailboxExportJob", "EntityNotFoundException", {}),
    ("DescribeResource", "EntityNotFoundException", {"ResourceId": "ana"}),
    ("DescribeUser", "EntityNotFoundException", {"UserId": "staff"}),
    ("DescribeUser", "EntityNotFoundException", {"UserId": "dora"}),
    ("DisassociateDelegateFromResource", "EntityNotFoundException", {"EntityId": "nobody"}),
    ("DisassociateDelegateFromResource", "EntityStateException", {"EntityId": "{dora}"}),
    ("DisassociateMemberFromGroup", "EntityNotFoundException", {"GroupId": "nobody"}),
    ("DisassociateMemberFromGroup", "EntityStateException", {"MemberId": "{dora}"}),
    ("GetMailDomain", "MailDomainNotFoundException", {"DomainName": "b.example"}),
    ("GetMailboxDetails", "EntityNotFoundException", {"UserId": "bruno"}),
    ("GetMailboxDetails", "EntityNotFoundException", {"UserId": "staff"}),
    ("ListAliases", "EntityNotFoundException", {}),
    ("ListAliases", "EntityStateException", {"EntityId": "{dora}"}),
    ("ListGroupMembers", "EntityNotFoundException", {"GroupId": "ana"}),
    ("ListGroupMembers", "EntityStateException", {"GroupId": "{gone-group}"}),
    (
        "ListGroups",
        "InvalidParameterException",
        {"Filters": {"NamePrefix": "a", "State": "ENABLED"}},
    ),
    ("ListGroupsForEntity", "EntityNotFoundException", {"EntityId": "nobody"}),
    ("ListGroupsForEntity", "EntityStateException", {"EntityId": "{dora}"}),
    ("ListMailboxPermissions", "EntityNotFoundException", {"EntityId": "nobody"}),
    ("ListResourceDelegates", "EntityNotFoundException", {"ResourceId": "nobody"}),
    ("ListResourceDelegates", "EntityStateException", {"ResourceId": "{gone-room}"}),
    (
        "ListResources",
        "InvalidParameterException",
        {"Filters": {"NamePrefix": "a", "State": "ENABLED"}},
    ),
    (
        "ListUsers",
        "InvalidParameterException",
        {"Filters": {"UsernamePrefix": "a", "State": "ENABLED"}},
    ),
    ("PutMailboxPermissions", "EntityNotFoundException", {"EntityId": "nobody"}),
    ("PutMailboxPermissions", "EntityStateException", {"GranteeId": "bruno"}),
    ("RegisterMailDomain", "MailDomainInUseException", {"DomainName": "ACME.example"}),
    ("RegisterToWorkMail", "EmailAddressInUseException", {"Email": "ANA@acme.example"}),
    ("RegisterToWorkMail", "EntityAlreadyRegisteredException", {"EntityId": "ana"}),
    ("RegisterToWorkMail", "EntityNotFoundException", {"EntityId": "ana@acme.example"}),
    ("RegisterToWorkMail", "EntityStateException", {"EntityId": "{dora}"}),
    ("RegisterToWorkMail", "MailDomainNotFoundException", {"Email": "bruno@b.example"}),
    ("RegisterToWorkMail", "MailDomainStateException", {"Email": "bruno@new.example"}),
    ("ResetPassword", "EntityNotFoundException", {}),
    ("ResetPassword", "EntityStateException", {"UserId": "{dora}"}),
    ("ResetPassword", "InvalidPasswordException", {"UserId": "{ana}", "Password": "weak"}),
    ("StartMailboxExportJob", "EntityNotFoundException", {"EntityId": "staff"}),
    ("StartMailboxExportJob", "EntityNotFoundException", {"EntityId": "bruno"}),
    ("StartMailboxExportJob", "InvalidParameterException", {"S3Prefix": "ana@acme.example"}),
    ("UpdateDefaultMailDomain", "MailDomainNotFoundException", {"DomainName": "b.example"}),
    ("UpdateDefaultMailDomain", "MailDomainStateException", {"DomainName": "new.example"}),
    ("UpdateGroup", "EntityNotFoundException", {"GroupId": "nobody"}),
    ("UpdateGroup", "EntityStateException", {"GroupId": "{gone-group}"}),
    ("UpdateMailboxQuota", "EntityNotFoundException", {"UserId": "nobody"}),
    ("UpdateMailboxQuota", "EntityStateException", {"UserId": "bruno"}),
    ("UpdateMailboxQuota", "InvalidParameterException", {"MailboxQuota": 51_201}),
    ("UpdatePrimaryEmailAddress", "EmailAddressInUseException", {"Email": "clara@acme.example"}),
    ("UpdatePrimaryEmailAddress", "EntityNotFoundException", {"EntityId": "nobody"}),
    ("UpdatePrimaryEmailAddress", "EntityStateException", {"EntityId": "bruno"}),
    ("UpdatePrimaryEmailAddress", "MailDomainNotFoundException", {"Email": "ana@b.example"}),
    ("UpdatePrimaryEmailAddress", "MailDomainStateException", {"Email": "ana@new.example"}),
    ("UpdateResource", "EmailAddressInUseException", {"Name": "ana@acme.example"}),
    ("UpdateResource", "EntityNotFoundException", {"ResourceId": "nobody"}),
    ("UpdateResource", "EntityStateException", {"ResourceId": "{gone-room}"}),
    (
        "UpdateResource",
        "InvalidConfigurationException",
        {"BookingOptions": {"AutoAcceptRequests": False}},
    ),
    ("UpdateResource", "MailDomainNotFoundException", {"Name": "oak@b.example"}),
    ("UpdateResource", "MailDomainStateException", {"Name": "oak@new.example"}),
    ("UpdateResource", "NameAvailabilityException", {"Name": "clara"}),
    ("UpdateUser", "EntityNotFoundException", {"UserId": "nobody"}),
    ("UpdateUser", "EntityStateException", {"UserId": "{dora}"}),
    ("UpdateUser", "InvalidParameterException", {"Role": "RESOURCE"}),
]


@pytest.fixture
def crowded_stage(stage: Stage) -> Stage:
    """The stage with a domain in each condition, and a deleted group and room."""
    state = stage.emulator.organization(stage.id)
    for name in ("new.example", "ses.example"):
        stage.workmail.register_mail_domain(OrganizationId=stage.id, DomainName=name)
    state.domains["new.example"].failed = True
    state.domains["ses.example"].ses_customization = "there is a receipt rule of your own"
    group = stage.workmail.create_group(OrganizationId=stage.id, Name="gone-group")["GroupId"]
    stage.workmail.delete_group(OrganizationId=stage.id, GroupId=group)
    room = stage.workmail.create_resource(OrganizationId=stage.id, Name="gone-room", Type="ROOM")
    stage.workmail.delete_resource(OrganizationId=stage.id, ResourceId=room["ResourceId"])
    stage.organization.users.update({"gone-group": group, "gone-room": room["ResourceId"]})
    return stage


@pytest.mark.parametrize(("operation", "code", "change"), CASES)
def test_the_situation_brings_about_the_error(
    crowded_stage: Stage, operation: str, code: str, change: dict[str, Any]
) -> None:
    request = REQUESTS[operation] | {
        member: crowded_stage.user(value[1:-1])
        if isinstance(value, str) and value.startswith("{")
        else value
        for member, value in change.items()
    }
    with refused(code):
        call(crowded_stage, operation, OrganizationId=crowded_stage.id, **request)


# Tested elsewhere: by a test of their own below or, for exports, in test_exports.
OWN_TESTS = {
    ("CreateAlias", "LimitExceededException"),
    ("RegisterMailDomain", "LimitExceededException"),
    ("StartMailboxExportJob", "LimitExceededException"),
}
# A list of groups that refers to no entity cannot miss one.
CANNOT_HAPPEN = {("ListGroups", "EntityNotFoundException")}
FOR_ALL = {
    "DirectoryServiceAuthenticationFailedException",
    "DirectoryUnavailableException",
    "InvalidParameterException",
    "OrganizationNotFoundException",
    "OrganizationStateException",
    "UnsupportedOperationException",
}


def test_no_documented_error_is_left_out() -> None:
    tried = (
        {(operation, code) for operation, code, _ in CASES}
        | OWN_TESTS
        | CANNOT_HAPPEN
        | settings_requests.OWN_TESTS
        | settings_requests.CANNOT_HAPPEN
    )
    documented = {
        (operation, code)
        for operation in REQUESTS
        for code in documented_errors(operation) - FOR_ALL
    }
    assert documented - tried == set()


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
    create = REQUESTS["CreateUser"]
    stage.workmail.create_user(OrganizationId=stage.id, **create)
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
        connector = DirectoryService(id="d-0123456789", alias="corp", type="ADConnector")
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
    with refused("InvalidAction", saying="does not offer ListUsers"):
        stage.workmail.list_users(OrganizationId=stage.id)
