"""Mobile device access rules and overrides."""

from __future__ import annotations

from typing import Any

from workmail_async.emulator.workmail.models import mobile_device_access
from workmail_async.emulator.workmail.state.mobile_device_access import (
    MobileDeviceAccessOverride,
    MobileDeviceAccessRule,
)
from workmail_async.emulator.workmail.state.users import User

from .operations import Operations, Organization, Wire, wire


class MobileDeviceAccessOperations(Operations):
    """Handlers for mobile device access."""

    def create_mobile_device_access_rule(self, organization: Organization, **request: Any) -> Wire:
        """Handle CreateMobileDeviceAccessRule."""
        rule = mobile_device_access.create_mobile_device_access_rule(organization, **request)
        return {"MobileDeviceAccessRuleId": rule.id}

    def update_mobile_device_access_rule(self, organization: Organization, **request: Any) -> None:
        """Handle UpdateMobileDeviceAccessRule."""
        mobile_device_access.update_mobile_device_access_rule(organization, **request)

    def delete_mobile_device_access_rule(self, organization: Organization, **request: Any) -> None:
        """Handle DeleteMobileDeviceAccessRule.

        Deleting a rule that does not exist is not an error.
        """
        mobile_device_access.delete_mobile_device_access_rule(organization, **request)

    def list_mobile_device_access_rules(self, organization: Organization) -> Wire:
        """Handle ListMobileDeviceAccessRules."""
        rules = mobile_device_access.list_mobile_device_access_rules(organization)
        return {"Rules": [_rule(rule) for rule in rules]}

    def get_mobile_device_access_effect(self, organization: Organization, **request: Any) -> Wire:
        """Handle GetMobileDeviceAccessEffect.

        Evaluates the rules. Conditions are prefixes of what a device reports, ignoring case.
        Overrides do not count, because the request names no device.
        """
        verdict = mobile_device_access.get_mobile_device_access_effect(organization, **request)
        return {
            "Effect": verdict.effect,
            "MatchedRules": [
                {"MobileDeviceAccessRuleId": rule.id, "Name": rule.name} for rule in verdict.rules
            ],
        }

    def put_mobile_device_access_override(self, organization: Organization, **request: Any) -> None:
        """Handle PutMobileDeviceAccessOverride."""
        mobile_device_access.put_mobile_device_access_override(organization, **request)

    def delete_mobile_device_access_override(
        self, organization: Organization, **request: Any
    ) -> None:
        """Handle DeleteMobileDeviceAccessOverride.

        Deleting an override that does not exist is not an error; an unknown user is.
        """
        mobile_device_access.delete_mobile_device_access_override(organization, **request)

    def get_mobile_device_access_override(self, organization: Organization, **request: Any) -> Wire:
        """Handle GetMobileDeviceAccessOverride."""
        return _override(
            mobile_device_access.get_mobile_device_access_override(organization, **request)
        )

    def list_mobile_device_access_overrides(
        self,
        organization: Organization,
        user_id: str | None = None,
        device_id: str | None = None,
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Wire:
        """Handle ListMobileDeviceAccessOverrides."""
        user = None if user_id is None else organization.directory.find(user_id, User)
        return self.answer_page(
            "Overrides",
            mobile_device_access.list_mobile_device_access_overrides(
                organization, user=user, device_id=device_id
            ),
            _override,
            position=lambda override: override.position,
            of=[
                organization.id,
                None if user is None else user.id,
                None if device_id is None else device_id.casefold(),
            ],
            next_token=next_token,
            max_results=max_results,
        )


def _rule(rule: MobileDeviceAccessRule) -> Wire:
    return wire(
        MobileDeviceAccessRuleId=rule.id,
        Name=rule.name,
        Description=rule.description,
        Effect=rule.effect,
        DeviceTypes=rule.device_types or None,
        NotDeviceTypes=rule.not_device_types or None,
        DeviceModels=rule.device_models or None,
        NotDeviceModels=rule.not_device_models or None,
        DeviceOperatingSystems=rule.device_operating_systems or None,
        NotDeviceOperatingSystems=rule.not_device_operating_systems or None,
        DeviceUserAgents=rule.device_user_agents or None,
        NotDeviceUserAgents=rule.not_device_user_agents or None,
        DateCreated=rule.date_created,
        DateModified=rule.date_modified,
    )


def _override(override: MobileDeviceAccessOverride) -> Wire:
    return wire(
        UserId=override.user.id,
        DeviceId=override.device_id,
        Effect=override.effect,
        Description=override.description,
        DateCreated=override.date_created,
        DateModified=override.date_modified,
    )
