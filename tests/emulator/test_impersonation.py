"""Impersonation roles, their tokens, and whom they let in."""

from datetime import timedelta
from typing import Any

import pytest

from tests.emulator.conftest import Stage
from tests.emulator.refusals import refused
from workmail_async.emulator.workmail.models.impersonation import assumed_role

NOBODY = "no-such-role"
ALLOW_ALL = {"ImpersonationRuleId": "all", "Effect": "ALLOW"}


def create(stage: Stage, *rules: dict[str, Any], **request: Any) -> str:
    created: str = stage.workmail.create_impersonation_role(
        OrganizationId=stage.id,
        **{"Name": "backup", "Type": "READ_ONLY", "Rules": list(rules)} | request,
    )["ImpersonationRoleId"]
    return created


def get(stage: Stage, role: str) -> dict[str, Any]:
    answer: dict[str, Any] = stage.workmail.get_impersonation_role(
        OrganizationId=stage.id, ImpersonationRoleId=role
    )
    del answer["ResponseMetadata"]
    return answer


def effect(stage: Stage, role: str, user: str) -> tuple[str, list[str]]:
    answer = stage.workmail.get_impersonation_role_effect(
        OrganizationId=stage.id, ImpersonationRoleId=role, TargetUser=user
    )
    assert answer["Type"] == "READ_ONLY"
    return answer["Effect"], [rule["ImpersonationRuleId"] for rule in answer["MatchedRules"]]


def test_a_role_is_told_as_it_was_created(stage: Stage) -> None:
    rule = {
        "ImpersonationRuleId": "r-1",
        "Name": "ana only",
        "Description": "for the backup",
        "Effect": "ALLOW",
        "TargetUsers": [stage.user("ana")],
        "NotTargetUsers": [stage.user("clara")],
    }
    role = create(stage, rule, Description="night backup")
    told = get(stage, role)
    created, modified = told.pop("DateCreated"), told.pop("DateModified")
    assert told == {
        "ImpersonationRoleId": role,
        "Name": "backup",
        "Type": "READ_ONLY",
        "Description": "night backup",
        "Rules": [rule],
    }
    assert created == modified
    assert abs(created - stage.emulator.clock.now()) < timedelta(seconds=1)


def test_users_may_be_named_in_any_way_and_are_kept_by_identifier(stage: Stage) -> None:
    names = ["ana", "ANA@acme.example", stage.user("ana"), "bruno"]
    role = create(stage, ALLOW_ALL | {"TargetUsers": names})
    ana = stage.user("ana")
    assert get(stage, role)["Rules"][0]["TargetUsers"] == [ana, ana, ana, stage.user("bruno")]


def test_an_update_replaces_the_role(stage: Stage) -> None:
    role = create(stage, ALLOW_ALL, Description="gone afterwards")
    before = get(stage, role)
    stage.emulator.clock.advance(60)
    stage.workmail.update_impersonation_role(
        OrganizationId=stage.id, ImpersonationRoleId=role, Name="new", Type="FULL_ACCESS", Rules=[]
    )
    after = get(stage, role)
    assert after == {
        "ImpersonationRoleId": role,
        "Name": "new",
        "Type": "FULL_ACCESS",
        "Rules": [],
        "DateCreated": before["DateCreated"],
        "DateModified": before["DateModified"] + timedelta(minutes=1),
    }


def test_deny_goes_before_allow_and_silence_denies(stage: Stage) -> None:
    role = create(
        stage,
        {"ImpersonationRuleId": "staff", "Effect": "ALLOW", "TargetUsers": ["ana", "clara"]},
        {"ImpersonationRuleId": "not-ana", "Effect": "ALLOW", "NotTargetUsers": ["ana"]},
        {"ImpersonationRuleId": "secret", "Effect": "DENY", "TargetUsers": ["bruno"]},
    )
    assert effect(stage, role, "ana") == ("ALLOW", ["staff"])
    assert effect(stage, role, "clara@acme.example") == ("ALLOW", ["staff", "not-ana"])
    assert effect(stage, role, stage.user("bruno")) == ("DENY", ["secret"])
    assert effect(stage, create(stage), "ana") == ("DENY", [])
    assert effect(stage, create(stage, ALLOW_ALL), "ana") == ("ALLOW", ["all"])


