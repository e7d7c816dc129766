"""Pages and their tokens, over every list that has them."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore import xform_name

from tests.emulator.conftest import ClientMaker, Stage
from tests.emulator.refusals import MODEL, refused
from workmail_async.emulator.paging import BadTokenError, page

Items = list[Any]

# Their last page has an empty token where the others have null.
EMPTY_AT_THE_END = {"ListResources", "ListResourceDelegates"}


def users(stage: Stage, count: int) -> list[str]:
    return [
        stage.workmail.create_user(OrganizationId=stage.id, Name=f"u{number}", DisplayName="U")[
            "UserId"
        ]
        for number in range(count)
    ]


def groups(stage: Stage, count: int) -> list[str]:
    return [
        stage.workmail.create_group(OrganizationId=stage.id, Name=f"g{number}")["GroupId"]
        for number in range(count)
    ]


def resources(stage: Stage, count: int) -> None:
    for number in range(count):
        stage.workmail.create_resource(OrganizationId=stage.id, Name=f"r{number}", Type="EQUIPMENT")


def domains(stage: Stage, count: int) -> None:
    for number in range(count):
        stage.workmail.register_mail_domain(
            OrganizationId=stage.id, DomainName=f"d{number}.example"
        )


def members(stage: Stage, count: int) -> None:
    for user in users(stage, count):
        stage.workmail.associate_member_to_group(
            OrganizationId=stage.id, GroupId="staff", MemberId=user
        )


def memberships(stage: Stage, count: int) -> None:
    for group in groups(stage, count):
        stage.workmail.associate_member_to_group(
            OrganizationId=stage.id, GroupId=group, MemberId="ana"
        )


def delegates(stage: Stage, count: int) -> None:
    for user in users(stage, count):
        stage.workmail.associate_delegate_to_resource(
            OrganizationId=stage.id, ResourceId="oak", EntityId=user
        )


def permissions(stage: Stage, count: int) -> None:
    for number, user in enumerate(users(stage, count)):
        stage.workmail.register_to_work_mail(
            OrganizationId=stage.id, EntityId=user, Email=f"u{number}@acme.example"
        )
        stage.workmail.put_mailbox_permissions(
            OrganizationId=stage.id, EntityId="ana", GranteeId=user, PermissionValues=["SEND_AS"]
        )


def aliases(stage: Stage, count: int) -> None:
    for number in range(count):
        stage.workmail.create_alias(
            OrganizationId=stage.id, EntityId=stage.user("ana"), Alias=f"a{number}@acme.example"
        )


def exports(stage: Stage, count: int) -> None:
    made = stage.emulator.create_export_resources(stage.id)
    for number, user in enumerate(users(stage, count)):
        stage.workmail.register_to_work_mail(
            OrganizationId=stage.id, EntityId=user, Email=f"u{number}@acme.example"
        )
        stage.workmail.start_mailbox_export_job(
            OrganizationId=stage.id,
            EntityId=user,
            RoleArn=made.role_arn,
            KmsKeyArn=made.kms_key_arn,
            S3BucketName=made.bucket,
            S3Prefix="exports",
        )


# The operation, its items, the parameters besides the organization, and what fills it.
LISTS: list[tuple[str, str, dict[str, Any], Callable[[Stage, int], object]]] = [
    ("ListUsers", "Users", {}, lambda stage, count: users(stage, count - 4)),
    ("ListGroups", "Groups", {}, lambda stage, count: groups(stage, count - 1)),
    ("ListResources", "Resources", {}, lambda stage, count: resources(stage, count - 1)),
    ("ListMailDomains", "MailDomains", {}, lambda stage, count: domains(stage, count - 2)),
    (
        "ListGroupMembers",
        "Members",
        {"GroupId": "staff"},
        members,
    ),
    (
        "ListGroupsForEntity",
        "Groups",
        {"EntityId": "ana"},
        memberships,
    ),
    (
        "ListResourceDelegates",
        "Delegates",
        {"ResourceId": "oak"},
        delegates,
    ),
    (
        "ListMailboxPermissions",
        "Permissions",
        {"EntityId": "ana"},
        permissions,
    ),
    (
        "ListAliases",
        "Aliases",
        {"EntityId": "{ana}"},
        lambda stage, count: aliases(stage, count - 1),
    ),
    ("ListMailboxExportJobs", "Jobs", {}, exports),
]


def ask(stage: Stage, operation: str, parameters: dict[str, Any], **more: Any) -> dict[str, Any]:
    known = {
        name: stage.user(value[1:-1]) if value.startswith("{") else value
        for name, value in parameters.items()
    }
    answer: dict[str, Any] = getattr(stage.workmail, xform_name(operation))(
        OrganizationId=stage.id, **known, **more
    )
    return answer


def identity(item: Any) -> Any:
    return (
        {key: value for key, value in item.items() if "Id" in key or "Name" in key}
        if isinstance(item, dict)
        else item
    )


@pytest.mark.parametrize(("operation", "member", "parameters", "fill"), LISTS)
def test_pages_lead_through_the_whole_list(
    stage: Stage,
    operation: str,
    member: str,
    parameters: dict[str, Any],
    fill: Callable[[Stage, int], object],
) -> None:
    fill(stage, 7)
    whole = [identity(item) for item in ask(stage, operation, parameters)[member]]
    assert len(whole) == 7
    seen: Items = []
    answer = ask(stage, operation, parameters, MaxResults=3)
    sizes = [len(answer[member])]
    seen += answer[member]
    while answer.get("NextToken"):
        assert 1 <= len(answer["NextToken"]) <= 1024
        answer = ask(stage, operation, parameters, MaxResults=3, NextToken=answer["NextToken"])
        sizes.append(len(answer[member]))
        seen += answer[member]
    assert [identity(item) for item in seen] == whole
    assert sizes == [3, 3, 1]
    assert answer.get("NextToken") == ("" if operation in EMPTY_AT_THE_END else None)


@pytest.mark.parametrize(("operation", "member", "parameters", "fill"), LISTS)
def test_a_token_of_another_list_is_refused(
    stage: Stage,
    operation: str,
    member: str,
    parameters: dict[str, Any],
    fill: Callable[[Stage, int], object],
) -> None:
    foreign = stage.workmail.list_users(OrganizationId=stage.id, MaxResults=1)["NextToken"]
    if operation == "ListUsers":
        foreign = stage.workmail.list_users(
            OrganizationId=stage.id, MaxResults=1, Filters={"State": "ENABLED"}
        )["NextToken"]
    for token in (foreign, "made up", "c3Vubnk=", "ü"):
        with refused("InvalidParameterException", saying="NextToken"):
            ask(stage, operation, parameters, NextToken=token)


def test_every_list_on_offer_is_tried_here() -> None:
    with_tokens = {
        name
        for name in MODEL.operation_names
        if "NextToken" in getattr(MODEL.operation_model(name).input_shape, "members", ())
    }
    tried_elsewhere = {
        "ListAvailabilityConfigurations",
        "ListImpersonationRoles",
        "ListMobileDeviceAccessOverrides",
        "ListPersonalAccessTokens",
    }
    assert {name for name, *_ in LISTS} | {"ListOrganizations"} == with_tokens - tried_elsewhere


def test_organizations_come_in_pages(stage: Stage) -> None:
    for number in range(4):
        stage.workmail.create_organization(Alias=f"org{number}")
    pages = stage.workmail.get_paginator("list_organizations").paginate(
        PaginationConfig={"PageSize": 2}
    )
    sizes = [len(each["OrganizationSummaries"]) for each in pages]
    assert sizes == [2, 2, 1]


def test_a_token_belongs_to_its_filters(stage: Stage) -> None:
    enabled = {"State": "ENABLED"}
    token = stage.workmail.list_users(OrganizationId=stage.id, MaxResults=1, Filters=enabled)[
        "NextToken"
    ]
    rest = stage.workmail.list_users(OrganizationId=stage.id, NextToken=token, Filters=enabled)
    assert [user["Name"] for user in rest["Users"]] == ["clara"]
    with refused("InvalidParameterException"):
        stage.workmail.list_users(OrganizationId=stage.id, NextToken=token)
    with refused("InvalidParameterException"):
        stage.workmail.list_users(
            OrganizationId=stage.id, NextToken=token, Filters={"State": "DISABLED"}
        )


def test_a_token_belongs_to_its_organization(stage: Stage) -> None:
    other = stage.emulator.create_organization("other", users=["a", "b"])
    token = stage.workmail.list_users(OrganizationId=other.id, MaxResults=1)["NextToken"]
    with refused("InvalidParameterException"):
        stage.workmail.list_users(OrganizationId=stage.id, NextToken=token)


def test_changes_between_pages_neither_repeat_nor_skip_others(stage: Stage) -> None:
    made = groups(stage, 6)
    for group in made:
        stage.workmail.associate_member_to_group(
            OrganizationId=stage.id, GroupId=group, MemberId="ana"
        )
    answer = stage.workmail.list_groups_for_entity(
        OrganizationId=stage.id, EntityId="ana", MaxResults=3
    )
    for gone in (made[0], made[3]):
        stage.workmail.disassociate_member_from_group(
            OrganizationId=stage.id, GroupId=gone, MemberId="ana"
        )
    stage.workmail.associate_member_to_group(
        OrganizationId=stage.id, GroupId="staff", MemberId="ana"
    )
    rest = stage.workmail.list_groups_for_entity(
        OrganizationId=stage.id, EntityId="ana", NextToken=answer["NextToken"]
    )
    assert [group["GroupId"] for group in rest["Groups"]] == made[4:]


@pytest.mark.parametrize("size", [0, 101, -1])
def test_a_page_holds_one_to_a_hundred(stage: Stage, client_of: ClientMaker, size: int) -> None:
    workmail = client_of(stage.emulator, "workmail", validate=False)
    with refused("InvalidParameterException", saying="MaxResults"):
        workmail.list_users(OrganizationId=stage.id, MaxResults=size)


def test_a_page_has_a_hundred_items_when_nothing_is_said(stage: Stage) -> None:
    organization = stage.emulator.create_organization(
        "large", users=[f"u{number}" for number in range(101)]
    )
    answer = stage.workmail.list_users(OrganizationId=organization.id)
    assert len(answer["Users"]) == 100
    assert answer["NextToken"]


def test_an_empty_list_has_one_empty_page() -> None:
    items: list[int] = []
    empty = page(items, key=int, secret=b"s", source=[], token=None, max_results=None)
    assert (empty.items, empty.next_token) == ([], None)


def test_the_secret_seals_the_tokens() -> None:
    def cut(secret: bytes, token: str | None) -> str | None:
        return page(
            [1, 2, 3], key=int, secret=secret, source=["x"], token=token, max_results=1
        ).next_token

    token = cut(b"one", None)
    assert cut(b"one", token) is not None
    with pytest.raises(BadTokenError):
        cut(b"two", token)


def test_deleting_an_alias_neither_skips_nor_repeats_others(stage: Stage) -> None:
    aliases(stage, 4)
    ana = stage.user("ana")
    first = stage.workmail.list_aliases(OrganizationId=stage.id, EntityId=ana, MaxResults=2)
    assert first["Aliases"] == ["ana@acme.example", "a0@acme.example"]
    for name in ("a0", "a2"):
        stage.workmail.delete_alias(
            OrganizationId=stage.id, EntityId=ana, Alias=f"{name}@acme.example"
        )
    rest = stage.workmail.list_aliases(
        OrganizationId=stage.id, EntityId=ana, NextToken=first["NextToken"]
    )
    assert rest["Aliases"] == ["a1@acme.example", "a3@acme.example"]
