"""Each error that an operation documents, in a situation that brings it about.

The documentation counts them: see `tools/docs_tables.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from attrs import field, frozen

from tests.emulator.reference.requests import (
    BEFORE,
    NOBODY,
    REQUESTS,
    UNKNOWN_ORGANIZATION,
    Scene,
)
from tests.emulator.refusals import OPERATIONS, documented_errors
from workmail_async.emulator import DirectoryService

Prepare = Callable[[Scene], None]


@frozen
class Situation:
    """An operation, the error it has to end in, and what brings that about.

    Args:
        operation: The operation.
        code: The error's code.
        change: What differs from the operation's valid request.
        prepare: What has to have happened before.
    """

    operation: str
    code: str
    change: dict[str, Any] = field(factory=dict)
    prepare: Prepare | None = None

    def __str__(self) -> str:
        return f"{self.operation}-{self.code}"


def documented() -> set[tuple[str, str]]:
    """Return every operation with each error that it documents."""
    return {(operation, code) for operation in OPERATIONS for code in documented_errors(operation)}


def _before(operation: str) -> Prepare:
    return lambda scene: scene.call(operation)


def _times(count: int, operation: str, **numbered: str) -> Prepare:
    """Make an operation's request a number of times, with a number in these members."""

    def prepare(scene: Scene) -> None:
        for number in range(count):
            change = {name: form.format(number) for name, form in numbered.items()}
            scene.call(operation, **change)

    return prepare


def _quota(name: str, value: int, *then: Prepare) -> Prepare:
    def prepare(scene: Scene) -> None:
        setattr(scene.stage.emulator.quotas, name, value)
        for each in then:
            each(scene)

    return prepare


def _state(state: str) -> Prepare:
    def prepare(scene: Scene) -> None:
        scene.stage.emulator.organization(scene.stage.id).forced_state = state

    return prepare


def _directory(switch: str) -> Prepare:
    def prepare(scene: Scene) -> None:
        directory = scene.stage.emulator.organization(scene.stage.id).directory_service
        setattr(directory, switch, True)

    return prepare


def _domain(name: str, **condition: Any) -> Prepare:
    def prepare(scene: Scene) -> None:
        scene.call("RegisterMailDomain", DomainName=name)
        domain = scene.stage.emulator.organization(scene.stage.id).domains[name]
        for member, value in condition.items():
            setattr(domain, member, value)

    return prepare


def _directory_of_the_organization(scene: Scene) -> None:
    state = scene.stage.emulator.organization(scene.stage.id)
    scene.stage.emulator.add_directory(state.directory_service)


def _directory_that_does_not_answer(scene: Scene) -> None:
    scene.stage.emulator.add_directory(
        DirectoryService(id="d-0123456789", alias="other", unavailable=True)
    )


def _application_of_an_organization_in_trouble(scene: Scene) -> None:
    scene.call("PutIdentityProviderConfiguration")
    _state("Impaired")(scene)


def _put_object(content: bytes) -> Prepare:
    def prepare(scene: Scene) -> None:
        bucket, s3 = scene.made("changed-mail"), scene.stage.emulator.client("s3")
        s3.put_object(Bucket=bucket, Key="changed", Body=content)

    return prepare


_UNVERIFIED = _domain("new.example", failed=True)
_SES_OF_ITS_OWN = _domain("ses.example", ses_customization="there is a receipt rule of your own")
_NOBODY_ROLE = {"ImpersonationRoleId": "no-such-role"}
_NOBODY_ARN = {
    "ResourceARN": f"arn:aws:workmail:us-east-1:123456789012:organization/{UNKNOWN_ORGANIZATION}"
}
_NO_APPLICATION = (
    "arn:aws:sso::123456789012:application/ssoins-0123456789abcdef/apl-0000000000000000"
)
_NO_ROLE = "arn:aws:iam::123456789012:role/nobody-made-it"
_TWO_USERS_FILTERS = {"Filters": {"UsernamePrefix": "a", "State": "ENABLED"}}
_TWO_FILTERS = {"Filters": {"NamePrefix": "a", "State": "ENABLED"}}