def test_roles_are_listed_in_pages(stage: Stage) -> None:
    created = [create(stage, Name=f"role {number}") for number in range(5)]
    found: list[str] = []
    request: dict[str, Any] = {"OrganizationId": stage.id, "MaxResults": 2}
    for _ in range(3):
        page = stage.workmail.list_impersonation_roles(**request)
        found += [role["ImpersonationRoleId"] for role in page["Roles"]]
        assert set(page["Roles"][0]) == {
            "ImpersonationRoleId",
            "Name",
            "Type",
            "DateCreated",
            "DateModified",
        }
        request["NextToken"] = page.get("NextToken")
    assert found == created
    assert request["NextToken"] is None
    with refused("InvalidParameterException", saying="NextToken"):
        stage.workmail.list_impersonation_roles(OrganizationId=stage.id, NextToken="made-up")


def test_there_are_at_most_twenty_roles(stage: Stage) -> None:
    for _ in range(20):
        create(stage)
    with refused("LimitExceededException"):
        create(stage)


def test_the_same_token_creates_one_role(stage: Stage) -> None:
    first = create(stage, ALLOW_ALL, ClientToken="once")
    assert create(stage, ALLOW_ALL, ClientToken="once") == first
    with refused("InvalidParameterException", saying="ClientToken"):
        create(stage, ClientToken="once")


def test_a_token_lasts_fifteen_minutes(stage: Stage) -> None:
    role = create(stage, ALLOW_ALL)
    organization = stage.emulator.organization(stage.id)
    request = {"OrganizationId": stage.id, "ImpersonationRoleId": role}
    answer = stage.workmail.assume_impersonation_role(**request)
    token = answer["Token"]
    assert answer["ExpiresIn"] == 900
    stage.emulator.clock.advance(timedelta(minutes=14, seconds=59))
    assumed = assumed_role(organization, token)
    assert assumed is not None
    assert assumed.id == role
    later = stage.workmail.assume_impersonation_role(**request)["Token"]
    stage.emulator.clock.advance(timedelta(seconds=1))
    assert assumed_role(organization, token) is None
    assert assumed_role(organization, later) is assumed
    stage.workmail.assume_impersonation_role(**request)
    assert token not in organization.settings.impersonation.sessions
    assert later not in repr(organization.settings)


def test_a_deleted_role_is_gone_with_its_tokens(stage: Stage) -> None:
    role, other = create(stage), create(stage)
    tokens = [
        stage.workmail.assume_impersonation_role(OrganizationId=stage.id, ImpersonationRoleId=each)[
            "Token"
        ]
        for each in (role, other)
    ]
    for _ in range(2):  # deleting twice is no error
        stage.workmail.delete_impersonation_role(OrganizationId=stage.id, ImpersonationRoleId=role)
    organization = stage.emulator.organization(stage.id)
    assert assumed_role(organization, tokens[0]) is None
    assert assumed_role(organization, tokens[1]) is not None
    with refused("ResourceNotFoundException"):
        get(stage, role)


def test_an_unknown_role_is_not_found(stage: Stage) -> None:
    request: dict[str, Any] = {"OrganizationId": stage.id, "ImpersonationRoleId": NOBODY}
    with refused("ResourceNotFoundException"):
        stage.workmail.assume_impersonation_role(**request)
    with refused("ResourceNotFoundException"):
        stage.workmail.get_impersonation_role_effect(TargetUser="ana", **request)
    with refused("ResourceNotFoundException"):
        stage.workmail.update_impersonation_role(Name="n", Type="READ_ONLY", Rules=[], **request)


@pytest.mark.parametrize("member", ["TargetUsers", "NotTargetUsers"])
@pytest.mark.parametrize(
    ("user", "code"),
    [
        ("nobody", "EntityNotFoundException"),
        ("staff", "EntityNotFoundException"),
        ("{dora}", "EntityStateException"),
    ],
)
def test_rules_speak_of_users_that_exist(stage: Stage, member: str, user: str, code: str) -> None:
    role = create(stage, ALLOW_ALL)
    user = stage.user("dora") if user == "{dora}" else user
    rule = ALLOW_ALL | {member: [user]}
    with refused(code):
        create(stage, rule)
    with refused(code):
        stage.workmail.update_impersonation_role(
            OrganizationId=stage.id,
            ImpersonationRoleId=role,
            Name="n",
            Type="READ_ONLY",
            Rules=[rule],
        )
    with refused(code):
        effect(stage, role, user)
    assert get(stage, role)["Rules"] == [ALLOW_ALL]


def test_an_update_cannot_exceed_the_rules_of_the_model(stage: Stage) -> None:
    rules = [ALLOW_ALL | {"ImpersonationRuleId": f"r{number}"} for number in range(11)]
    with refused("InvalidParameterException", saying="Rules has 11"):
        create(stage, *rules)
    with refused("InvalidParameterException", saying="more than once"):
        create(stage, ALLOW_ALL, ALLOW_ALL)
