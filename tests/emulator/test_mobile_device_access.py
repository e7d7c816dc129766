"""Mobile device access rules, what they come to, and overrides."""

from datetime import timedelta
from typing import Any

import pytest

from tests.emulator.conftest import Stage
from tests.emulator.refusals import refused

IPHONE = {
    "DeviceType": "iPhone",
    "DeviceModel": "iPhone10C1",
    "DeviceOperatingSystem": "iOS 14.2.1 16F203",
    "DeviceUserAgent": "iOS/14.2 (18B92) exchangesyncd/1.0",
}
PIXEL = {"DeviceType": "Android", "DeviceOperatingSystem": "Android 8.1.0"}


def create(stage: Stage, name: str, effect: str, **request: Any) -> str:
    created: str = stage.workmail.create_mobile_device_access_rule(
        OrganizationId=stage.id, Name=name, Effect=effect, **request
    )["MobileDeviceAccessRuleId"]
    return created


def effect(stage: Stage, **device: str) -> tuple[str, list[str]]:
    answer = stage.workmail.get_mobile_device_access_effect(OrganizationId=stage.id, **device)
    return answer["Effect"], [rule["Name"] for rule in answer["MatchedRules"]]


def rules(stage: Stage) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stage.workmail.list_mobile_device_access_rules(
        OrganizationId=stage.id
    )["Rules"]
    return found


def without_default(stage: Stage) -> None:
    for rule in rules(stage):
        stage.workmail.delete_mobile_device_access_rule(
            OrganizationId=stage.id, MobileDeviceAccessRuleId=rule["MobileDeviceAccessRuleId"]
        )


def test_a_new_organization_lets_every_device_in(stage: Stage) -> None:
    assert [rule["Effect"] for rule in rules(stage)] == ["ALLOW"]
    assert effect(stage)[0] == "ALLOW"
    assert effect(stage, **IPHONE)[0] == "ALLOW"


def test_without_rules_no_device_gets_in(stage: Stage) -> None:
    without_default(stage)
    assert effect(stage, **IPHONE) == ("DENY", [])


def test_deny_goes_before_allow(stage: Stage) -> None:
    without_default(stage)
    create(stage, "anything", "ALLOW")
    create(stage, "no-android", "DENY", DeviceTypes=["android"])
    assert effect(stage, **PIXEL) == ("DENY", ["no-android"])
    assert effect(stage, **IPHONE) == ("ALLOW", ["anything"])


@pytest.mark.parametrize(
    ("conditions", "iphone", "pixel", "unknown"),
    [
        ({"DeviceTypes": ["IPHONE"]}, True, False, False),
        ({"DeviceTypes": ["iPhone", "and"]}, True, True, False),
        ({"DeviceTypes": ["phone"]}, False, False, False),
        ({"DeviceTypes": ["iphone", "$NONE"]}, True, False, True),
        ({"DeviceTypes": ["$NONE"]}, False, False, True),
        ({"NotDeviceTypes": ["android"]}, True, False, False),
        ({"NotDeviceTypes": ["$NONE"]}, True, True, False),
        ({"DeviceModels": ["iphone10"]}, True, False, False),
        ({"NotDeviceModels": ["iPad"]}, True, False, False),
        ({"DeviceOperatingSystems": ["iOS 14.2"]}, True, False, False),
        ({"DeviceOperatingSystems": ["iOS 14.3"]}, False, False, False),
        ({"NotDeviceOperatingSystems": ["Android 8"]}, True, False, False),
        ({"DeviceUserAgents": ["ios/14"]}, True, False, False),
        ({"NotDeviceUserAgents": ["ios/14"]}, False, False, False),
        ({"DeviceTypes": ["iPhone"], "DeviceModels": ["iPad"]}, False, False, False),
        ({"DeviceTypes": ["iP"], "NotDeviceTypes": ["iPhone"]}, False, False, False),
    ],
)
def test_conditions_are_beginnings_of_what_a_device_reports(
    stage: Stage, conditions: dict[str, Any], iphone: bool, pixel: bool, unknown: bool
) -> None:
    without_default(stage)
    create(stage, "rule", "ALLOW", **conditions)
    for device, matches in ((IPHONE, iphone), (PIXEL, pixel), ({}, unknown)):
        assert effect(stage, **device) == (("ALLOW", ["rule"]) if matches else ("DENY", []))


