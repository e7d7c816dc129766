"""Access control rules, and what they come to."""

from datetime import timedelta
from typing import Any

import pytest

from tests.emulator.conftest import Stage
from tests.emulator.refusals import refused

NOBODY = "12345678-0000-0000-0000-000000000000"
LONDON = "192.0.2.7"
PARIS = "198.51.100.7"


def put(stage: Stage, name: str, effect: str, **conditions: Any) -> None:
    stage.workmail.put_access_control_rule(
        OrganizationId=stage.id, Name=name, Effect=effect, Description=name, **conditions
    )


def effect(stage: Stage, **request: Any) -> tuple[str, list[str]]:
    if "ImpersonationRoleId" not in request:
        request.setdefault("UserId", stage.user("ana"))
    answer = stage.workmail.get_access_control_effect(
        OrganizationId=stage.id, **{"IpAddress": LONDON, "Action": "EWS"} | request
    )
    return answer["Effect"], answer["MatchedRules"]


def rules(stage: Stage) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stage.workmail.list_access_control_rules(OrganizationId=stage.id)[
        "Rules"
    ]
    return found


def without_default(stage: Stage) -> None:
    stage.workmail.delete_access_control_rule(OrganizationId=stage.id, Name="default")


def role(stage: Stage) -> str:
    created: str = stage.workmail.create_impersonation_role(
        OrganizationId=stage.id, Name="backup", Type="FULL_ACCESS", Rules=[]
    )["ImpersonationRoleId"]
    return created


def test_a_new_organization_lets_everyone_in(stage: Stage) -> None:
    (rule,) = rules(stage)
    assert (rule["Name"], rule["Effect"], rule["DateCreated"].timestamp()) == (
        "default",
        "ALLOW",
        0,
    )
    assert effect(stage) == ("ALLOW", ["default"])


def test_without_rules_nobody_gets_in(stage: Stage) -> None:
    without_default(stage)
    assert effect(stage) == ("DENY", [])


def test_deleting_what_is_not_there_is_no_error(stage: Stage) -> None:
    for _ in range(2):
        without_default(stage)
    assert rules(stage) == []


def test_deny_goes_before_allow_and_only_deciding_rules_are_named(stage: Stage) -> None:
    put(stage, "also-allows", "ALLOW")
    assert effect(stage) == ("ALLOW", ["default", "also-allows"])
    put(stage, "no-imap", "DENY", Actions=["IMAP"])
    put(stage, "nothing-old", "DENY", Actions=["IMAP", "SMTP"])
    assert effect(stage, Action="IMAP") == ("DENY", ["no-imap", "nothing-old"])
    assert effect(stage, Action="SMTP") == ("DENY", ["nothing-old"])
    assert effect(stage, Action="WebMail") == ("ALLOW", ["default", "also-allows"])


@pytest.mark.parametrize(
    ("conditions", "london", "paris"),
    [
        ({"IpRanges": ["192.0.2.0/24"]}, "ALLOW", "DENY"),
        ({"IpRanges": ["192.0.2.7/32"]}, "ALLOW", "DENY"),
        ({"IpRanges": ["192.0.2.8/32"]}, "DENY", "DENY"),
        ({"IpRanges": ["192.0.2.99/24"]}, "ALLOW", "DENY"),
        ({"IpRanges": ["10.0.0.0/8", "198.51.0.0/16"]}, "DENY", "ALLOW"),
        ({"IpRanges": ["0.0.0.0/0"]}, "ALLOW", "ALLOW"),
        ({"IpRanges": []}, "ALLOW", "ALLOW"),
        ({"NotIpRanges": ["192.0.2.0/24"]}, "DENY", "ALLOW"),
        ({"IpRanges": ["0.0.0.0/0"], "NotIpRanges": ["192.0.2.0/28"]}, "DENY", "ALLOW"),
    ],
)
def test_addresses_are_matched(
    stage: Stage, conditions: dict[str, Any], london: str, paris: str
) -> None:
    without_default(stage)
    put(stage, "offices", "ALLOW", **conditions)
    assert effect(stage, IpAddress=LONDON)[0] == london
    assert effect(stage, IpAddress=PARIS)[0] == paris


def test_excluded_actions_are_not_matched(stage: Stage) -> None:
    without_default(stage)
    put(stage, "modern", "ALLOW", NotActions=["IMAP", "SMTP"])
    assert effect(stage, Action="IMAP") == ("DENY", [])
    assert effect(stage, Action="ActiveSync") == ("ALLOW", ["modern"])


def test_users_are_matched(stage: Stage) -> None:
    without_default(stage)
    ana, clara = stage.user("ana"), stage.user("clara")
    put(stage, "only-ana", "ALLOW", UserIds=[ana])
    put(stage, "not-clara", "ALLOW", NotUserIds=[clara], Actions=["IMAP"])
    assert effect(stage, UserId=ana, Action="IMAP") == ("ALLOW", ["only-ana", "not-clara"])
    assert effect(stage, UserId=clara, Action="IMAP") == ("DENY", [])