def _rules(user: str) -> dict[str, Any]:
    return {"Rules": [{"ImpersonationRuleId": "all", "Effect": "ALLOW", "TargetUsers": [user]}]}


_FOUND = "EntityNotFoundException"
_STATE = "EntityStateException"
_INVALID = "InvalidParameterException"
_IN_USE = "EmailAddressInUseException"
_LIMIT = "LimitExceededException"
_NO_DOMAIN = "MailDomainNotFoundException"
_DOMAIN_STATE = "MailDomainStateException"
_NAME = "NameAvailabilityException"
_RESERVED = "ReservedNameException"
_RESOURCE = "ResourceNotFoundException"

_OWN = [
    Situation("AssociateDelegateToResource", _FOUND, {"ResourceId": "elm"}),
    Situation("AssociateDelegateToResource", _FOUND, {"EntityId": "oak"}),
    Situation("AssociateDelegateToResource", _STATE, {"EntityId": "{dora}"}),
    Situation("AssociateMemberToGroup", _FOUND, {"MemberId": "nobody"}),
    Situation("AssociateMemberToGroup", _FOUND, {"MemberId": "oak"}),
    Situation("AssociateMemberToGroup", _STATE, {"MemberId": "{dora}"}),
    Situation("AssociateMemberToGroup", _INVALID, {"MemberId": "staff"}),
    Situation("AssumeImpersonationRole", _RESOURCE, _NOBODY_ROLE),
    Situation("CancelMailboxExportJob", _FOUND, {"JobId": NOBODY}),
    Situation("CreateAlias", _FOUND, {"EntityId": NOBODY}),
    Situation("CreateAlias", _STATE, {"EntityId": "{bruno}"}),
    Situation("CreateAlias", _NO_DOMAIN, {"Alias": "a@b.example"}),
    Situation("CreateAlias", _DOMAIN_STATE, {"Alias": "a@new.example"}, _UNVERIFIED),
    Situation("CreateAlias", _IN_USE, {"Alias": "Clara@acme.example"}),
    Situation("CreateAlias", _LIMIT, {}, _times(100, "CreateAlias", Alias="a{}.b@acme.example")),
    Situation(
        "CreateAvailabilityConfiguration",
        _NAME,
        {"DomainName": "PARTNER.example"},
        _before("CreateAvailabilityConfiguration"),
    ),
    Situation(
        "CreateAvailabilityConfiguration", _LIMIT, {}, _quota("availability_configurations", 0)
    ),
    Situation("CreateGroup", _NAME, {"Name": "Ana"}),
    Situation("CreateGroup", _RESERVED, {"Name": "Administrator"}),
    Situation("CreateIdentityCenterApplication", _INVALID, {"Name": ""}),
    Situation("CreateImpersonationRole", _FOUND, _rules("nobody")),
    Situation("CreateImpersonationRole", _FOUND, _rules("staff")),
    Situation("CreateImpersonationRole", _STATE, _rules("{dora}")),
    Situation("CreateImpersonationRole", _LIMIT, {}, _times(20, "CreateImpersonationRole")),
    Situation(
        "CreateMobileDeviceAccessRule", _LIMIT, {}, _times(9, "CreateMobileDeviceAccessRule")
    ),
    Situation("CreateOrganization", _INVALID, {"Alias": "-"}),
    Situation("CreateOrganization", _INVALID, {"EnableInteroperability": True}),
    Situation("CreateOrganization", _NAME, {"Alias": "ACME"}),
    Situation("CreateOrganization", _LIMIT, {}, _quota("organizations", 1)),
    Situation(
        "CreateOrganization",
        "DirectoryInUseException",
        {"DirectoryId": "{directory}"},
        _directory_of_the_organization,
    ),
    Situation(
        "CreateOrganization", "DirectoryUnavailableException", {"DirectoryId": "d-0123456789"}
    ),
    Situation(
        "CreateOrganization",
        "DirectoryUnavailableException",
        {"DirectoryId": "d-0123456789"},
        _directory_that_does_not_answer,
    ),
    Situation("CreateResource", _NAME, {"Name": "staff"}),
    Situation("CreateResource", _RESERVED, {"Name": "guest"}),
    Situation("CreateUser", _INVALID, {"Role": "SYSTEM_USER"}),
    Situation("CreateUser", "InvalidPasswordException", {"Password": "short1!"}),
    Situation("CreateUser", "InvalidPasswordException", {"Password": "lowercaseonly"}),
    Situation("CreateUser", _NAME, {"Name": "oak"}),
    Situation("CreateUser", _RESERVED, {"Name": "krbtgt"}),
    Situation("DeleteAlias", _FOUND, {"EntityId": NOBODY}),
    Situation("DeleteAlias", _STATE, {"EntityId": "{dora}"}),
    Situation("DeleteAlias", _INVALID, {"Alias": "ana@acme.example"}),
    Situation("DeleteGroup", _STATE, {"GroupId": "staff"}),
    Situation("DeleteGroup", _INVALID, {"GroupId": "staff@acme.example"}),
    Situation("DeleteIdentityCenterApplication", _INVALID, {"ApplicationArn": _NO_APPLICATION}),
    Situation(
        "DeleteIdentityCenterApplication",
        "OrganizationStateException",
        {},
        _application_of_an_organization_in_trouble,
    ),
    Situation("DeleteMailboxPermissions", _FOUND, {"GranteeId": "nobody"}),
    Situation("DeleteMailboxPermissions", _STATE, {"EntityId": "bruno"}),
    Situation("DeleteMobileDeviceAccessOverride", _FOUND, {"UserId": "nobody"}),
    Situation("DeleteOrganization", "OrganizationStateException", {"ForceDelete": False}),
    Situation("DeleteResource", _STATE, {"ResourceId": "oak"}),
    Situation("DeleteUser", _STATE, {"UserId": "ana"}),
    Situation("DeleteUser", _INVALID, {"UserId": "ana@acme.example"}),
    Situation("DeregisterFromWorkMail", _FOUND, {"EntityId": "nobody"}),
    Situation("DeregisterFromWorkMail", _STATE, {"EntityId": "bruno"}),
    Situation(
        "DeregisterMailDomain", "MailDomainInUseException", {"DomainName": "acme.awsapps.com"}
    ),
    Situation("DeregisterMailDomain", "MailDomainInUseException", {"DomainName": "acme.example"}),
    Situation(
        "DeregisterMailDomain",
        "InvalidCustomSesConfigurationException",
        {"DomainName": "ses.example"},
        _SES_OF_ITS_OWN,
    ),
    Situation("DescribeEmailMonitoringConfiguration", _RESOURCE),
    Situation("DescribeEntity", _FOUND, {"Email": "bruno@acme.example"}),
    Situation("DescribeGroup", _FOUND, {"GroupId": "ana"}),
    Situation("DescribeIdentityProviderConfiguration", _RESOURCE),
    Situation("DescribeMailboxExportJob", _FOUND, {"JobId": NOBODY}),
    Situation("DescribeResource", _FOUND, {"ResourceId": "ana"}),
    Situation("DescribeUser", _FOUND, {"UserId": "staff"}),
    Situation("DescribeUser", _FOUND, {"UserId": "dora"}),
    Situation("DisassociateDelegateFromResource", _FOUND, {"EntityId": "nobody"}),
    Situation("DisassociateDelegateFromResource", _STATE, {"EntityId": "{dora}"}),
    Situation("DisassociateMemberFromGroup", _FOUND, {"GroupId": "nobody"}),
    Situation("DisassociateMemberFromGroup", _STATE, {"MemberId": "{dora}"}),
    Situation("GetAccessControlEffect", _FOUND, {"UserId": NOBODY}),
    Situation("GetAccessControlEffect", _RESOURCE, _NOBODY_ROLE | {"UserId": None}),
    Situation("GetDefaultRetentionPolicy", _FOUND),
    Situation("GetImpersonationRole", _RESOURCE, _NOBODY_ROLE),
    Situation("GetImpersonationRoleEffect", _FOUND, {"TargetUser": "nobody"}),
    Situation("GetImpersonationRoleEffect", _STATE, {"TargetUser": "{dora}"}),
    Situation("GetImpersonationRoleEffect", _RESOURCE, _NOBODY_ROLE),
    Situation("GetMailDomain", _NO_DOMAIN, {"DomainName": "b.example"}),
    Situation("GetMailboxDetails", _FOUND, {"UserId": "bruno"}),
    Situation("GetMailboxDetails", _FOUND, {"UserId": "staff"}),
    Situation("GetMobileDeviceAccessOverride", _FOUND, {"UserId": "nobody"}),
    Situation("GetMobileDeviceAccessOverride", _RESOURCE),
    Situation("GetRawMessageContent", _RESOURCE, {"messageId": NOBODY}),
    Situation("GetPersonalAccessTokenMetadata", _RESOURCE, {"PersonalAccessTokenId": NOBODY}),
    Situation("ListAliases", _FOUND, {"EntityId": NOBODY}),
    Situation("ListAliases", _STATE, {"EntityId": "{dora}"}),
    Situation("ListGroupMembers", _FOUND, {"GroupId": "ana"}),
    Situation("ListGroupMembers", _STATE, {"GroupId": "{deleted-group}"}),
    Situation("ListGroups", _INVALID, _TWO_FILTERS),
    Situation("ListGroupsForEntity", _FOUND, {"EntityId": "nobody"}),
    Situation("ListGroupsForEntity", _STATE, {"EntityId": "{dora}"}),
    Situation("ListMailboxPermissions", _FOUND, {"EntityId": "nobody"}),
    Situation("ListMobileDeviceAccessOverrides", _FOUND, {"UserId": "nobody"}),
    Situation("ListOrganizations", _INVALID, {"NextToken": "made-up"}),
    Situation("ListPersonalAccessTokens", _FOUND, {"UserId": "staff"}),
    Situation("ListPersonalAccessTokens", _STATE, {"UserId": "{dora}"}),
    Situation("ListResourceDelegates", _FOUND, {"ResourceId": "nobody"}),
    Situation("ListResourceDelegates", _STATE, {"ResourceId": "{deleted-room}"}),
    Situation("ListResources", _INVALID, _TWO_FILTERS),
    Situation("ListTagsForResource", _RESOURCE, _NOBODY_ARN),
    Situation("ListUsers", _INVALID, _TWO_USERS_FILTERS),
    Situation("PutAccessControlRule", _FOUND, {"UserIds": [NOBODY]}),
    Situation("PutAccessControlRule", _FOUND, {"UserIds": ["{group-id}"]}),
    Situation("PutAccessControlRule", _RESOURCE, {"ImpersonationRoleIds": ["no-such-role"]}),
    Situation(
        "PutAccessControlRule", _LIMIT, {}, _times(9, "PutAccessControlRule", Name="rule-{}")
    ),
    Situation("PutEmailMonitoringConfiguration", _RESOURCE, {"RoleArn": _NO_ROLE}),
    Situation(
        "PutIdentityProviderConfiguration",
        _RESOURCE,
        {
            "IdentityCenterConfiguration": {
                "InstanceArn": "arn:aws:sso:::instance/ssoins-0123456789abcdef",
                "ApplicationArn": _NO_APPLICATION,
            }
        },
    ),
    Situation("PutMailboxPermissions", _FOUND, {"EntityId": "nobody"}),
    Situation("PutMailboxPermissions", _STATE, {"GranteeId": "bruno"}),
    Situation("PutMobileDeviceAccessOverride", _FOUND, {"UserId": "nobody"}),
    Situation("PutMobileDeviceAccessOverride", _STATE, {"UserId": "{dora}"}),
    Situation("PutRetentionPolicy", _LIMIT, {"Id": "another"}, _before("PutRetentionPolicy")),
    Situation(
        "PutRawMessageContent",
        "InvalidContentLocation",
        {"content": {"s3Reference": {"bucket": "{changed-mail}", "key": "nobody-put-it"}}},
    ),
    Situation("PutRawMessageContent", "MessageFrozen", {"messageId": "{redirected-message}"}),
    Situation("PutRawMessageContent", "MessageRejected", {}, _put_object(b"no headers at all")),
    Situation("PutRawMessageContent", _RESOURCE, {"messageId": NOBODY}),
    Situation("RegisterMailDomain", "MailDomainInUseException", {"DomainName": "ACME.example"}),
    Situation("RegisterMailDomain", _LIMIT, {}, _quota("domains", 2)),
    Situation("RegisterToWorkMail", _IN_USE, {"Email": "ANA@acme.example"}),
    Situation("RegisterToWorkMail", "EntityAlreadyRegisteredException", {"EntityId": "ana"}),
    Situation("RegisterToWorkMail", _FOUND, {"EntityId": "ana@acme.example"}),
    Situation("RegisterToWorkMail", _STATE, {"EntityId": "{dora}"}),
    Situation("RegisterToWorkMail", _NO_DOMAIN, {"Email": "bruno@b.example"}),
    Situation("RegisterToWorkMail", _DOMAIN_STATE, {"Email": "bruno@new.example"}, _UNVERIFIED),
    Situation("ResetPassword", _FOUND, {"UserId": NOBODY}),
    Situation("ResetPassword", _STATE, {"UserId": "{dora}"}),
    Situation("ResetPassword", "InvalidPasswordException", {"Password": "weak"}),
    Situation("StartMailboxExportJob", _FOUND, {"EntityId": "staff"}),
    Situation("StartMailboxExportJob", _FOUND, {"EntityId": "bruno"}),
    Situation("StartMailboxExportJob", _INVALID, {"S3Prefix": "ana@acme.example"}),
    Situation("StartMailboxExportJob", _INVALID, {"RoleArn": _NO_ROLE}),
    Situation(
        "StartMailboxExportJob", _LIMIT, {"ClientToken": "b"}, _before("StartMailboxExportJob")
    ),
    Situation("TagResource", _RESOURCE, _NOBODY_ARN),
    Situation("TagResource", _INVALID, {"Tags": [{"Key": "aws:mine", "Value": ""}]}),
    Situation("TagResource", "OrganizationStateException", {}, _state("Deleting")),
    Situation("TagResource", "TooManyTagsException", {}, _quota("tags", 0)),
    Situation(
        "TestAvailabilityConfiguration",
        _RESOURCE,
        {"DomainName": "b.example", "LambdaProvider": None},
    ),
    Situation("UntagResource", _RESOURCE, _NOBODY_ARN),
    Situation("UpdateAvailabilityConfiguration", _RESOURCE),
    Situation("UpdateDefaultMailDomain", _NO_DOMAIN, {"DomainName": "b.example"}),
    Situation("UpdateDefaultMailDomain", _DOMAIN_STATE, {"DomainName": "new.example"}, _UNVERIFIED),
    Situation("UpdateGroup", _FOUND, {"GroupId": "nobody"}),
    Situation("UpdateGroup", _STATE, {"GroupId": "{deleted-group}"}),
    Situation("UpdateImpersonationRole", _FOUND, _rules("nobody")),
    Situation("UpdateImpersonationRole", _STATE, _rules("{dora}")),
    Situation("UpdateImpersonationRole", _RESOURCE, _NOBODY_ROLE),
    Situation("UpdateMailboxQuota", _FOUND, {"UserId": "nobody"}),
    Situation("UpdateMailboxQuota", _STATE, {"UserId": "bruno"}),
    Situation("UpdateMailboxQuota", _INVALID, {"MailboxQuota": 51_201}),
    Situation(
        "UpdateMobileDeviceAccessRule", _FOUND, {"MobileDeviceAccessRuleId": "nobody-made-it"}
    ),
    Situation("UpdatePrimaryEmailAddress", _IN_USE, {"Email": "clara@acme.example"}),
    Situation("UpdatePrimaryEmailAddress", _FOUND, {"EntityId": "nobody"}),
    Situation("UpdatePrimaryEmailAddress", _STATE, {"EntityId": "bruno"}),
    Situation("UpdatePrimaryEmailAddress", _NO_DOMAIN, {"Email": "ana@b.example"}),
    Situation(
        "UpdatePrimaryEmailAddress", _DOMAIN_STATE, {"Email": "ana@new.example"}, _UNVERIFIED
    ),
    Situation("UpdateResource", _IN_USE, {"Name": "ana@acme.example"}),
    Situation("UpdateResource", _FOUND, {"ResourceId": "nobody"}),
    Situation("UpdateResource", _STATE, {"ResourceId": "{deleted-room}"}),
    Situation(
        "UpdateResource",
        "InvalidConfigurationException",
        {"BookingOptions": {"AutoAcceptRequests": False}},
    ),
    Situation("UpdateResource", _NO_DOMAIN, {"Name": "oak@b.example"}),
    Situation("UpdateResource", _DOMAIN_STATE, {"Name": "oak@new.example"}, _UNVERIFIED),
    Situation("UpdateResource", _NAME, {"Name": "clara"}),
    Situation("UpdateUser", _FOUND, {"UserId": "nobody"}),
    Situation("UpdateUser", _STATE, {"UserId": "{dora}"}),
    Situation("UpdateUser", _INVALID, {"Role": "RESOURCE"}),
]