def test_a_rule_is_told_as_it_was_created_and_updated(stage: Stage) -> None:
    without_default(stage)
    conditions = {
        f"{prefix}Device{what}": [f"{prefix}{what}", "more"]
        for prefix in ("", "Not")
        for what in ("Types", "Models", "OperatingSystems", "UserAgents")
    }
    rule_id = create(stage, "rule", "DENY", Description="a reason", **conditions)
    (rule,) = rules(stage)
    assert rule == conditions | {
        "MobileDeviceAccessRuleId": rule_id,
        "Name": "rule",
        "Effect": "DENY",
        "Description": "a reason",
        "DateCreated": rule["DateCreated"],
        "DateModified": rule["DateCreated"],
    }
    stage.emulator.clock.advance(60)
    stage.workmail.update_mobile_device_access_rule(
        OrganizationId=stage.id, MobileDeviceAccessRuleId=rule_id, Name="new", Effect="ALLOW"
    )
    assert rules(stage) == [
        {
            "MobileDeviceAccessRuleId": rule_id,
            "Name": "new",
            "Effect": "ALLOW",
            "DateCreated": rule["DateCreated"],
            "DateModified": rule["DateCreated"] + timedelta(minutes=1),
        }
    ]


def test_an_unknown_rule_is_not_updated_but_deleted_without_complaint(stage: Stage) -> None:
    with refused("EntityNotFoundException"):
        stage.workmail.update_mobile_device_access_rule(
            OrganizationId=stage.id, MobileDeviceAccessRuleId="none", Name="n", Effect="ALLOW"
        )
    stage.workmail.delete_mobile_device_access_rule(
        OrganizationId=stage.id, MobileDeviceAccessRuleId="none"
    )


def test_there_are_at_most_ten_rules(stage: Stage) -> None:
    for number in range(9):
        create(stage, f"rule {number}", "ALLOW")
    with refused("LimitExceededException"):
        create(stage, "one more", "ALLOW")


def test_the_same_token_creates_one_rule(stage: Stage) -> None:
    first = create(stage, "rule", "ALLOW", DeviceTypes=["a"], ClientToken="once")
    assert create(stage, "rule", "ALLOW", DeviceTypes=["a"], ClientToken="once") == first
    assert len(rules(stage)) == 2
    with refused("InvalidParameterException", saying="ClientToken"):
        create(stage, "rule", "ALLOW", DeviceTypes=["b"], ClientToken="once")


def put(stage: Stage, user: str, device: str, **request: Any) -> None:
    stage.workmail.put_mobile_device_access_override(
        OrganizationId=stage.id, UserId=user, DeviceId=device, **{"Effect": "ALLOW"} | request
    )


def overrides(stage: Stage, **request: Any) -> list[tuple[str, str]]:
    found = stage.workmail.list_mobile_device_access_overrides(OrganizationId=stage.id, **request)
    return [(override["UserId"], override["DeviceId"]) for override in found["Overrides"]]