def test_impersonation_roles_are_matched(stage: Stage) -> None:
    without_default(stage)
    backup, other = role(stage), role(stage)
    put(stage, "both", "ALLOW", UserIds=[stage.user("ana")], ImpersonationRoleIds=[backup])
    put(stage, "never", "DENY", NotImpersonationRoleIds=[backup], NotUserIds=[stage.user("ana")])
    assert effect(stage, ImpersonationRoleId=backup) == ("ALLOW", ["both"])
    assert effect(stage, ImpersonationRoleId=other) == ("DENY", ["never"])
    assert effect(stage, UserId=stage.user("ana")) == ("ALLOW", ["both"])


def test_all_conditions_of_a_rule_have_to_hold(stage: Stage) -> None:
    put(stage, "no-imap-from-london", "DENY", Actions=["IMAP"], IpRanges=["192.0.2.0/24"])
    assert effect(stage, Action="IMAP", IpAddress=LONDON)[0] == "DENY"
    assert effect(stage, Action="IMAP", IpAddress=PARIS)[0] == "ALLOW"
    assert effect(stage, Action="EWS", IpAddress=LONDON)[0] == "ALLOW"


def test_a_rule_of_the_same_name_is_replaced(stage: Stage) -> None:
    put(stage, "mine", "DENY", Actions=["IMAP"])
    first = rules(stage)[1]
    later = stage.emulator.clock.advance(timedelta(hours=1))
    put(stage, "default", "DENY")
    put(stage, "mine", "ALLOW", IpRanges=["192.0.2.0/24"])
    replaced, mine = rules(stage)
    assert (replaced["Name"], replaced["Effect"]) == ("default", "DENY")
    assert mine == {
        "Name": "mine",
        "Effect": "ALLOW",
        "Description": "mine",
        "IpRanges": ["192.0.2.0/24"],
        "DateCreated": first["DateCreated"],
        "DateModified": mine["DateModified"],
    }
    assert abs(mine["DateModified"] - later) < timedelta(seconds=1)
    assert mine["DateModified"] > first["DateModified"]


def test_there_are_at_most_ten_rules(stage: Stage) -> None:
    for number in range(9):
        put(stage, f"rule-{number}", "ALLOW")
    with refused("LimitExceededException"):
        put(stage, "one-more", "ALLOW")
    put(stage, "rule-0", "DENY")
    assert len(rules(stage)) == 10


@pytest.mark.parametrize("member", ["Actions", "NotActions"])
def test_an_unknown_action_is_refused(stage: Stage, member: str) -> None:
    with refused("InvalidParameterException", saying="POP"):
        put(stage, "mine", "ALLOW", **{member: ["IMAP", "POP"]})
    with refused("InvalidParameterException", saying="ews"):
        effect(stage, Action="ews")


@pytest.mark.parametrize("member", ["UserIds", "NotUserIds"])
def test_rules_speak_of_users_that_exist_by_identifier(stage: Stage, member: str) -> None:
    for user in (
        NOBODY,
        "ana@acme.example",
        stage.user("dora"),
        stage.organization.groups["staff"],
    ):
        with refused("EntityNotFoundException"):
            put(stage, "mine", "ALLOW", **{member: [user]})
        with refused("EntityNotFoundException"):
            effect(stage, UserId=user)
    assert len(rules(stage)) == 1


@pytest.mark.parametrize("member", ["ImpersonationRoleIds", "NotImpersonationRoleIds"])
def test_rules_speak_of_roles_that_exist(stage: Stage, member: str) -> None:
    with refused("ResourceNotFoundException"):
        put(stage, "mine", "ALLOW", **{member: [NOBODY]})
    with refused("ResourceNotFoundException"):
        effect(stage, ImpersonationRoleId=NOBODY)


def test_either_a_user_or_a_role_asks(stage: Stage) -> None:
    backup = role(stage)
    with refused("InvalidParameterException", saying="either"):
        effect(stage, UserId=stage.user("ana"), ImpersonationRoleId=backup)
    with refused("InvalidParameterException", saying="either"):
        stage.workmail.get_access_control_effect(
            OrganizationId=stage.id, IpAddress=LONDON, Action="EWS"
        )


def test_a_role_asks_for_ews_only(stage: Stage) -> None:
    with refused("InvalidParameterException", saying="EWS"):
        effect(stage, ImpersonationRoleId=role(stage), Action="IMAP")


def test_deleting_an_organization_takes_its_rules_with_it(stage: Stage) -> None:
    put(stage, "mine", "DENY")
    stage.workmail.delete_organization(
        OrganizationId=stage.id, DeleteDirectory=True, ForceDelete=True
    )
    with refused("OrganizationStateException"):
        rules(stage)
    again = stage.workmail.create_organization(Alias="acme")["OrganizationId"]
    kept = stage.workmail.list_access_control_rules(OrganizationId=again)["Rules"]
    assert [rule["Name"] for rule in kept] == ["default"]
    assert list(stage.emulator.organization(stage.id).settings.access_control_rules) == ["default"]