#: What no caller can bring about, and why.
UNREACHABLE: dict[tuple[str, str], str] = {
    ("ListGroups", _FOUND): "its request names no entity",
    ("UpdateImpersonationRole", _LIMIT): "an update adds no role, and the number of a role's "
    "rules breaks the model before",
    **{
        (operation, "UnsupportedOperationException"): "it reads, which a read-only directory allows"
        for operation in ("DescribeResource", "ListResourceDelegates", "ListResources")
    },
}

_IN_THE_WAY = {
    "DirectoryServiceAuthenticationFailedException": _directory("refuses_credentials"),
    "DirectoryUnavailableException": _directory("unavailable"),
    "OrganizationStateException": _state("Impaired"),
    "UnsupportedOperationException": _directory("read_only"),
}


def _for_all() -> Iterator[Situation]:
    """Give the situations that any operation on an organization can be in."""
    for operation, code in sorted(documented()):
        shape: Any = OPERATIONS[operation].input_shape
        if "OrganizationId" not in shape.members or (operation, code) in UNREACHABLE:
            continue
        if code == "OrganizationNotFoundException":
            yield Situation(operation, code, {"OrganizationId": UNKNOWN_ORGANIZATION})
        elif code == _INVALID:
            yield Situation(operation, code, {"OrganizationId": UNKNOWN_ORGANIZATION.upper()})
        elif code in _IN_THE_WAY and operation != "DeleteOrganization":
            yield Situation(operation, code, {}, _IN_THE_WAY[code])


SITUATIONS: list[Situation] = [*_OWN, *_for_all()]

__all__ = ["BEFORE", "REQUESTS", "SITUATIONS", "UNREACHABLE", "Situation", "documented"]