class TestOverrides:
    def test_the_case_of_a_device_does_not_count(self, stage: Stage) -> None:
        put(stage, "ana", "Abc123", Description="her own")
        first = stage.workmail.get_mobile_device_access_override(
            OrganizationId=stage.id, UserId="ana@acme.example", DeviceId="aBC123"
        )
        del first["ResponseMetadata"]
        assert first == {
            "UserId": stage.user("ana"),
            "DeviceId": "Abc123",
            "Effect": "ALLOW",
            "Description": "her own",
            "DateCreated": first["DateCreated"],
            "DateModified": first["DateCreated"],
        }
        stage.emulator.clock.advance(60)
        put(stage, stage.user("ana"), "ABC123", Effect="DENY")
        (second,) = stage.workmail.list_mobile_device_access_overrides(
            OrganizationId=stage.id, DeviceId="abc123"
        )["Overrides"]
        assert second == {
            "UserId": stage.user("ana"),
            "DeviceId": "Abc123",
            "Effect": "DENY",
            "DateCreated": first["DateCreated"],
            "DateModified": first["DateCreated"] + timedelta(minutes=1),
        }

    def test_they_are_listed_by_user_and_device(self, stage: Stage) -> None:
        ana, clara = stage.user("ana"), stage.user("clara")
        for user, device in (("ana", "d1"), ("clara", "d1"), ("ana", "d2")):
            put(stage, user, device)
        assert overrides(stage) == [(ana, "d1"), (clara, "d1"), (ana, "d2")]
        assert overrides(stage, UserId="ana") == [(ana, "d1"), (ana, "d2")]
        assert overrides(stage, DeviceId="D1") == [(ana, "d1"), (clara, "d1")]
        assert overrides(stage, UserId="clara", DeviceId="d2") == []

    def test_they_are_listed_in_pages(self, stage: Stage) -> None:
        for number in range(3):
            put(stage, "ana", f"d{number}")
        request: dict[str, Any] = {"OrganizationId": stage.id, "UserId": "ana", "MaxResults": 2}
        first = stage.workmail.list_mobile_device_access_overrides(**request)
        token = first["NextToken"]
        rest = stage.workmail.list_mobile_device_access_overrides(NextToken=token, **request)
        assert [each["DeviceId"] for each in first["Overrides"] + rest["Overrides"]] == [
            "d0",
            "d1",
            "d2",
        ]
        assert rest.get("NextToken") is None
        # The same user by another of her names is the same list; another user is not.
        again = overrides(stage, UserId=stage.user("ana"), NextToken=token)
        assert again == [(stage.user("ana"), "d2")]
        with refused("InvalidParameterException", saying="NextToken"):
            overrides(stage, UserId="clara", NextToken=token)

    def test_they_are_deleted_without_complaint(self, stage: Stage) -> None:
        put(stage, "ana", "d1")
        for _ in range(2):
            stage.workmail.delete_mobile_device_access_override(
                OrganizationId=stage.id, UserId="ana", DeviceId="D1"
            )
        assert overrides(stage) == []
        with refused("ResourceNotFoundException"):
            stage.workmail.get_mobile_device_access_override(
                OrganizationId=stage.id, UserId="ana", DeviceId="d1"
            )

    def test_they_go_with_their_user(self, stage: Stage) -> None:
        put(stage, "bruno", "d1")
        stage.workmail.delete_user(OrganizationId=stage.id, UserId="bruno")
        assert overrides(stage) == []
        with refused("ResourceNotFoundException"):
            stage.workmail.get_mobile_device_access_override(
                OrganizationId=stage.id, UserId=stage.user("bruno"), DeviceId="d1"
            )

    def test_an_unknown_user_is_not_found(self, stage: Stage) -> None:
        request = {"OrganizationId": stage.id, "UserId": "nobody", "DeviceId": "d1"}
        with refused("EntityNotFoundException"):
            put(stage, "nobody", "d1")
        with refused("EntityNotFoundException"):
            stage.workmail.get_mobile_device_access_override(**request)
        with refused("EntityNotFoundException"):
            stage.workmail.delete_mobile_device_access_override(**request)
        with refused("EntityNotFoundException"):
            stage.workmail.list_mobile_device_access_overrides(**request)

    def test_a_deleted_user_is_in_the_wrong_state(self, stage: Stage) -> None:
        with refused("EntityStateException"):
            put(stage, stage.user("dora"), "d1")
