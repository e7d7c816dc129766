"""Mobile device access: creating, changing and evaluating rules, and overrides."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from workmail_async.emulator.workmail.exceptions import (
    EntityNotFoundException,
    LimitExceededException,
    ResourceNotFoundException,
)
from workmail_async.emulator.workmail.state.entities import DELETED, DISABLED, ENABLED
from workmail_async.emulator.workmail.state.mobile_device_access import (
    MobileDeviceAccessOverride,
    MobileDeviceAccessRule,
)
from workmail_async.emulator.workmail.state.organizations import Organization
from workmail_async.emulator.workmail.state.rules import Verdict, judge
from workmail_async.emulator.workmail.state.users import User


def create_mobile_device_access_rule(
    organization: Organization,
    *,
    name: str,
    effect: str,
    client_token: str | None = None,
    description: str | None = None,
    **conditions: Sequence[str],
) -> MobileDeviceAccessRule:
    """Create a rule. Names need not be unique, because no operation takes one."""

    def create() -> MobileDeviceAccessRule:
        rules = organization.settings.mobile_device_access_rules
        if len(rules) >= organization.world.quotas.mobile_device_access_rules:
            raise LimitExceededException(
                f"there are already {len(rules)} mobile device access rules"
            )
        rule = MobileDeviceAccessRule(
            id=organization.world.uuid(),
            name=name,
            effect=effect,
            description=description,
            date_created=organization.now,
            date_modified=organization.now,
            **conditions,
        )
        rules[rule.id] = rule
        return rule

    request = {"name": name, "effect": effect, "description": description, **conditions}
    rule: MobileDeviceAccessRule = organization.tokens.once(
        "CreateMobileDeviceAccessRule", client_token, request, create
    )
    return rule


def update_mobile_device_access_rule(
    organization: Organization,
    *,
    mobile_device_access_rule_id: str,
    name: str,
    effect: str,
    description: str | None = None,
    **conditions: Sequence[str],
) -> None:
    """Replace a rule. Conditions that are left out are removed."""
    rules = organization.settings.mobile_device_access_rules
    before = rules.get(mobile_device_access_rule_id)
    if before is None:
        raise EntityNotFoundException(
            f"there is no mobile device access rule {mobile_device_access_rule_id}"
        )
    rules[before.id] = MobileDeviceAccessRule(
        id=before.id,
        name=name,
        effect=effect,
        description=description,
        date_created=before.date_created,
        date_modified=organization.now,
        **conditions,
    )


def delete_mobile_device_access_rule(
    organization: Organization, *, mobile_device_access_rule_id: str
) -> None:
    """Remove a rule, if it exists."""
    organization.settings.mobile_device_access_rules.pop(mobile_device_access_rule_id, None)


def list_mobile_device_access_rules(organization: Organization) -> list[MobileDeviceAccessRule]:
    """Return the rules, oldest first."""
    return list(organization.settings.mobile_device_access_rules.values())


def get_mobile_device_access_effect(
    organization: Organization,
    *,
    device_type: str | None = None,
    device_model: str | None = None,
    device_operating_system: str | None = None,
    device_user_agent: str | None = None,
) -> Verdict[MobileDeviceAccessRule]:
    """Return the effect of the rules for a device. Overrides do not count."""
    return judge(
        rule
        for rule in organization.settings.mobile_device_access_rules.values()
        if rule.matches(device_type, device_model, device_operating_system, device_user_agent)
    )


def put_mobile_device_access_override(
    organization: Organization,
    *,
    user_id: str,
    device_id: str,
    effect: str,
    description: str | None = None,
) -> None:
    """Set the override for a user's device."""
    user = organization.directory.find(user_id, User)
    user.require(ENABLED, DISABLED)
    overrides = organization.settings.mobile_device_access_overrides
    before = overrides.get(_key(user, device_id))
    now = organization.now
    if before is not None:
        override = evolve(before, effect=effect, description=description, date_modified=now)
    else:
        override = MobileDeviceAccessOverride(
            user=user,
            device_id=device_id,
            effect=effect,
            description=description,
            position=organization.settings.next_position(),
            date_created=now,
            date_modified=now,
        )
    overrides[_key(user, device_id)] = override


def delete_mobile_device_access_override(
    organization: Organization, *, user_id: str, device_id: str
) -> None:
    """Remove an override, if it exists."""
    user = organization.directory.find(user_id, User)
    organization.settings.mobile_device_access_overrides.pop(_key(user, device_id), None)


def get_mobile_device_access_override(
    organization: Organization, *, user_id: str, device_id: str
) -> MobileDeviceAccessOverride:
    """Return an override."""
    user = organization.directory.find(user_id, User)
    override = organization.settings.mobile_device_access_overrides.get(_key(user, device_id))
    if override is None or user.state == DELETED:
        raise ResourceNotFoundException(
            f"there is no override for {user.name} and the device {device_id}"
        )
    return override


def list_mobile_device_access_overrides(
    organization: Organization, *, user: User | None, device_id: str | None
) -> list[MobileDeviceAccessOverride]:
    """Return the overrides of a user, of a device, of both or all of them, oldest first.

    Overrides of deleted users are left out.
    """
    return [
        override
        for override in organization.settings.mobile_device_access_overrides.values()
        if override.user.state != DELETED
        and (user is None or override.user is user)
        and (device_id is None or override.device_id.casefold() == device_id.casefold())
    ]


def _key(user: User, device_id: str) -> tuple[str, str]:
    return user.id, device_id.casefold()
